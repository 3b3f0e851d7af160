/**
 * From a config and the paths chosen on it to what is asked besides the host's own routes: full tunnel (D5), ranges around the underlay
 * (E5) and around the host's own (E10), own LAN (E7).
 */
import { prefixesBeyondMesh } from '../host-config/around-underlay.js'
import type { ChosenPaths } from '../host-config/chosen-paths.js'
import {
  type FullTunnel,
  type HostConfig,
  internetPathKey,
  pathKey,
  type RoutedEgress,
} from '../host-config/host-config.js'
import { asksOwnTables } from '../host-config/own-tables.js'
import {
  comparePrefixes,
  type HostRoute,
  type IpAddress,
  type IpFamily,
  type IpPrefix,
  ipFamilyOf,
  ipPrefix,
  prefixContains,
  prefixContainsAddress,
  prefixFamily,
} from '../values/index.js'
import { anothersOf } from './anothers.js'
import {
  findsMarked,
  noPolicyRouting,
  type OutsideFlow,
  type PolicyRoute,
  type PolicyRouting,
  type PolicyTable,
  policyRouteSlot,
  policyRulesFor,
} from './policy-routing.js'
import { type RouteParts, routesNow } from './routes-now.js'

/** What of a config policy routing is made of. */
export type PolicyRoutingParts = Pick<HostConfig, 'own' | 'paths' | 'ranges' | 'aroundUnderlay' | 'fullTunnel'> &
  RouteParts

/** Routes into the mesh, by who is asked for them. */
export interface DividedRoutes {
  /** Among the host's own: everybody's packets may take them. */
  readonly common: readonly HostRoute[]
  /**
   * In the table `tunnel`: around an endpoint or the server (E5), or a range of the host's own (E10), so that packets which go there may
   * not.
   */
  readonly aroundUnderlay: readonly HostRoute[]
}

/** A host whose driver asks no tables but the host's own has no route around the underlay at all. */
export const divideRoutes = (
  { own, routes, ranges, aroundUnderlay }: Pick<PolicyRoutingParts, 'own' | 'routes' | 'ranges' | 'aroundUnderlay'>,
  servers: readonly OutsideFlow[],
): DividedRoutes => {
  const holdsServer = (prefix: IpPrefix) =>
    servers.some(({ address }) => address !== null && prefixContainsAddress(prefix, address))
  const around = new Set([...aroundUnderlay, ...prefixesBeyondMesh({ routes, ranges }).filter(holdsServer)])
  if (around.size === 0) return { common: routes, aroundUnderlay: [] }
  const isAround = ({ prefix }: HostRoute) => around.has(prefix)
  return {
    common: routes.filter((route) => !isAround(route)),
    aroundUnderlay: asksOwnTables(own) ? routes.filter(isAround) : [],
  }
}

/** `servers`: where this host's server is; what goes there stays outside. */
export const policyRoutingOf = (
  config: PolicyRoutingParts,
  chosen: Pick<ChosenPaths, 'hops' | 'vector'>,
  servers: readonly OutsideFlow[] = [],
): PolicyRouting => {
  const { routes, keptByLan } = routesNow(config, chosen)
  const parts = { ...config, routes }
  const ownRanges = rangesOf(config.routing)
  const { aroundUnderlay } = divideRoutes(parts, servers)
  const isAround = (range: IpPrefix) => aroundUnderlay.some(({ prefix }) => prefixContains(prefix, range))
  const first = tunnelOrLan(parts, chosen.hops.has(internetPathKey), ownRanges)
  const all = withoutSame([
    ...forwardedRoutes(config, chosen, keptByLan, isAround),
    ...first,
    ...aroundUnderlay.map(({ prefix, preferredSource }) => intoMesh(prefix, preferredSource)),
    ...routesOf('tunnel', ownRanges.filter(isAround), 'outside'),
  ])
  if (all.length === 0) return noPolicyRouting
  const asked = new Set(first.filter(({ to }) => to === 'mesh').map(({ prefix }) => prefix))
  const yielding = aroundUnderlay.map(({ prefix }) => prefix).filter((prefix) => !asked.has(prefix))
  const rules = policyRulesFor(all, outsideFlows(servers), yielding)
  return { isBypassed: rules.some(findsMarked), routes: all, rules }
}

/** What is passed on goes by ranges: into the mesh to those who have them, and out of it for what this host routes itself. */
const forwardedRoutes = (
  config: PolicyRoutingParts,
  chosen: Pick<ChosenPaths, 'hops' | 'vector'>,
  keptByLan: readonly IpPrefix[],
  isAround: (range: IpPrefix) => boolean,
): readonly PolicyRoute[] => {
  const { own, paths, routing, nat } = config
  const anothers = anothersOf(config, chosen)
  const maps = new Set(nat.flatMap((rule) => (rule.kind === 'prefix-map' ? [rule.egressId] : [])))
  const isMapped = ({ egressId }: RoutedEgress) => maps.has(egressId)
  const toAnothers = anothers.flatMap(({ egressId }) => paths.get(pathKey('egress', egressId))?.prefixes ?? [])
  const mappedAround = rangesOf(routing.filter(isMapped)).filter((range) => isAround(range) && !isInLan(own, range))
  return around(
    // By its own addresses a mapped range is whose the mesh says it is.
    rangesOf(routing.filter((egress) => !isMapped(egress) && !anothers.includes(egress))),
    'forwarded',
    [...keptByLan, ...toAnothers, ...mappedAround].map((prefix) => ({ prefix, preferredSource: null })),
  )
}

