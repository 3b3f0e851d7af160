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
import { aroundUnderlay } from './around-underlay.js'
import { expandFilter } from './expand-filter.js'
import { expandNat } from './expand-nat.js'
import { expandPaths } from './expand-paths.js'
import { expandClients, expandPeers } from './expand-peers.js'
import { expandProbes } from './expand-probes.js'
import { expandFullTunnel } from './expand-tunnel.js'
import { type WriteSet, writeSetAnew } from './filter-sets.js'
import type { FragmentKind, FragmentOf, SelfFragment } from './fragment.js'
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
import type { HostConfig, Path, PathKey, PeerSets, RefusedPart, RoutedEgress } from './host-config.js'
import { meshRouteMetric } from './host-config.js'
import { heldOf } from './leads-to.js'
import type { MembershipPart } from './membership-part.js'
import { projectSnapshot } from './patch.js'
import { aroundUnderlayParts, type KeptByLan, lackingParts, ownLanParts } from './refused-parts.js'

/** `undefined` for a host that the mesh doesn't know. */
export const projectHostConfig = (state: MeshState, hostId: HostId): HostConfig | undefined =>
  expandHostConfig(tableOfSnapshot(hostId, projectSnapshot(state, hostId)))

/** `undefined` while the table has no own part. */
export const expandHostConfig = (table: FragmentTable): HostConfig | undefined =>
  expandWith(table, writeSetAnew)?.config

/** A config, and what of its refused parts stays as the underlay changes. */
export interface Expanded {
  readonly config: HostConfig
  readonly refusedAnyway: readonly RefusedPart[]
}

/** The same, with the sets of the filter written by `write`. */
export const expandWith = (table: FragmentTable, write: WriteSet): Expanded | undefined => {
  const own = heldOf(table, selfFragmentId(table.viewer), 'self')
  if (own === undefined) return undefined
  const { paths, shadowed } = expandPaths(table, own)
  const peers = expandPeers(table, own)
  const nat = expandNat(table, own)
  const routing = expandRouting(table, own)
  const routes = expandRoutes(table, own, paths)
  const fullTunnel = expandFullTunnel(own, paths, peers, routing)
  const ranges = expandRanges(table, own)
  const around = aroundUnderlay({ own, ranges, routing, routes: routes.taken }, peers.values())
  const networkIds = own.memberships.map(({ networkId }) => networkId)
  const refusedAnyway = [
    ...lackingParts(own, fullTunnel !== null),
    ...nat.refused,
    ...shadowed,
    ...ownLanParts(routes.kept),
  ]
  const config: HostConfig = {
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
    ranges,
    routes: routes.taken,
    keptByLan: [...new Set(routes.kept.map(({ prefix }) => prefix))].sort(comparePrefixes),
    aroundUnderlay: around,
    fullTunnel,
    filter: expandFilter(table, own, write),
    nat: nat.rules,
    names: networkIds.flatMap((networkId) => heldOf(table, namesFragmentId(networkId), 'names') ?? []),
    dns: networkIds.flatMap((networkId) => heldOf(table, dnsFragmentId(networkId), 'dns') ?? []),
    probes: expandProbes({ own, paths, routing, peers }),
    refused: [...refusedAnyway, ...aroundUnderlayParts({ own, routing }, around)],
  }
  return { config, refusedAnyway }
}

const sortedFragments = <K extends FragmentKind>(table: FragmentTable, kind: K): readonly FragmentOf<K>[] =>
  [...table.fragments]
    .flatMap(([id, { fragment }]) => (fragment.kind === kind ? [[id, fragment as FragmentOf<K>] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, fragment]) => fragment)

/** What of the class itself: a host's own part, which is in its config too, may name the same again. */
const expandPeerSets = (table: FragmentTable, own: SelfFragment): readonly PeerSets[] =>
  own.memberships.map(({ networkId, classKey }) => {
    const ofClass = heldOf(table, classFragmentId(networkId, classKey), 'class')
    return {
      networkId,
      sets: ofClass?.peers ?? [],
      own: ofClass?.ownPeers ?? null,
      egressIds: ofClass?.egressIds ?? [],
    }
  })

