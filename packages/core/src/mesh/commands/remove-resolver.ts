import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { resolverIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** Have hosts of a network ask a resolver's servers no more. */
export type RemoveResolver = t.TypeOf<typeof removeResolverCodec>

export const removeResolverCodec = commandCodec('RemoveResolver', { resolverId: resolverIdCodec })

export const decideRemoveResolver = ({ resolverId, atEpochMs }: RemoveResolver, state: ExistingMesh): Decision => {
  const resolver = largeMapGet(state.resolvers, resolverId)
  if (resolver === undefined) return refuse({ code: 'resolver-unknown', resolverId })
  const { networkId } = resolver
  return E.right([{ type: 'ResolverRemoved', atEpochMs, resolverId, networkId, cause: 'removed' }])
}
