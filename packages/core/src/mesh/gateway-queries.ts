/** What one asks of gateways and relayed nodes: rules, policies and configs come here. */
import type { HostId, NodeId } from '../values/index.js'
import { type LargeMap, largeMapGet, largeMapHas, largeMapKeys } from './large-map.js'
import type { Gateway, MeshState, Network, Node } from './mesh-state.js'

/** Whether a node is a gateway that takes part: one that does not serves nobody and is no candidate. */
export const isActiveGateway = (network: Pick<Network, 'gatewayIds' | 'members'>, nodeId: NodeId): boolean =>
  largeMapHas(network.gatewayIds, nodeId) && largeMapHas(network.members, nodeId)

/** Gateways of a network that take part, in the order of their ids. */
export const activeGatewaysOf = (state: MeshState, network: Network): readonly Gateway[] =>
  [...largeMapKeys(network.gatewayIds)]
    .filter((nodeId) => largeMapHas(network.members, nodeId))
    .sort()
    .flatMap((nodeId) => largeMapGet(state.gateways, nodeId) ?? [])

/** Whether a gateway was chosen for a node; a node with an automatic gateway may wait for one. */
export const hasRelay = ({ relay }: Pick<Node, 'relay'>): boolean => relay !== null && relay.gatewayIds.length > 0

export const isInternetGateway = (state: MeshState, nodeId: NodeId): boolean =>
  largeMapGet(state.gateways, nodeId)?.internet ?? false

/** The way of a node to the internet through the mesh. */
export interface InternetGatewayUse {
  readonly gatewayId: NodeId
  /** `gateway`: not its own assignment; its gateway sends all it has there (D6), and the node has no say in it. */
  readonly by: 'own' | 'gateway'
}

/**
 * The internet gateway that a node uses: the first of its list, also in split tunnel, because the assignment counts (D2). Without one
 * in its list, that of a gateway of the list which routes everything through one (D6). `null`: it uses none.
 */
export const internetGatewayOf = (state: MeshState, nodeId: NodeId): InternetGatewayUse | null =>
  internetGatewayAmong(state, largeMapGet(state.nodes, nodeId)?.relay?.gatewayIds ?? [])

/** What a node with this list of gateways would use. */
export const internetGatewayAmong = (state: MeshState, gatewayIds: readonly NodeId[]): InternetGatewayUse | null => {
  const own = gatewayIds.find((gatewayId) => isInternetGateway(state, gatewayId))
  if (own !== undefined) return { gatewayId: own, by: 'own' }
  for (const gatewayId of gatewayIds) {
    const behind = internetGatewayBehind(state, gatewayId)
    if (behind !== null) return { gatewayId: behind, by: 'gateway' }
  }
  return null
}

/** The internet gateway that a gateway sends everything to: its own traffic, and what it forwards beyond the mesh (D6). */
const internetGatewayBehind = (state: MeshState, gatewayId: NodeId): NodeId | null => {
  const node = largeMapGet(state.nodes, gatewayId)
  if (node === undefined || !node.routeAllTraffic || !largeMapHas(state.gateways, gatewayId)) return null
  return node.relay?.gatewayIds.find((nodeId) => isInternetGateway(state, nodeId)) ?? null
}

/** Where what a gateway gets for the internet leaves: at itself, or at the internet gateway behind it; `null`: nowhere. */
export const internetExitOf = (state: MeshState, gatewayId: NodeId): NodeId | null =>
  isInternetGateway(state, gatewayId) ? gatewayId : internetGatewayBehind(state, gatewayId)

/** How a node's switch for all traffic shows: `by-gateway` is not its own to switch (D6). */
export const routeAllTrafficOf = (
  state: MeshState,
  node: Pick<Node, 'nodeId' | 'routeAllTraffic'>,
): 'on' | 'off' | 'by-gateway' => {
  if (internetGatewayOf(state, node.nodeId)?.by === 'gateway') return 'by-gateway'
  return node.routeAllTraffic ? 'on' : 'off'
}

/** Nodes of a host that use an internet gateway: one at most in a sound state (D2). */
export const nodesUsingInternetGateway = (state: MeshState, nodeIds: readonly NodeId[]): readonly NodeId[] =>
  nodeIds.filter((nodeId) => internetGatewayOf(state, nodeId) !== null)

/** Whether any node of a host uses one, be it in split tunnel or because its gateway does (D2). */
export const hasInternetGateway = (state: MeshState, hostId: HostId): boolean =>
  nodesUsingInternetGateway(state, largeMapGet(state.hosts, hostId)?.nodeIds ?? []).length > 0

/** Nodes that have a gateway in their list, in the order of their ids. */
export const nodesRelayedBy = (state: MeshState, gatewayId: NodeId): readonly Node[] => {
  const relayed: LargeMap<NodeId, HostId> | undefined = largeMapGet(state.gateways, gatewayId)?.relayedNodeIds
  return relayed === undefined
    ? []
    : [...largeMapKeys(relayed)].sort().flatMap((id) => largeMapGet(state.nodes, id) ?? [])
}
