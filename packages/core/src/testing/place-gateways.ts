/** Gateways without the rules that make them: for examples and properties that are about what hangs on gateways. */
import { emptyLargeMap, largeMapGet, largeMapSet } from '../mesh/large-map.js'
import type { Gateway, MeshState } from '../mesh/mesh-state.js'
import { type NodeId, produce } from '../values/index.js'

/** The state in which these nodes are gateways. */
export const withGateways = (
  state: MeshState,
  nodeIds: readonly NodeId[],
  changes: Partial<Pick<Gateway, 'internet'>> = {},
): MeshState =>
  produce(state, (draft) => {
    for (const nodeId of nodeIds) {
      const node = largeMapGet(draft.nodes, nodeId)
      const network = node === undefined ? undefined : largeMapGet(draft.networks, node.networkId)
      if (node === undefined || network === undefined) throw new TypeError(`${nodeId} is no node`)
      const { networkId, hostId, joinedAtEpochMs: createdAtEpochMs } = node
      largeMapSet(network.gatewayIds, nodeId, hostId)
      largeMapSet(draft.gateways, nodeId, {
        nodeId,
        networkId,
        hostId,
        createdAtEpochMs,
        autoRelay: true,
        internet: false,
        relayedNodeIds: emptyLargeMap(),
        pairIds: emptyLargeMap(),
        usedBy: 0,
        clientIds: emptyLargeMap(),
        ...changes,
      })
    }
  })
