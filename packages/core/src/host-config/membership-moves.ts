import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'

/** A node that takes part in a network. */
export interface Move {
  readonly nodeId: NodeId
  readonly hostId: HostId
  readonly networkId: NetworkId
}
/** Who began and who ceased to take part between two states. */
export interface Moves {
  readonly came: readonly Move[]
  readonly went: readonly Move[]
}

export const membershipMoves = (before: MeshState, after: MeshState, nodes: Iterable<NodeId>): Moves => {
  const came: Move[] = []
  const went: Move[] = []
  for (const nodeId of nodes) {
    const was = memberIn(before, nodeId)
    const is = memberIn(after, nodeId)
    // A node id may have left and come back as something else within one step.
    const stayed = was !== undefined && is !== undefined && was.hostId === is.hostId && was.networkId === is.networkId
    if (stayed) continue
    if (is !== undefined) came.push(is)
    if (was !== undefined) went.push(was)
  }
  return { came, went }
}

/** The node as a member of its network; `undefined` when it takes no part. */
export const memberIn = (state: MeshState, nodeId: NodeId): Move | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || network === undefined || !largeMapHas(network.members, nodeId)) return undefined
  return { nodeId, hostId: node.hostId, networkId: node.networkId }
}
