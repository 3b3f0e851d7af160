/** What a client's file says, from the state: who its gateway is, where, and what goes there (B5). */
import * as E from 'fp-ts/lib/Either.js'
import { isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { Client, Egress, Gateway, MeshState, Network, NetworkSettings, Node } from '../mesh/mesh-state.js'
import { egressesOfClient } from '../policy/index.js'
import {
  type ClientId,
  endpointAddress,
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  ipPrefix,
  mergePrefixes,
  type NodeId,
  prefixContains,
  prefixLength,
  subtractPrefixes,
  type UdpEndpoint,
  type WireguardPublicKey,
} from '../values/index.js'
import { gatewayDnsOf } from './gateway-dns.js'
import { gatewayEndpoint } from './gateway-endpoint.js'

/** What is right in a client's file and yet may surprise; the file works all the same. */
export type ClientFileWarning =
  /** The gateway lets it in only after it was enabled. */
  | 'client-disabled'
  /** All its traffic was to go through the gateway, which is no way to the internet: only the mesh does. */
  | 'full-tunnel-unavailable'
  /** All traffic goes through the tunnel, and no DNS server is named: the device goes on asking its own. */
  | 'no-dns-in-tunnel'
  /** The gateway's endpoint lies inside a range that is reached through the mesh; it alone is left out of the tunnel. */
  | 'endpoint-inside-range'

/** Everything that a client's file says but its private key. */
export interface ClientFileContent {
  readonly client: Client
  readonly gatewayKey: WireguardPublicKey
  readonly endpoint: UdpEndpoint
  readonly allowedIps: readonly IpPrefix[]
  readonly dns: readonly IpAddress[]
  readonly settings: NetworkSettings
  readonly warnings: readonly ClientFileWarning[]
}

/** `client-unknown`, or `client-gateway-no-endpoint`. */
export const clientFileContent = (state: MeshState, clientId: ClientId): E.Either<MeshError, ClientFileContent> => {
  const client = largeMapGet(state.clients, clientId)
  const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
  if (client === undefined || network === undefined) return E.left({ code: 'client-unknown', clientId })
  const { gatewayId } = client
  const gateway = largeMapGet(state.gateways, gatewayId)
  const node = largeMapGet(state.nodes, gatewayId)
  const gatewayHost = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  if (gateway === undefined || node === undefined || gatewayHost === undefined)
    return E.left({ code: 'client-gateway-unknown', gatewayId })
  const endpoint = gatewayEndpoint(gatewayHost, network)
  if (endpoint === undefined) return E.left({ code: 'client-gateway-no-endpoint', gatewayId, name: node.name })
  const isFull = leadsAllThrough(state, network, client, gateway, node)
  const wanted = isFull ? bothDefaults : splitPrefixes(state, network, client, node)
  const allowedIps = outsideOf(wanted, endpoint)
  // Its own, even if it says none (B10).
  const dns = client.dns ?? dnsOfNetwork(state, network, gatewayId, isFull)
  const warnings = warningsOf(client, allowedIps, { hasDns: dns.length > 0, isCut: allowedIps !== wanted })
  const { settings } = network
  const gatewayKey = gatewayHost.wireguardKey
  return E.right({ client, gatewayKey, endpoint, allowedIps, dns, settings, warnings })
}

/** Where it names none and all traffic goes through a gateway, whom that asks (D5). */
const dnsOfNetwork = (state: MeshState, network: Network, gatewayId: NodeId, isFull: boolean): readonly IpAddress[] => {
  const { clientDns } = network.settings
  if (clientDns.length > 0 || !isFull) return clientDns
  return gatewayDnsOf(state, network, [gatewayId])[0]?.servers ?? []
}

const bothDefaults: readonly IpPrefix[] = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]

/**
 * Chosen, at an internet gateway; or at a gateway that sends all of its own through one (`cascade`): then its clients' traffic goes
 * that way too, whatever they chose (D6).
 */
const leadsAllThrough = (state: MeshState, network: Network, client: Client, gateway: Gateway, node: Node): boolean => {
  if (gateway.internet) return client.fullTunnel
  const upstream = node.relay?.gatewayIds ?? []
  return (
    network.settings.gatewayBehindInternetGateway === 'cascade' &&
    node.routeAllTraffic &&
    upstream.some((nodeId) => largeMapGet(state.gateways, nodeId)?.internet)
  )
}

/** The network's ranges, the egress ranges that it may reach, what other clients bring along; merged and sorted. */
const splitPrefixes = (state: MeshState, network: Network, client: Client, gatewayNode: Node): readonly IpPrefix[] => {
  const ranges = [network.range4, network.range6].filter((range) => range !== null)
  const reached = egressesOfClient(state, network, client)
    .filter(({ egress }) => !isInternetEgress(egress) || passesInternetOn(network, gatewayNode, egress))
    .flatMap(({ prefixes }) => prefixes)
  const others = subtractPrefixes(
    [...largeMapKeys(network.clientPrefixes), ...reached.filter((prefix) => !isDefault(prefix))],
    [...client.additionalAddresses, ...client.prefixesBehind],
  )
  return mergePrefixes([...ranges, ...others, ...reached.filter(isDefault)])
}

const isDefault = (prefix: IpPrefix): boolean => prefixLength(prefix) === 0

/** A gateway passes internet traffic on to a router only under `cascade`, or when it is the router itself (E4). */
const passesInternetOn = ({ settings }: Network, { egressIds }: Node, { egressId }: Egress): boolean =>
  settings.gatewayBehindInternetGateway === 'cascade' || egressIds.includes(egressId)

/** Without the endpoint's own address, or the tunnel would lead into itself; readers see to that for default routes alone. */
const outsideOf = (prefixes: readonly IpPrefix[], endpoint: UdpEndpoint): readonly IpPrefix[] => {
  const address = hostPrefix(endpointAddress(endpoint))
  const around = prefixes.find((prefix) => prefixContains(prefix, address))
  return around === undefined || isDefault(around) ? prefixes : subtractPrefixes(prefixes, [address])
}

const warningsOf = (
  client: Client,
  allowedIps: readonly IpPrefix[],
  { hasDns, isCut }: { readonly hasDns: boolean; readonly isCut: boolean },
): readonly ClientFileWarning[] => {
  const isFull = allowedIps.some(isDefault)
  return [
    ...(client.enabled ? [] : (['client-disabled'] as const)),
    ...(client.fullTunnel && !isFull ? (['full-tunnel-unavailable'] as const) : []),
    ...(isFull && !hasDns ? (['no-dns-in-tunnel'] as const) : []),
    ...(isCut ? (['endpoint-inside-range'] as const) : []),
  ]
}
