/** What one asks of gateways and relayed nodes: rules, policies and configs come here. */
import type { HostId, NodeId } from '../values/index.js'
import { type LargeMap, largeMapGet, largeMapHas, largeMapKeys } from './large-map.js'
import type { Gateway, Host, MeshState, Network, Node } from './mesh-state.js'

/**
 * Whether a node is a gateway that takes part, on a host that can forward: one that is not serves nobody and is no candidate. A driver may
 * lose that at any time; the gateway is away then, as one that was put aside, until it can again.
 */
export const isActiveGateway = (
  state: Pick<MeshState, 'hosts'>,
  network: Pick<Network, 'gatewayIds' | 'members'>,
  nodeId: NodeId,
): boolean => {
  const hostId = largeMapGet(network.gatewayIds, nodeId)
  const host = hostId === undefined ? undefined : largeMapGet(state.hosts, hostId)
  return host !== undefined && largeMapHas(network.members, nodeId) && canForward(host)
}

/** Why a gateway serves nobody now; `null`: it does, or is none. */
export const gatewayAbsenceOf = (state: MeshState, nodeId: NodeId): 'node-inactive' | 'cannot-forward' | null => {
  const gateway = largeMapGet(state.gateways, nodeId)
  const network = gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
  if (network === undefined || isActiveGateway(state, network, nodeId)) return null
  return largeMapHas(network.members, nodeId) ? 'cannot-forward' : 'node-inactive'
}

/** Whether a host's driver passes packets on for others (B1). */
export const canForward = ({ capabilities }: Pick<Host, 'capabilities'>): boolean => capabilities.includes('forward')

/** Whether a host can be an internet gateway: what it takes besides being a gateway (D1). */
export const canLead = ({ system, capabilities }: Pick<Host, 'system' | 'capabilities'>): boolean =>
  system.os === 'linux' && capabilities.includes('nat')

/** Gateways of a network that take part, in the order of their ids. */
export const activeGatewaysOf = (state: MeshState, network: Network): readonly Gateway[] =>
  [...largeMapKeys(network.gatewayIds)]
    .filter((nodeId) => isActiveGateway(state, network, nodeId))
    .sort()
    .flatMap((nodeId) => largeMapGet(state.gateways, nodeId) ?? [])

/** Whether a gateway was chosen for a node; a node with an automatic gateway may wait for one. */
export const hasRelay = ({ relay }: Pick<Node, 'relay'>): boolean => relay !== null && relay.gatewayIds.length > 0

export const isInternetGateway = (state: MeshState, nodeId: NodeId): boolean =>
  largeMapGet(state.gateways, nodeId)?.internet ?? false

/** Whether internet traffic can leave there now: a driver may have lost what that takes. */
export const leadsToInternet = (state: MeshState, nodeId: NodeId): boolean => {
  const gateway = largeMapGet(state.gateways, nodeId)
  const host = gateway === undefined ? undefined : largeMapGet(state.hosts, gateway.hostId)
  return gateway?.internet === true && host !== undefined && canLead(host)
}

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
