/** What is reached through peers, and through which ones it may be reached. The hop itself is chosen later, by `choosePaths`. */
import { comparePrefixes, type EgressId, type IpPrefix, ipPrefix, prefixLength } from '../values/index.js'
import { expandNode, hopsOf } from './expand-node-paths.js'
import type { EgressFragment, SelfFragment } from './fragment.js'
import { classFragmentId, egressFragmentId, networkFragmentId, nodeFragmentId } from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import { internetPathKey, type Path, type PathKey, pathKey, type RefusedPart } from './host-config.js'
import { heldOf } from './leads-to.js'
import type { MembershipPart } from './membership-part.js'

export interface ExpandedPaths {
  readonly paths: ReadonlyMap<PathKey, Path>
  /** Ranges that another network of the host exports as well, with a lower metric (A4). */
  readonly shadowed: readonly RefusedPart[]
}

export const expandPaths = (table: FragmentTable, own: SelfFragment): ExpandedPaths => {
  const paths = new Map<PathKey, Path>()
  for (const { fragment } of table.fragments.values())
    if (fragment.kind === 'node') for (const path of expandNode(table, own, fragment)) paths.set(path.key, path)
  const beyond = expandPathsBeyond(table, own)
  for (const path of beyond.paths.values()) paths.set(path.key, path)
  return { paths, shadowed: beyond.shadowed }
}

/** Paths that lead to no node and its clients: to egresses, to whole networks, to the internet. */
export const expandPathsBeyond = (table: FragmentTable, own: SelfFragment): ExpandedPaths => {
  const paths = new Map<PathKey, Path>()
  const add = (path: Path | undefined) => {
    if (path !== undefined && path.prefixes.length > 0) paths.set(path.key, path)
  }
  const { egresses, shadowed } = usableEgresses(table, own)
  for (const part of own.memberships) {
    if (part.via !== null) add(wholeNetworkPath(table, part, egresses))
  }
  for (const egress of egresses) {
    const part = own.memberships.find(({ networkId }) => networkId === egress.networkId)
    if (part !== undefined && part.via === null) add(egressPath(table, egress))
  }
  for (const part of own.memberships)
    if (part.isGateway) for (const egressId of part.routerOf) add(standbyPath(table, part, egressId))
  add(internetPath(table, own, egresses))
  return { paths, shadowed }
}

/** Everything of the network through the own gateway, as far as policy lets anything of it be reached. */
const wholeNetworkPath = (
  table: FragmentTable,
  part: MembershipPart,
  egresses: readonly EgressFragment[],
): Path | undefined => {
  const network = heldOf(table, networkFragmentId(part.networkId), 'network')
  if (network === undefined || part.via === null) return undefined
  const prefixes = new Set<IpPrefix>([network.range4, network.range6].filter((range) => range !== null))
  for (const prefix of network.clientPrefixes) prefixes.add(prefix)
  for (const { networkId, prefixes: ranges } of egresses)
    if (networkId === part.networkId) for (const prefix of ranges) if (prefixLength(prefix) > 0) prefixes.add(prefix)
  return {
    key: pathKey('network', part.networkId),
    networkId: part.networkId,
    prefixes: [...prefixes].sort(comparePrefixes),
    to: { kind: 'own-gateway', nodeId: part.nodeId, gateways: hopsOf(table, part.via, part) },
  }
}

const egressPath = (table: FragmentTable, egress: EgressFragment): Path => {
  const { egressId, networkId, kindOfPath, fallbackToWider } = egress
  const routers = egress.routers.flatMap(({ nodeId, metric }) => {
    const node = heldOf(table, nodeFragmentId(nodeId), 'node')
    return node === undefined ? [] : [{ nodeId, hostId: node.hostId, metric }]
  })
  const prefixes = egress.prefixes.filter((prefix) => prefixLength(prefix) > 0)
  return {
    key: pathKey('egress', egressId),
    networkId,
    prefixes,
    to: { kind: kindOfPath, egressId, routers, fallbackToWider },
  }
}

/**
 * What a gateway is sent by the routers before it of an egress that it routes as well, on the way to those that it relays: without
 * this its WireGuard would drop it. What it makes itself leaves by its own LAN; what others sent it for the range goes there (E6).
 */
const standbyPath = (table: FragmentTable, part: MembershipPart, egressId: EgressId): Path | undefined => {
  const egress = heldOf(table, egressFragmentId(egressId), 'egress')
  const at = egress?.routers.findIndex(({ nodeId }) => nodeId === part.nodeId) ?? -1
  if (egress === undefined || at < 1) return undefined
  return egressPath(table, { ...egress, routers: egress.routers.slice(0, at), kindOfPath: 'routed' })
}

