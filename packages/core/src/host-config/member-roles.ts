/** What a node is in its network, as far as configs go: relayed or not, gateway, router, and who takes part at all. */
import { internetExitOf, isActiveGateway, leadsToInternet } from '../mesh/gateway-queries.js'
import { largeMapEntries, largeMapGet, largeMapHas } from '../mesh/large-map.js'
import type { ClassKey, Gateway, Host, MeshState, Network, Node } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'

/** A node that takes part, with its network. */
export interface Membership {
  readonly network: Network
  readonly node: Node
}

/** `undefined` when the node takes no part. */
export const membershipOf = (state: MeshState, nodeId: NodeId): Membership | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  return node === undefined || network === undefined || !largeMapHas(network.members, nodeId)
    ? undefined
    : { network, node }
}

/** The networks that a host takes part in, with its node there; sorted by network id. */
export const membershipsOf = (state: MeshState, host: Pick<Host, 'nodeIds'>): readonly Membership[] =>
  host.nodeIds
    .flatMap((nodeId) => membershipOf(state, nodeId) ?? [])
    .sort((a, b) => (a.network.networkId < b.network.networkId ? -1 : 1))

export const membershipsOfHost = (state: MeshState, hostId: HostId): readonly Membership[] => {
  const host = largeMapGet(state.hosts, hostId)
  return host === undefined ? [] : membershipsOf(state, host)
}

/** The class of a node. */
export const classKeyOf = ({ network, node }: Membership): ClassKey | undefined =>
  largeMapGet(network.memberRecords, node.nodeId)?.classKey ?? undefined

/** The gateway that a node is, while it takes part and its host can forward. */
export const gatewayAt = (state: MeshState, { network, node }: Membership): Gateway | undefined => {
  const gateway = largeMapGet(state.gateways, node.nodeId)
  return gateway !== undefined && isActiveGateway(state, network, node.nodeId) ? gateway : undefined
}

/**
 * Gateways that a node is reached through, those that take part; `null`: directly. A gateway is always reached directly, also one
 * behind an internet gateway (D6).
 */
export const viaOf = (state: MeshState, { network, node }: Membership): readonly NodeId[] | null => {
  if (node.relay === null || node.relay.gatewayIds.length === 0 || largeMapHas(state.gateways, node.nodeId)) return null
  const known = knownGateways(state, network)
  return node.relay.gatewayIds.filter((nodeId) => {
    const isActive = known.get(nodeId) ?? isActiveGateway(state, network, nodeId)
    known.set(nodeId, isActive)
    return isActive
  })
}

/** Which gateways of a network take part, as far as somebody asked: thousands are reached through the same few. */
const knownGateways = ({ hosts }: MeshState, network: Network): Map<NodeId, boolean> => {
  const known = gatewaysByNetwork.get(network)
  if (known?.hosts === hosts) return known.areActive
  const areActive = new Map<NodeId, boolean>()
  gatewaysByNetwork.set(network, { hosts, areActive })
  return areActive
}

const gatewaysByNetwork = new WeakMap<
  Network,
  { readonly hosts: MeshState['hosts']; readonly areActive: Map<NodeId, boolean> }
>()

/** Where what a gateway gets for the internet leaves, when both take part: at itself, or at the internet gateway behind it (D6). */
export const activeExitOf = (state: MeshState, network: Network, gatewayId: NodeId): NodeId | null => {
  const exit = isActiveGateway(state, network, gatewayId) ? internetExitOf(state, gatewayId) : null
  return exit !== null && isActiveGateway(state, network, exit) && leadsToInternet(state, exit) ? exit : null
}

/** Gateways of a network that take part, with their hosts. */
export function* activeGateways(state: MeshState, network: Network): Generator<readonly [NodeId, HostId]> {
  for (const entry of largeMapEntries(network.gatewayIds)) if (isActiveGateway(state, network, entry[0])) yield entry
}