const rangesOf = (routing: readonly RoutedEgress[]): readonly IpPrefix[] => routing.flatMap(({ ranges }) => ranges)

/** Into the mesh, but for what this host routes itself (E10). */
const around = (
  ownRanges: readonly IpPrefix[],
  table: PolicyTable,
  wanted: readonly Pick<HostRoute, 'prefix' | 'preferredSource'>[],
): readonly PolicyRoute[] => {
  const taken = wanted.filter(({ prefix }) => !ownRanges.includes(prefix))
  const outside = ownRanges.filter((range) => taken.some(({ prefix }) => prefixContains(prefix, range)))
  return [
    ...taken.map(({ prefix, preferredSource }) => ({ table, prefix, to: 'mesh' as const, preferredSource })),
    ...routesOf(table, outside, 'outside'),
  ]
}

const isInLan = ({ localPrefixes }: HostConfig['own'], range: IpPrefix): boolean =>
  localPrefixes.some((lan) => prefixContains(lan, range))

/** The first of each slot. */
const withoutSame = (routes: readonly PolicyRoute[]): readonly PolicyRoute[] => {
  const found = new Map<string, PolicyRoute>()
  for (const route of routes) {
    const slot = policyRouteSlot(route)
    if (!found.has(slot)) found.set(slot, route)
  }
  return [...found.values()]
}

/** A full tunnel (D5), and of the own LAN what the node wants from the mesh (E7). */
const tunnelOrLan = (
  parts: PolicyRoutingParts,
  hasGateway: boolean,
  ownRanges: readonly IpPrefix[],
): readonly PolicyRoute[] => {
  const { own, ranges, routes } = parts
  const preferred = routes.filter(({ prefix }) => own.localPrefixes.includes(prefix) && !ranges.includes(prefix))
  const lan = asksOwnTables(own) ? around(ownRanges, 'tunnel', preferred) : []
  const inMesh = new Set(lan.filter(({ to }) => to === 'mesh').map(({ prefix }) => prefix))
  // The node said of these ranges that the mesh has them, and of its LAN as a whole that it stays outside: ranges are nearer.
  const tunnel = tunnelRoutes(parts, hasGateway, ownRanges)
  return [...tunnel.filter(({ prefix, to }) => to !== 'outside' || !inMesh.has(prefix)), ...lan]
}

/** Everything of the tunnel's families; `[]` where nothing of it goes into the tunnel now. */
const tunnelRoutes = (
  { own, paths, routes, fullTunnel }: PolicyRoutingParts,
  hasGateway: boolean,
  ownRanges: readonly IpPrefix[],
): readonly PolicyRoute[] => {
  if (fullTunnel === null || !asksOwnTables(own)) return []
  const isClosed = fullTunnel.settings.whenGatewayGone === 'block'
  if (!hasGateway && !isClosed) return []
  const networkId = paths.get(internetPathKey)?.networkId
  const addresses = own.memberships.find((part) => part.networkId === networkId)?.addresses ?? []
  const inside = insidePrefixes(own.localPrefixes, fullTunnel, ownRanges)
  return fullTunnel.families.flatMap((family) => {
    const source = addresses.find((address) => ipFamilyOf(address) === family) ?? null
    const taken = [defaultOf(family), ...inside].filter((prefix) => prefixFamily(prefix) === family)
    const outside = fullTunnel.outsidePrefixes.filter((prefix) => prefixFamily(prefix) === family)
    // Routes into the mesh know their own networks' addresses, and are asked after what is inside.
    const longer = routes.filter(({ prefix }) => inside.some((range) => prefixContains(range, prefix)))
    return [
      // Without a gateway too, and without an address: WireGuard or the gateway drops it, and answers to what came in outside get out.
      ...taken.map((prefix) => intoMesh(prefix, source)),
      ...(isClosed ? routesOf('tunnel', taken, 'nowhere') : []),
      ...longer
        .filter(({ prefix }) => prefixFamily(prefix) === family && !taken.includes(prefix))
        .map(({ prefix, preferredSource }) => intoMesh(prefix, preferredSource)),
      ...routesOf('tunnel', outside, 'outside'),
    ]
  })
}

/** The local network, where it shall not stay outside; but for what this host routes itself (E10). */
const insidePrefixes = (
  local: readonly IpPrefix[],
  { settings }: FullTunnel,
  ownRanges: readonly IpPrefix[],
): readonly IpPrefix[] =>
  settings.localNetwork === 'outside'
    ? []
    : local.filter((prefix) => !ownRanges.some((range) => prefixContains(range, prefix))).sort(comparePrefixes)

const intoMesh = (prefix: IpPrefix, preferredSource: IpAddress | null): PolicyRoute => ({
  table: 'tunnel',
  prefix,
  to: 'mesh',
  preferredSource,
})

const routesOf = (table: PolicyTable, prefixes: readonly IpPrefix[], to: 'outside' | 'nowhere') =>
  prefixes.map((prefix): PolicyRoute => ({ table, prefix, to, preferredSource: null }))

const defaultOf = (family: IpFamily): IpPrefix => ipPrefix(family === 4 ? '0.0.0.0/0' : '::/0')

/** Servers, and what a host asks for its addresses (DHCP: RFC 2131, RFC 8415). */
const outsideFlows = (servers: readonly OutsideFlow[]): readonly (OutsideFlow & { readonly family: IpFamily })[] => [
  ...servers.flatMap((flow) => (flow.address === null ? [] : [{ ...flow, family: ipFamilyOf(flow.address) }])),
  { family: 4, protocol: 'udp', address: null, port: 67 },
  { family: 6, protocol: 'udp', address: null, port: 547 },
]