export const expandRouting = (table: FragmentTable, own: SelfFragment): readonly RoutedEgress[] =>
  own.memberships.flatMap((part) =>
    part.routerOf.flatMap((egressId) => {
      const { routers = [], ranges = [] } = heldOf(table, routerFragmentId(egressId), 'router') ?? {}
      const at = routers.findIndex(({ nodeId }) => nodeId === part.nodeId)
      const before = routers.slice(0, Math.max(0, at)).flatMap(({ nodeId }) => {
        const node = heldOf(table, nodeFragmentId(nodeId), 'node')
        return node === undefined ? [] : [{ nodeId, hostId: node.hostId }]
      })
      return at === -1
        ? []
        : [
            {
              egressId,
              ranges,
              before,
              routers: routers.map(({ nodeId, interfaceName }) => ({ nodeId, interfaceName })),
            },
          ]
    }),
  )

const expandRanges = (table: FragmentTable, own: SelfFragment): readonly IpPrefix[] => {
  const networks = own.memberships.flatMap(
    ({ networkId }) => heldOf(table, networkFragmentId(networkId), 'network') ?? [],
  )
  const ranges = networks.flatMap(({ range4, range6 }) => [range4, range6]).filter((range) => range !== null)
  return [...own.routes.map(({ prefix }) => prefix), ...ranges].sort(comparePrefixes)
}

export interface Routes {
  readonly taken: readonly HostRoute[]
  /** Everything else of its networks that the host's own LAN keeps (E7). */
  readonly kept: readonly KeptByLan[]
}

/** Of the paths only those count that lead beyond nodes and their clients. */
export const expandRoutes = (table: FragmentTable, own: SelfFragment, paths: ReadonlyMap<PathKey, Path>): Routes => {
  const routes = new Map<IpPrefix, HostRoute>(own.routes.map((route) => [route.prefix, route]))
  const kept: KeptByLan[] = []
  const routed = new Set(expandRouting(table, own).flatMap(({ ranges }) => ranges))
  for (const part of own.memberships) {
    const network = heldOf(table, networkFragmentId(part.networkId), 'network')
    if (network === undefined) continue
    const ranges = [network.range4, network.range6].filter((range) => range !== null)
    const others = prefixesBeyond(part, network, paths).filter((prefix) => !ranges.includes(prefix))
    for (const prefix of [...ranges, ...others]) {
      const lan = ranges.includes(prefix) ? undefined : lanAround(own, part, prefix, routed)
      if (lan !== undefined) kept.push({ prefix, lan, networkName: network.name })
      else if (!routes.has(prefix))
        routes.set(prefix, { prefix, preferredSource: sourceOf(part, prefix), metric: meshRouteMetric })
    }
  }
  return { taken: [...routes.values()].sort((a, b) => comparePrefixes(a.prefix, b.prefix)), kept }
}

/** What a network leads to beyond its nodes, but default routes, which a full tunnel has. */
const prefixesBeyond = (
  part: MembershipPart,
  network: FragmentOf<'network'>,
  paths: ReadonlyMap<PathKey, Path>,
): readonly IpPrefix[] => {
  const beyond = new Set<IpPrefix>(network.clientPrefixes)
  for (const path of paths.values())
    if (path.networkId === part.networkId && leavesTheMesh(path) && !isOwnEgress(part, path))
      for (const prefix of path.prefixes) if (prefixLength(prefix) > 0) beyond.add(prefix)
  return [...beyond]
}

/** The LAN that keeps a range: where the node wants that (E7), and of what the host routes itself in any case (E10). */
const lanAround = (
  own: SelfFragment,
  { ownLan }: MembershipPart,
  prefix: IpPrefix,
  routed: ReadonlySet<IpPrefix>,
): IpPrefix | undefined =>
  ownLan === 'own' || routed.has(prefix) ? own.localPrefixes.find((local) => prefixContains(local, prefix)) : undefined

const leavesTheMesh = ({ to }: Path): boolean =>
  to.kind === 'leaving' || to.kind === 'routed' || to.kind === 'own-gateway'

const isOwnEgress = ({ routerOf }: MembershipPart, { to }: Path): boolean =>
  (to.kind === 'leaving' || to.kind === 'routed') && routerOf.includes(to.egressId)

const sourceOf = (part: MembershipPart, prefix: IpPrefix) =>
  part.addresses.find((address) => address.includes(':') === (prefixFamily(prefix) === 6)) ?? null
