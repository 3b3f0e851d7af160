import type { EpochMs, NodeId } from '../../values/index.js'
import type { NodeLeft } from '../events/node-left.js'
import { largeMapGet } from '../large-map.js'
import type { MeshState } from '../mesh-state.js'

/** One event a node, in the order of their ids. */
export const leaveAll = (
  state: MeshState,
  nodeIds: readonly NodeId[],
  cause: NodeLeft['cause'],
  atEpochMs: EpochMs,
): readonly NodeLeft[] =>
  [...nodeIds].sort().flatMap((nodeId) => {
    const node = largeMapGet(state.nodes, nodeId)
    if (node === undefined) return []
    const { networkId, hostId } = node
    return [{ type: 'NodeLeft', atEpochMs, nodeId, networkId, hostId, cause }]
  })
