/** Ends of traffic, as policies see them: an address, and whose it is. */
import { egressesOfNetwork, egressRangesSeen, isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import { memberPrefixes } from '../mesh/members.js'
import type { Client, Egress, MeshState, Network, TestEnd } from '../mesh/mesh-state.js'
import {
  type ClientId,
  type EgressId,
  type IpAddress,
  type IpPrefix,
  ipFamilyOf,
  type NodeId,
  prefixContainsAddress,
  prefixFirst,
  prefixLength,
} from '../values/index.js'

/** One end of a packet: whoever has the address, as the mesh sees it. */
export type End =
  | { readonly kind: 'node'; readonly nodeId: NodeId; readonly address: IpAddress }
  /** The client itself, or what lies behind it. */
  | { readonly kind: 'client'; readonly clientId: ClientId; readonly address: IpAddress }
  /** Inside an egress's ranges as the mesh sees them (the virtual ones, where it has such); out on the internet when it is one of /0. */
  | { readonly kind: 'egress'; readonly egressId: EgressId; readonly address: IpAddress }
  /** Beyond an internet gateway. */
  | { readonly kind: 'internet'; readonly address: IpAddress }

/**
 * The ends that a test's end stands for: a node's two addresses, each of a client's. An address beyond the mesh leaves through the
 * internet gateway that `other` sends everything to, else through each egress of /0, else through an internet gateway.
 */
export const endsOf = (state: MeshState, network: Network, end: TestEnd, other: TestEnd): readonly End[] => {
  switch (end.kind) {
    case 'node': {
      const node = largeMapGet(state.nodes, end.nodeId)
      return [node?.address4, node?.address6].flatMap((address) =>
        address == null ? [] : [{ kind: 'node', nodeId: end.nodeId, address }],
      )
    }
    case 'client':
      return (largeMapGet(state.clients, end.clientId)?.addresses ?? []).map((prefix) => ({
        kind: 'client',
        clientId: end.clientId,
        address: prefixFirst(prefix),
      }))
    case 'address':
      return addressEnds(state, network, end.address, other)
  }
}

/** Whoever has the longest prefix around an address; nobody in the network's own range. */
const addressEnds = (state: MeshState, network: Network, address: IpAddress, other: TestEnd): readonly End[] => {
  const client = clientAround(state, network, address)
  if (client !== undefined) return [{ kind: 'client', clientId: client.clientId, address }]
  const egresses = egressesOfNetwork(state, network.networkId)
  const [nearest] = egresses
    .filter((each) => !isInternetEgress(each) && contain(egressRangesSeen(each), address))
    .sort((one, two) => longestAround(two, address) - longestAround(one, address))
  if (nearest !== undefined) return [{ kind: 'egress', egressId: nearest.egressId, address }]
  const exits = egresses.filter((each) => isInternetEgress(each) && contain(egressRangesSeen(each), address))
  if (exits.length === 0 || sendsAllThroughGateway(state, other)) return [{ kind: 'internet', address }]
  return exits.map(({ egressId }) => ({ kind: 'egress', egressId, address }))
}

const sendsAllThroughGateway = (state: MeshState, end: TestEnd): boolean => {
  if (end.kind === 'address') return false
  const node = end.kind === 'node' ? largeMapGet(state.nodes, end.nodeId) : undefined
  const client = end.kind === 'client' ? largeMapGet(state.clients, end.clientId) : undefined
  const gatewayId = node?.routeAllTraffic
    ? node.relay?.gatewayIds[0]
    : client?.fullTunnel
      ? client.gatewayId
      : undefined
  return gatewayId !== undefined && (largeMapGet(state.gateways, gatewayId)?.internet ?? false)
}

const contain = (prefixes: readonly IpPrefix[], address: IpAddress): boolean =>
  prefixes.some((prefix) => prefixContainsAddress(prefix, address))

const longestAround = (egress: Egress, address: IpAddress): number =>
  Math.max(
    ...egressRangesSeen(egress)
      .filter((range) => prefixContainsAddress(range, address))
      .map(prefixLength),
  )

/** Of several, which there never should be, the first by id. Every policy test asks this, of networks with thousands of clients. */
const clientAround = (state: MeshState, network: Network, address: IpAddress): Client | undefined => {
  let found: Client | undefined
  for (const clientId of largeMapKeys(network.clientIds)) {
    const client = largeMapGet(state.clients, clientId)
    const isEarlier = found === undefined || clientId < found.clientId
    if (client !== undefined && isEarlier && contain(memberPrefixes(client), address)) found = client
  }
  return found
}

/** Whether packets can go from one to the other at all. */
export const sameFamily = (one: End, other: End): boolean => ipFamilyOf(one.address) === ipFamilyOf(other.address)
