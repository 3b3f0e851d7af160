import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { resolverIdCodec } from '../../values/index.js'
import { resolverContentProps, resolverIdentityProps } from '../dns-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { canonicalResolver, resolverProblem, sameResolver } from './dns-rules.js'

/** Have hosts of a network ask these servers about some domains, each with all below it (G8). `[]` when it is there alike. */
export type AddResolver = t.TypeOf<typeof addResolverCodec>

export const addResolverCodec = commandCodec('AddResolver', {
  ...resolverIdentityProps,
  /** Fresh. */
  resolverId: fresh(resolverIdCodec),
  /** Unique in the network. */
  name: titleCodec(64),
  /** In the order in which they are asked. */
  ...resolverContentProps,
})

export const decideAddResolver = (command: AddResolver, state: ExistingMesh): Decision => {
  const { atEpochMs, resolverId, networkId } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const content = canonicalResolver(command)
  const present = largeMapGet(state.resolvers, resolverId)
  if (present?.networkId === networkId && sameResolver(present, content)) return alreadySo
  if (present !== undefined) return refuse({ code: 'resolver-id-taken', resolverId, name: present.name })
  const problem = resolverProblem(state, network, resolverId, content)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'ResolverAdded', atEpochMs, resolverId, networkId, ...content }])
}
