import type { NodeLeft } from '../events/node-left.js'
import { largeMapGet } from '../large-map.js'
import { offerToWaiting } from './auto-gateways.js'
import type { AreaConsequences } from './removal.js'
import type { Unfolding } from './unfolding.js'

/** Takes a node out of its network, after what goes along with it. */
export const leaveNetwork = (
  { nodeId, cause, atEpochMs }: Pick<NodeLeft, 'nodeId' | 'cause' | 'atEpochMs'>,
  unfolding: Unfolding,
  consequencesOf: AreaConsequences,
): void => {
  const node = largeMapGet(unfolding.state().nodes, nodeId)
  if (node === undefined) return
  consequencesOf({ kind: 'node', nodeId, cause, atEpochMs }, unfolding)
  const { networkId, hostId } = node
  unfolding.emit({ type: 'NodeLeft', atEpochMs, nodeId, networkId, hostId, cause })
  if (cause !== 'host-removed') offerToWaiting(unfolding, hostId, atEpochMs)
}
