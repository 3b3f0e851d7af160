import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type NetworkId, networkIdCodec } from '../../values/index.js'
import type { EnrollmentKeyRevoked } from '../events/enrollment-key-revoked.js'
import { largeMapGet, largeMapHas, largeMapKeys, largeMapValues } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { leaveAll } from './leave-rules.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'

/** End a network. Enrolment keys that lead nowhere else are revoked; hosts stay in the mesh. */
export type RemoveNetwork = t.TypeOf<typeof removeNetworkCodec>

export const removeNetworkCodec = commandCodec('RemoveNetwork', {
  networkId: networkIdCodec,
  /** Otherwise refused while it has nodes. */
  evenWithNodes: t.boolean,
})

export const decideRemoveNetwork = (command: RemoveNetwork, state: ExistingMesh): Decision => {
  const { networkId, atEpochMs } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const nodes = network.nodeIds.size
  if (nodes > 0 && !command.evenWithNodes)
    return refuse({ code: 'network-has-nodes', networkId, name: network.name, nodes })
  const unfolding = unfoldFrom(state)
  for (const revoked of revokeKeysOnlyFor(state, command)) unfolding.emit(revoked)
  leaveAll(unfolding, [...largeMapKeys(network.nodeIds)], 'network-removed', atEpochMs)
  emitConsequences({ kind: 'network', networkId, atEpochMs }, unfolding)
  unfolding.emit({ type: 'NetworkRemoved', atEpochMs, networkId })
  return E.right(unfolding.events())
}

/** Keys that lead to no other network that is there. */
const revokeKeysOnlyFor = (
  state: ExistingMesh,
  { networkId, atEpochMs }: RemoveNetwork,
): readonly EnrollmentKeyRevoked[] => {
  const isElsewhere = (other: NetworkId) => other !== networkId && largeMapHas(state.networks, other)
  return [...largeMapValues(state.enrollmentKeys)]
    .filter((key) => !key.revoked && key.networkIds.includes(networkId) && !key.networkIds.some(isElsewhere))
    .map(({ keyId }) => keyId)
    .sort()
    .map((keyId) => ({ type: 'EnrollmentKeyRevoked', atEpochMs, keyId }))
}
