import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { resolverIdCodec } from '../../values/index.js'
import { resolverContentProps } from '../dns-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { canonicalResolver, resolverProblem, sameResolver } from './dns-rules.js'

/** Change whom hosts ask, or about what (G8). What is left out stays. */
export type UpdateResolver = t.TypeOf<typeof updateResolverCodec>

export const updateResolverCodec = commandCodec(
  'UpdateResolver',
  { resolverId: resolverIdCodec },
  { name: titleCodec(64), ...resolverContentProps },
)

export const decideUpdateResolver = (command: UpdateResolver, state: ExistingMesh): Decision => {
  const { atEpochMs, resolverId } = command
  const present = largeMapGet(state.resolvers, resolverId)
  const network = present === undefined ? undefined : largeMapGet(state.networks, present.networkId)
  if (present === undefined || network === undefined) return refuse({ code: 'resolver-unknown', resolverId })
  const content = canonicalResolver({
    name: command.name ?? present.name,
    servers: command.servers ?? present.servers,
    matchDomains: command.matchDomains ?? present.matchDomains,
  })
  if (sameResolver(present, content)) return alreadySo
  const problem = resolverProblem(state, network, resolverId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'ResolverUpdated', atEpochMs, resolverId, networkId: present.networkId, ...content }])
}