/**
 * Egresses that this host uses and doesn't route itself, each prefix once over all its networks: what the host routes itself wins
 * before all (E10), then the lower metric, the network's name, the id.
 */
const usableEgresses = (
  table: FragmentTable,
  own: SelfFragment,
): { readonly egresses: readonly EgressFragment[]; readonly shadowed: readonly RefusedPart[] } => {
  const found = own.memberships.flatMap((part) => egressesOf(table, part))
  const metricOf = (egress: EgressFragment) => egress.routers[0]?.metric ?? Number.MAX_SAFE_INTEGER
  const nameOf = ({ networkId }: EgressFragment) => heldOf(table, networkFragmentId(networkId), 'network')?.name ?? ''
  const order = (a: EgressFragment, b: EgressFragment) =>
    metricOf(a) - metricOf(b) || compareText(nameOf(a), nameOf(b)) || compareText(a.egressId, b.egressId)
  const taken = new Map<IpPrefix, EgressFragment>()
  for (const egress of routedEgresses(table, own)) for (const prefix of egress.prefixes) taken.set(prefix, egress)
  const shadowed: RefusedPart[] = []
  const egresses = [...found].sort(order).map((egress) => {
    const prefixes = egress.prefixes.filter((prefix) => {
      const other = taken.get(prefix)
      if (other === undefined) taken.set(prefix, egress)
      else
        shadowed.push({
          part: 'egress',
          capability: null,
          reason: `${prefix} of network "${nameOf(egress)}" is shadowed by the same range of network "${nameOf(other)}".`,
        })
      return other === undefined
    })
    return prefixes.length === egress.prefixes.length ? egress : { ...egress, prefixes }
  })
  return { egresses, shadowed }
}

const routedEgresses = (table: FragmentTable, own: SelfFragment): readonly EgressFragment[] =>
  own.memberships.flatMap(({ routerOf }) =>
    routerOf.flatMap((egressId) => heldOf(table, egressFragmentId(egressId), 'egress') ?? []),
  )

const egressesOf = (table: FragmentTable, part: MembershipPart): readonly EgressFragment[] => {
  const ofClass = heldOf(table, classFragmentId(part.networkId, part.classKey), 'class')?.egressIds ?? []
  // What its own egresses exchange with others comes and goes through it as well.
  const ids = part.isGateway ? gatewayEgressIds(table, part) : [...new Set([...ofClass, ...part.egressIds])]
  return ids
    .filter((egressId) => !part.routerOf.includes(egressId))
    .flatMap((egressId) => heldOf(table, egressFragmentId(egressId), 'egress') ?? [])
}

/** A gateway passes on to every egress of its network. */
const gatewayEgressIds = (table: FragmentTable, part: MembershipPart) =>
  [...table.fragments.values()]
    .flatMap(({ fragment }) =>
      fragment.kind === 'egress' && fragment.networkId === part.networkId ? [fragment.egressId] : [],
    )
    .sort()

/** All internet traffic: through internet gateways, or an egress of /0 where none takes it (D4, E4). */
const internetPath = (
  table: FragmentTable,
  own: SelfFragment,
  egresses: readonly EgressFragment[],
): Path | undefined => {
  const tunnelled = own.memberships.find(({ tunnel }) => tunnel.gatewayIds !== null)
  if (tunnelled?.tunnel.gatewayIds != null) {
    const gateways = hopsOf(table, tunnelled.tunnel.gatewayIds, tunnelled)
    return {
      key: internetPathKey,
      networkId: tunnelled.networkId,
      prefixes: bothDefaults,
      to: { kind: 'internet', gateways },
    }
  }
  for (const egress of egresses) {
    const prefixes = egress.prefixes.filter((prefix) => prefixLength(prefix) === 0)
    const part = own.memberships.find(({ networkId }) => networkId === egress.networkId)
    if (prefixes.length === 0 || part === undefined || !part.tunnel.mayUseDefaultEgress) continue
    const gateways = hopsOf(table, part.via ?? egress.routers.map(({ nodeId }) => nodeId), part)
    return { key: internetPathKey, networkId: egress.networkId, prefixes, to: { kind: 'internet', gateways } }
  }
  return undefined
}

const bothDefaults: readonly IpPrefix[] = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
