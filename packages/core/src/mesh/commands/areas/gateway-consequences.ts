import { largeMapGet, largeMapHas } from '../../large-map.js'
import type { MeshState } from '../../mesh-state.js'
import { dismissUsers, endGateway, moveUsers } from '../gateway-departure.js'
import { leaveNetwork } from '../node-leaving.js'
import { releasePairsOf } from '../pair-releases.js'
import { changeRelay } from '../relay-changes.js'
import type { AreaConsequences, Removal } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/**
 * Those who use a gateway that goes move elsewhere, or are let go (B3). With its network nothing moves. `consequencesOf`: what goes along
 * with a user's device that goes.
 */
export const gatewayConsequences = (removal: Removal, unfolding: Unfolding, consequencesOf: AreaConsequences): void => {
  if (!isGateway(unfolding.state(), removal)) return
  const { nodeId, atEpochMs } = removal
  if (removal.kind === 'node' && removal.cause === 'network-removed') {
    dismissUsers(unfolding, nodeId, atEpochMs)
    return
  }
  const moveTo = removal.kind === 'gateway' ? removal.moveTo : null
  moveUsers(unfolding, { gatewayId: nodeId, moveTo, atEpochMs }, (deviceNodeId) => {
    leaveNetwork({ nodeId: deviceNodeId, cause: 'gateway-removed', atEpochMs }, unfolding, consequencesOf)
  })
}

/** A node that leaves is no gateway and no end of a pair any more, and not relayed. After all that hangs on its gateway. */
export const endGatewayOfNode: AreaConsequences = (removal, unfolding) => {
  if (removal.kind !== 'node') return
  const { nodeId, atEpochMs } = removal
  const cause = removal.cause === 'network-removed' ? removal.cause : 'node-left'
  releasePairsOf(unfolding, nodeId, cause, atEpochMs)
  if (isGateway(unfolding.state(), removal)) endGateway(unfolding, nodeId, cause, atEpochMs)
  if (largeMapGet(unfolding.state().nodes, nodeId)?.relay)
    changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause })
}

const isGateway = (
  state: MeshState,
  removal: Removal,
): removal is Extract<Removal, { readonly kind: 'gateway' | 'node' }> =>
  (removal.kind === 'gateway' || removal.kind === 'node') && largeMapHas(state.gateways, removal.nodeId)
