/** From the fragments that a host holds to its config, with all references followed. */
import type { MeshState } from '../mesh/mesh-state.js'
import {
  comparePrefixes,
  type HostId,
  type HostRoute,
  type IpPrefix,
  prefixContains,
  prefixFamily,
  prefixLength,
} from '../values/index.js'
import { expandFilter } from './expand-filter.js'
import { expandNat } from './expand-nat.js'
import { expandPaths } from './expand-paths.js'
import { expandClients, expandPeers } from './expand-peers.js'
import { expandFullTunnel } from './expand-tunnel.js'
import { type WriteSet, writeSetAnew } from './filter-sets.js'
import type { FragmentKind, FragmentOf, MembershipPart, SelfFragment } from './fragment.js'
import {
  classFragmentId,
  dnsFragmentId,
  namesFragmentId,
  networkFragmentId,
  nodeFragmentId,
  routerFragmentId,
  selfFragmentId,
} from './fragment-id.js'
import { type FragmentTable, tableOfSnapshot } from './fragment-table.js'
import type { Hop, HostConfig, Path, PathKey, PeerConfig, PeerSets, RefusedPart, RoutedEgress } from './host-config.js'
import { meshRouteMetric, pathKey } from './host-config.js'
import { heldOf } from './leads-to.js'
import { projectSnapshot } from './patch.js'

/** `undefined` for a host that the mesh doesn't know. */
export const projectHostConfig = (state: MeshState, hostId: HostId): HostConfig | undefined =>
  expandHostConfig(tableOfSnapshot(hostId, projectSnapshot(state, hostId)))

/** `undefined` while the table has no own part. */
export const expandHostConfig = (table: FragmentTable): HostConfig | undefined => expandWith(table, writeSetAnew)

/** The same, with the sets of the filter written by `write`. */
export const expandWith = (table: FragmentTable, write: WriteSet): HostConfig | undefined => {
  const own = heldOf(table, selfFragmentId(table.viewer), 'self')
  if (own === undefined) return undefined
  const { paths, shadowed } = expandPaths(table, own)
  const peers = expandPeers(table, own)
  const nat = expandNat(table, own)
  const routing = expandRouting(table, own)
  const fullTunnel = expandFullTunnel(own, paths, peers)
  const networkIds = own.memberships.map(({ networkId }) => networkId)
  return {
    own,
    networks: networkIds.flatMap((networkId) => heldOf(table, networkFragmentId(networkId), 'network') ?? []),
    memberSets: sortedFragments(table, 'set'),
    egresses: sortedFragments(table, 'egress'),
    peerSets: expandPeerSets(table, own),
    pairs: sortedFragments(table, 'pair'),
    peers,
    clients: expandClients(table),
    paths,
    routing,
    ranges: expandRanges(table, own),
    routes: expandRoutes(table, own, paths),
    fullTunnel,
    filter: expandFilter(table, own, write),
    nat: nat.rules,
    names: networkIds.flatMap((networkId) => heldOf(table, namesFragmentId(networkId), 'names') ?? []),
    dns: networkIds.flatMap((networkId) => heldOf(table, dnsFragmentId(networkId), 'dns') ?? []),
    probes: probesOf(paths, routing, peers),
    refused: [...refusedParts(own, fullTunnel !== null), ...nat.refused, ...shadowed],
  }
}

const sortedFragments = <K extends FragmentKind>(table: FragmentTable, kind: K): readonly FragmentOf<K>[] =>
  [...table.fragments]
    .flatMap(([id, { fragment }]) => (fragment.kind === kind ? [[id, fragment as FragmentOf<K>] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, fragment]) => fragment)

const expandPeerSets = (table: FragmentTable, own: SelfFragment): readonly PeerSets[] =>
  own.memberships.map(({ networkId, classKey, looksAt }) => {
    const ofClass = heldOf(table, classFragmentId(networkId, classKey), 'class')
    const sets = [...new Set([...looksAt, ...(ofClass?.peers ?? [])])].sort()
    return { networkId, sets, own: ofClass?.ownPeers ?? null }
  })

const expandRouting = (table: FragmentTable, own: SelfFragment): readonly RoutedEgress[] =>
  own.memberships.flatMap((part) =>
    part.routerOf.flatMap((egressId) => {
      const routers = heldOf(table, routerFragmentId(egressId), 'router')?.routers ?? []
      const at = routers.findIndex(({ nodeId }) => nodeId === part.nodeId)
      const before = routers.slice(0, Math.max(0, at)).flatMap(({ nodeId }) => {
        const node = heldOf(table, nodeFragmentId(nodeId), 'node')
        return node === undefined ? [] : [{ nodeId, hostId: node.hostId }]
      })
      return at === -1
        ? []
        : [{ egressId, before, routers: routers.map(({ nodeId, interfaceName }) => ({ nodeId, interfaceName })) }]
    }),
  )

