/** One host as packets meet it: its config and chosen paths, made ready for look-ups. */
import { choosePaths } from '../host-config/choose-paths.js'
import type { ChosenPaths, HealthView } from '../host-config/chosen-paths.js'
import type { HostConfig } from '../host-config/host-config.js'
import type { PathVectors } from '../host-config/path-vector.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { ClientId, HostId, IpAddress, IpPrefix } from '../values/index.js'
import { type PrefixMap, prefixMapOf } from './prefix-map.js'
import { recentlyUsed } from './recently-used.js'
import { spreadVectors, tellersOf } from './spread-vectors.js'

/** Whom a WireGuard key belongs to. */
export type PeerRef =
  | { readonly kind: 'host'; readonly hostId: HostId }
  | { readonly kind: 'client'; readonly clientId: ClientId }

export const samePeer = (one: PeerRef, other: PeerRef): boolean =>
  one.kind === 'host'
    ? other.kind === 'host' && one.hostId === other.hostId
    : other.kind === 'client' && one.clientId === other.clientId

/** One host as packets meet it: its config, the paths that it chose, and what it looks addresses up in. */
export interface HostView {
  readonly config: HostConfig
  readonly chosen: ChosenPaths
  /** Which peer an address belongs to: WireGuard's table, for both directions. */
  readonly peers: PrefixMap<PeerRef>
  /** For what the host makes itself. */
  readonly routes: PrefixMap<true>
  /** For what it passes on. */
  readonly forwardRoutes: PrefixMap<true>
  readonly localPrefixes: PrefixMap<true>
  readonly ownAddresses: ReadonlySet<IpAddress>
  readonly controlAddresses: ReadonlySet<IpAddress>
  /** Ranges that this host routes, as the mesh sees them. */
  readonly routedRanges: PrefixMap<RoutedRange>
  readonly sets: ReadonlyMap<string, PrefixMap<true>>
}

/** A range of an egress with what it stands for behind the router. */
export interface RoutedRange {
  readonly seen: IpPrefix
  readonly real: IpPrefix
  readonly isMasqueraded: boolean
  /** Whether another router has it now, which forwards for all: what the return route follows (E6). */
  readonly isAnothers: boolean
}

/** What is assumed of the mesh while packets are followed. */
export interface TraceConditions {
  /** What each host knows of its peers' health; nothing when left out. */
  readonly healthOf?: (hostId: HostId) => HealthView
  /** What hosts have told each other of their choices; everything that they would tell when left out. */
  readonly vectors?: PathVectors
  /** Hosts that are gone. */
  readonly dead?: ReadonlySet<HostId>
  /** Whether one host's packets reach the other in the underlay; always when left out. */
  readonly reaches?: (from: HostId, to: HostId) => boolean
}

/** Views of all hosts, each made when a packet first comes by. */
export interface TraceWorld {
  readonly state: MeshState
  readonly conditions: TraceConditions
  /** `undefined`: there is no such host. */
  readonly viewOf: (hostId: HostId) => HostView | undefined
  /** The same, a little at a time: in a large mesh a gateway's view takes long when it is made first. */
  readonly viewInSteps: (hostId: HostId) => Generator<undefined, HostView | undefined>
}

/**
 * A world to follow packets in, of this state and under these conditions. Costs nothing until a packet comes by a host.
 * `keptViews`: of so many hosts at most; those that no packet came by for longest are made anew when one does.
 */
export const createTraceWorld = (
  state: MeshState,
  conditions: TraceConditions = {},
  keptViews: number = Number.POSITIVE_INFINITY,
): TraceWorld => {
  const healthOf = conditions.healthOf ?? (() => new Map())
  const spread = spreadVectors(state, healthOf, keptViews)
  const vectors = conditions.vectors ?? spread.vectors
  const makeView = (hostId: HostId): HostView | undefined => {
    const config = spread.configOf(hostId)
    return config && viewOf(state, config, choosePaths(config, healthOf(hostId), vectors, undefined))
  }
  const kept = recentlyUsed(makeView, keptViews)
  return { state, conditions, viewOf: kept, viewInSteps }

  function* viewInSteps(hostId: HostId): Generator<undefined, HostView | undefined> {
    const config = spread.configOf(hostId)
    for (const teller of config === undefined ? [] : tellersOf(config)) {
      yield
      vectors.get(teller)
    }
    yield
    return kept(hostId)
  }
}

const viewOf = (state: MeshState, config: HostConfig, chosen: ChosenPaths): HostView => {
  const { own } = config
  return {
    config,
    chosen,
    peers: prefixMapOf(peerEntries(config, chosen)),
    routes: prefixMapOf(config.routes.map(({ prefix }) => [prefix, true])),
    forwardRoutes: prefixMapOf(
      [...config.routes.map(({ prefix }) => prefix), ...config.keptByLan].map((each) => [each, true]),
    ),
    localPrefixes: prefixMapOf(own.localPrefixes.map((prefix) => [prefix, true])),
    ownAddresses: new Set(own.memberships.flatMap(({ addresses }) => addresses)),
    controlAddresses: new Set<IpAddress>([own.controlAddress4, own.controlAddress6]),
    routedRanges: prefixMapOf(rangeEntries(state, config, chosen)),
    sets: new Map(
      [...config.filter.sets].map(([name, prefixes]) => [name, prefixMapOf(prefixes.map((each) => [each, true]))]),
    ),
  }
}

function* peerEntries(config: HostConfig, chosen: ChosenPaths): Generator<readonly [IpPrefix, PeerRef]> {
  for (const [hostId, prefixes] of chosen.allowedIps) {
    const peer: PeerRef = { kind: 'host', hostId }
    for (const prefix of prefixes) yield [prefix, peer]
  }
  for (const { clientId, prefixes } of config.clients.values()) {
    const peer: PeerRef = { kind: 'client', clientId }
    for (const prefix of prefixes) yield [prefix, peer]
  }
}

function* rangeEntries(
  state: MeshState,
  config: HostConfig,
  { vector }: ChosenPaths,
): Generator<readonly [IpPrefix, RoutedRange]> {
  const masqueraded = (prefix: IpPrefix) =>
    config.nat.some((rule) => rule.kind === 'masquerade' && rule.to?.includes(prefix) === true)
  for (const { egressId } of config.routing) {
    const isRouted = largeMapGet(state.egresses, egressId)?.nat === false
    const isAnothers = isRouted && !vector.servedEgressIds.includes(egressId)
    for (const { seen, real } of rangesOf(state, egressId))
      yield [seen, { seen, real, isMasqueraded: masqueraded(real), isAnothers }]
  }
}

const rangesOf = (state: MeshState, egressId: HostConfig['routing'][number]['egressId']) => {
  const egress = largeMapGet(state.egresses, egressId)
  return (egress?.ranges ?? []).map((real, at) => ({ real, seen: egress?.virtualRanges?.[at] ?? real }))
}
