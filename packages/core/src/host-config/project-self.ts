/** A host's own part: what it is, and what it looks at. */
import { isWayToInternet } from '../mesh/egress-queries.js'
import { routeAllTrafficOf } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import { isPublicAddress } from '../mesh/listeners.js'
import type { Host, Mesh, MeshState, Network } from '../mesh/mesh-state.js'
import {
  compareIpAddresses,
  comparePrefixes,
  type EgressId,
  endpointAddress,
  type HostCapability,
  type HostId,
  type HostRoute,
  type IpAddress,
  type IpPrefix,
} from '../values/index.js'
import type { SelfFragment } from './fragment.js'
import { gatewayDnsOf } from './gateway-dns.js'
import { meshRouteMetric } from './host-config.js'
import { activeExitOf, gatewayAt, type Membership, membershipsOf, viaOf } from './member-roles.js'
import type { MembershipPart } from './membership-part.js'
import { type EgressView, egressViewOf } from './policy-view.js'
import type { SetName } from './rule-parts.js'
import type { TunnelPart } from './tunnel-part.js'

/** What WireGuard takes of an Ethernet frame's 1500 bytes leaves so much, over IPv6 too. Used by a host that is in no network. */
const defaultMtuBytes = 1420

export const projectSelf = (state: MeshState, hostId: HostId): SelfFragment | undefined => {
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined || state.mesh === null) return undefined
  const memberships = membershipsOf(state, host)
  const parts = partsOfHost(state.mesh, host)
  return {
    kind: 'self',
    hostId,
    wireguardKey: host.wireguardKey,
    listenPort: host.listenPort,
    mtuBytes: host.mtuBytes ?? mtuOf(memberships),
    controlAddress4: host.controlAddress4,
    controlAddress6: host.controlAddress6,
    routes: parts.routes,
    keepaliveSeconds: parts.isBehindNat ? keepaliveOf(memberships) : 0,
    os: host.system.os,
    capabilities: parts.capabilities,
    localPrefixes: parts.localPrefixes,
    memberships: memberships.map((membership) => projectMembership(state, membership)),
  }
}

/** What of a host's own part follows from the host and the mesh's settings. */
interface HostParts {
  readonly settings: Mesh['settings']
  readonly routes: readonly HostRoute[]
  readonly isBehindNat: boolean
  readonly capabilities: readonly HostCapability[]
  readonly localPrefixes: readonly IpPrefix[]
}

const partsOfHost = ({ settings }: Mesh, host: Host): HostParts => {
  const known = partsByHost.get(host)
  if (known?.settings === settings) return known
  const parts = {
    settings,
    routes: controlRoutes(settings, host),
    isBehindNat: isBehindNat(host),
    capabilities: [...host.capabilities].sort(),
    localPrefixes: [...host.localPrefixes].sort(comparePrefixes),
  }
  partsByHost.set(host, parts)
  return parts
}

/** Kept while the host stays as it is: it is asked for whenever one of its nodes changes. */
const partsByHost = new WeakMap<Host, HostParts>()

const projectMembership = (state: MeshState, membership: Membership): MembershipPart => {
  const { network, node } = membership
  const gateway = gatewayAt(state, membership)
  return {
    networkId: network.networkId,
    nodeId: node.nodeId,
    addresses: addressesOf(node),
    classKey: largeMapGet(network.memberRecords, node.nodeId)?.classKey ?? '',
    via: viaOf(state, membership),
    isGateway: gateway !== undefined,
    isIdleGateway: gateway === undefined && largeMapHas(state.gateways, node.nodeId),
    isInternetGateway: gateway?.internet ?? false,
    looksAt: looksAtBesides(state, membership),
    routerOf: [...node.egressIds].sort(),
    egressIds: egressIdsBesides(state, membership),
    pairIds: pairIdsOf(state, membership),
    ownLan: node.ownLan,
    tunnel: tunnelOf(state, membership),
  }
}

/** Sets besides those of its class whose nodes are its peers. */
export const looksAtBesides = (state: MeshState, membership: Membership): readonly SetName[] => {
  if (gatewayAt(state, membership) !== undefined) return ['everyone']
  const views = egressViewsOf(state, membership)
  const names = new Set(views.flatMap(({ users }) => users))
  return names.has('everyone') ? ['everyone'] : [...names].sort()
}

/** Egresses that exchange something with those that the node routes. */
export const egressIdsBesides = (state: MeshState, membership: Membership): readonly EgressId[] =>
  [...new Set(egressViewsOf(state, membership).flatMap(({ egressIds }) => egressIds))].sort()

const egressViewsOf = (state: MeshState, { network, node }: Membership): readonly EgressView[] =>
  node.egressIds.flatMap((egressId) => {
    const egress = largeMapGet(state.egresses, egressId)
    return egress === undefined ? [] : [egressViewOf(state, network, egress)]
  })

const pairIdsOf = (state: MeshState, { node }: Membership): MembershipPart['pairIds'] => {
  const relayed = largeMapGet(state.gateways, node.nodeId)?.pairIds
  if (relayed === undefined || relayed.size === 0) return [...node.pairIds].sort()
  return [...new Set([...node.pairIds, ...largeMapKeys(relayed)])].sort()
}

const tunnelOf = (state: MeshState, { network, node }: Membership): TunnelPart => {
  const gatewayIds =
    routeAllTrafficOf(state, node) === 'off'
      ? null
      : (node.relay?.gatewayIds ?? []).filter((nodeId) => activeExitOf(state, network, nodeId) !== null)
  return {
    gatewayIds,
    mayUseDefaultEgress:
      (!largeMapHas(state.gateways, node.nodeId) || behindInternetGatewayAllowed(network)) &&
      !isWayToInternet(state, node.hostId),
    settings: node.tunnel,
    gatewayDns: node.tunnel.dns === 'keep' ? [] : gatewayDnsOf(state, network, gatewayIds ?? []),
  }
}

const behindInternetGatewayAllowed = (network: Network): boolean =>
  network.settings.gatewayBehindInternetGateway === 'cascade'

export const addressesOf = (node: {
  readonly address4: IpAddress | null
  readonly address6: IpAddress | null
}): readonly IpAddress[] =>
  [node.address4, node.address6].filter((address): address is IpAddress => address !== null).sort(compareIpAddresses)

const controlRoutes = (settings: Mesh['settings'], host: Host): readonly HostRoute[] =>
  [
    { prefix: settings.controlRange4, preferredSource: host.controlAddress4, metric: meshRouteMetric },
    { prefix: settings.controlRange6, preferredSource: host.controlAddress6, metric: meshRouteMetric },
  ].sort((a, b) => comparePrefixes(a.prefix, b.prefix))

/** A host without a public address of its own sits behind something that forgets it when it is silent. */
const isBehindNat = (host: Host): boolean =>
  !host.endpoints.some(({ endpoint, origin }) => origin !== 'observed' && isPublicAddress(endpointAddress(endpoint)))

/** The smallest that any of its networks asks for: one interface carries them all. */
const mtuOf = (memberships: readonly Membership[]): number =>
  memberships.length === 0 ? defaultMtuBytes : Math.min(...memberships.map(({ network }) => network.settings.mtuBytes))

/** The most frequent that any of its networks asks for; 0 when none does. */
const keepaliveOf = (memberships: readonly Membership[]): number => {
  const wanted = memberships.map(({ network }) => network.settings.keepaliveSeconds).filter((seconds) => seconds > 0)
  return wanted.length === 0 ? 0 : Math.min(...wanted)
}