const expandRanges = (table: FragmentTable, own: SelfFragment): readonly IpPrefix[] => {
  const networks = own.memberships.flatMap(
    ({ networkId }) => heldOf(table, networkFragmentId(networkId), 'network') ?? [],
  )
  const ranges = networks.flatMap(({ range4, range6 }) => [range4, range6]).filter((range) => range !== null)
  return [...own.routes.map(({ prefix }) => prefix), ...ranges].sort(comparePrefixes)
}

const expandRoutes = (
  table: FragmentTable,
  own: SelfFragment,
  paths: ReadonlyMap<PathKey, Path>,
): readonly HostRoute[] => {
  const routes = new Map<IpPrefix, HostRoute>(own.routes.map((route) => [route.prefix, route]))
  for (const part of own.memberships) {
    const network = heldOf(table, networkFragmentId(part.networkId), 'network')
    if (network === undefined) continue
    for (const prefix of routedPrefixes(own, part, network, paths))
      if (!routes.has(prefix))
        routes.set(prefix, { prefix, preferredSource: sourceOf(part, prefix), metric: meshRouteMetric })
  }
  return [...routes.values()].sort((a, b) => comparePrefixes(a.prefix, b.prefix))
}

/** Everything of a network but default routes, which a full tunnel has, and what the host's own LAN keeps (E7). */
const routedPrefixes = (
  own: SelfFragment,
  part: MembershipPart,
  network: FragmentOf<'network'>,
  paths: ReadonlyMap<PathKey, Path>,
): readonly IpPrefix[] => {
  const ranges = [network.range4, network.range6].filter((range) => range !== null)
  const others = new Set<IpPrefix>(network.clientPrefixes)
  for (const path of paths.values())
    if (path.networkId === part.networkId && leavesTheMesh(path) && !isOwnEgress(part, path))
      for (const prefix of path.prefixes) if (prefixLength(prefix) > 0) others.add(prefix)
  const isOwnLan = (prefix: IpPrefix) =>
    part.ownLan === 'own' && own.localPrefixes.some((local) => prefixContains(local, prefix))
  return [...ranges, ...[...others].filter((prefix) => !ranges.includes(prefix) && !isOwnLan(prefix))]
}

const leavesTheMesh = ({ to }: Path): boolean =>
  to.kind === 'leaving' || to.kind === 'routed' || to.kind === 'own-gateway'

const isOwnEgress = ({ routerOf }: MembershipPart, { to }: Path): boolean =>
  (to.kind === 'leaving' || to.kind === 'routed') && routerOf.includes(to.egressId)

const sourceOf = (part: MembershipPart, prefix: IpPrefix) =>
  part.addresses.find((address) => address.includes(':') === (prefixFamily(prefix) === 6)) ?? null

/**
 * Users of a list measure what is in it, and a router those that go before it: four at most each. Direct peers alone can be asked, and of
 * routers those alone that are reached directly: whether a relayed one is there, nobody else can tell.
 */
const probesOf = (
  paths: ReadonlyMap<PathKey, Path>,
  routing: readonly RoutedEgress[],
  peers: ReadonlyMap<HostId, PeerConfig>,
): readonly HostId[] => {
  const probes = new Set<HostId>()
  const routers = (hops: readonly Hop[]) =>
    hops.filter(({ nodeId }) => paths.get(pathKey('node', nodeId))?.to.kind !== 'relayed')
  const add = (hops: readonly Hop[]) => {
    for (const { hostId } of hops.slice(0, 4)) if (peers.has(hostId)) probes.add(hostId)
  }
  for (const { to } of paths.values()) {
    if (to.kind === 'own-gateway' || to.kind === 'internet' || to.kind === 'pair') add(to.gateways)
    if ((to.kind === 'leaving' || to.kind === 'routed') && to.routers.length > 1) add(routers(to.routers))
  }
  for (const { before } of routing) add(routers(before))
  return [...probes].sort()
}

const refusedParts = (own: SelfFragment, hasTunnel: boolean): readonly RefusedPart[] => {
  const can = (capability: SelfFragment['capabilities'][number]) => own.capabilities.includes(capability)
  const refused: RefusedPart[] = []
  if (own.memberships.length > 0 && !can('filter'))
    refused.push({
      part: 'filter',
      capability: 'filter',
      reason: 'This host enforces no policy: its driver has no packet filter.',
    })
  if (own.memberships.some((part) => part.isIdleGateway || part.routerOf.length > 0) && !can('forward'))
    refused.push({
      part: 'forward',
      capability: 'forward',
      reason: 'This host passes nothing on: its driver can not forward.',
    })
  if (hasTunnel && !can('full-tunnel'))
    refused.push({
      part: 'full-tunnel',
      capability: 'full-tunnel',
      reason: 'Internet traffic goes its own way: the driver has no full tunnel.',
    })
  if (own.memberships.length > 0 && !can('names'))
    refused.push({
      part: 'names',
      capability: 'names',
      reason: 'Names of the mesh are not resolved: the driver leaves the resolver alone.',
    })
  return refused
}
