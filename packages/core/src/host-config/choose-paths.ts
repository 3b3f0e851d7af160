/**
 * From a config to who gets which prefixes: the hop that each path takes now, and with it every peer's AllowedIPs. Pure and the
 * same on every host, so that both ends of a path come to the same answer: who owns a choice tells it in a vector, all others
 * follow.
 */
import { comparePrefixes, type EgressId, type HostId, hostPrefix, type IpPrefix, type NodeId } from '../values/index.js'
import type { Hop, HostConfig, Path, PathKey, PathTarget, RouterHop } from './host-config.js'
import type { PathVector, PathVectors } from './path-vector.js'

/** What this host knows of a peer's health. */
export interface PeerHealth {
  readonly state: 'up' | 'down'
  /** `null`: not measured yet. */
  readonly roundTripMs: number | null
}

/** A peer that isn't there is not known to be down. */
export type HealthView = ReadonlyMap<HostId, PeerHealth>

export interface ChosenPaths {
  /** The hop of each path; a path that is not there can't be taken now. */
  readonly hops: ReadonlyMap<PathKey, HostId>
  /** Sorted, no prefix twice over all peers; every peer has its control addresses. Clients have what their configs say. */
  readonly allowedIps: ReadonlyMap<HostId, readonly IpPrefix[]>
  /** What this host tells others of its own choices. */
  readonly vector: OwnVector
}

/** What a host's vector says, without its sequence. */
export type OwnVector = Pick<PathVector, 'gatewayIds' | 'servedEgressIds'>

export const choosePaths = (
  config: HostConfig,
  health: HealthView,
  vectors: PathVectors,
  current: ChosenPaths | undefined,
): ChosenPaths => {
  const choosing: Choosing = { config, health, vectors, current, nodeHops: new Map() }
  const hops = new Map<PathKey, HostId>()
  const owners = new Map<IpPrefix, HostId>()
  for (const path of inOrder(config)) {
    const hop = chooseHop(choosing, path)
    if (hop === undefined) continue
    hops.set(path.key, hop)
    // The first has it: two paths with one prefix are two ways to the same, and WireGuard gives a prefix to one peer only.
    for (const prefix of path.prefixes) if (!owners.has(prefix)) owners.set(prefix, hop)
  }
  return { hops, allowedIps: allowedIpsOf(config, owners), vector: ownVector(config, health, vectors, current) }
}

/** What this host tells others: gateways that it can use, in its own order, and egresses that it serves. */
const ownVector = (
  config: HostConfig,
  health: HealthView,
  vectors: PathVectors,
  current: ChosenPaths | undefined,
): OwnVector => {
  const gatewayIds: NodeId[] = []
  for (const { to } of config.paths.values()) {
    const own = to.kind === 'own-gateway' || (to.kind === 'pair' && to.owner === config.own.hostId)
    const reachable = to.kind === 'pair' && !own
    if (!own && !reachable) continue
    const order = own ? stickyOrder(to.gateways, health, current?.vector.gatewayIds ?? []) : usable(to.gateways, health)
    for (const { nodeId } of order) if (!gatewayIds.includes(nodeId)) gatewayIds.push(nodeId)
  }
  return { gatewayIds, servedEgressIds: servedEgressIds(config, vectors) }
}

interface Choosing {
  readonly config: HostConfig
  readonly health: HealthView
  readonly vectors: PathVectors
  readonly current: ChosenPaths | undefined
  /** Hops of nodes, for what lies behind them. */
  readonly nodeHops: Map<NodeId, HostId>
}

/** Nodes first, because others are reached the way that a node is. */
const inOrder = (config: HostConfig): readonly Path[] => {
  const paths = [...config.paths.values()]
  const rank = ({ to }: Path) => (isNodePath(to) ? 0 : to.kind === 'internet' ? 2 : 1)
  return paths.sort((a, b) => rank(a) - rank(b))
}

const isNodePath = (to: PathTarget): boolean => to.kind === 'direct' || to.kind === 'relayed' || to.kind === 'pair'

const chooseHop = (choosing: Choosing, { key, to }: Path): HostId | undefined => {
  const { config, health, vectors, current } = choosing
  const known = current?.hops.get(key)
  switch (to.kind) {
    case 'direct':
      return remember(choosing, to.nodeId, config.peers.has(to.hostId) ? to.hostId : undefined)
    case 'relayed':
      return remember(choosing, to.nodeId, relayedHop(choosing, to))
    case 'pair':
      return remember(choosing, to.nodeId, pairHop(choosing, to))
    case 'own-gateway':
      return stickyOrder(peersAmong(config, to.gateways), health, heldFirst(to.gateways, known))[0]?.hostId
    case 'behind-node':
      return choosing.nodeHops.get(to.nodeId)
    case 'leaving':
      return behind(choosing, leavingRouter(to, health, known, choosing))
    case 'routed':
      return behind(choosing, routedRouter(to, vectors, health))
    case 'internet':
      return behind(choosing, internetGateway(choosing, to.gateways, known))
  }
}

const remember = (choosing: Choosing, nodeId: NodeId, hop: HostId | undefined): HostId | undefined => {
  if (hop !== undefined) choosing.nodeHops.set(nodeId, hop)
  return hop
}

/** Where packets to a node go; a relayed viewer holds its gateways alone, and they are what it goes through. */
const behind = ({ config, nodeHops }: Choosing, hop: Hop | undefined): HostId | undefined =>
  hop === undefined ? undefined : (nodeHops.get(hop.nodeId) ?? (config.peers.has(hop.hostId) ? hop.hostId : undefined))

/** Through the first entry of its vector that is in its configured list; without a vector, in the configured order. */
const relayedHop = (
  { config, vectors }: Choosing,
  to: Extract<PathTarget, { kind: 'relayed' }>,
): HostId | undefined => {
  const told = vectors.get(to.hostId)?.gatewayIds ?? []
  const first = firstTold(told, to.gateways) ?? to.gateways[0]
  if (first === undefined) return undefined
  if (first.hostId === config.own.hostId) return config.peers.has(to.hostId) ? to.hostId : undefined
  return config.peers.has(first.hostId) ? first.hostId : undefined
}

const firstTold = (told: readonly NodeId[], gateways: readonly Hop[]): Hop | undefined => {
  for (const nodeId of told) {
    const gateway = gateways.find((each) => each.nodeId === nodeId)
    if (gateway !== undefined) return gateway
  }
  return undefined
}

/** Through the first that the owner tells and the other end has as well; the configured first while they tell nothing. */
const pairHop = (choosing: Choosing, to: Extract<PathTarget, { kind: 'pair' }>): HostId | undefined => {
  const { config, health, vectors, current } = choosing
  const gateways = peersAmong(config, to.gateways)
  const mine = ownVector(config, health, vectors, current).gatewayIds
  const theirs = vectors.get(to.hostId)?.gatewayIds
  const [owners, others] = to.owner === config.own.hostId ? [mine, theirs] : [theirs, mine]
  if (owners === undefined || others === undefined) return (firstTold(owners ?? [], gateways) ?? gateways[0])?.hostId
  return (
    firstTold(
      owners.filter((nodeId) => others.includes(nodeId)),
      gateways,
    ) ?? gateways[0]
  )?.hostId
}

/** The lowest metric that is not down, then the nearest; stays with one of that metric while it is up. */
const leavingRouter = (
  { routers, fallbackToWider }: Extract<PathTarget, { kind: 'leaving' }>,
  health: HealthView,
  known: HostId | undefined,
  { nodeHops }: Choosing,
): Hop | undefined => {
  const up = routers.filter(({ hostId }) => health.get(hostId)?.state !== 'down')
  const best = Math.min(...up.map(({ metric }) => metric))
  const equals = up.filter(({ metric }) => metric === best)
  const staying = equals.find(({ nodeId, hostId }) => known !== undefined && (nodeHops.get(nodeId) ?? hostId) === known)
  return staying ?? nearest(equals, health) ?? (fallbackToWider ? undefined : routers[0])
}

const nearest = (routers: readonly RouterHop[], health: HealthView): RouterHop | undefined => {
  const distance = ({ hostId }: RouterHop) => health.get(hostId)?.roundTripMs ?? Number.POSITIVE_INFINITY
  return [...routers].sort((a, b) => compareNumbers(distance(a), distance(b)))[0]
}

const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** The active router: the first of the order whose vector says that it serves the ranges. */
const routedRouter = (
  { egressId, routers, fallbackToWider }: Extract<PathTarget, { kind: 'routed' }>,
  vectors: PathVectors,
  health: HealthView,
): Hop | undefined => {
  const active = routers.find(({ hostId }) => vectors.get(hostId)?.servedEgressIds.includes(egressId))
  if (active !== undefined) return active
  const allDown = routers.length > 0 && routers.every(({ hostId }) => health.get(hostId)?.state === 'down')
  return allDown && fallbackToWider ? undefined : routers[0]
}

/** Stays while it is not down; all down: stays too, so that nothing leaks elsewhere. */
const internetGateway = (
  { config, health, nodeHops }: Choosing,
  gateways: readonly Hop[],
  known: HostId | undefined,
): Hop | undefined => {
  const reachable = gateways.filter(({ nodeId, hostId }) => nodeHops.has(nodeId) || config.peers.has(hostId))
  const held = reachable.filter(({ nodeId, hostId }) => (nodeHops.get(nodeId) ?? hostId) === known)
  return stickyOrder(
    reachable,
    health,
    held.map(({ nodeId }) => nodeId),
  )[0]
}

const heldFirst = (gateways: readonly Hop[], known: HostId | undefined): readonly NodeId[] =>
  gateways.filter(({ hostId }) => hostId === known).map(({ nodeId }) => nodeId)

/**
 * The order in which a host uses gateways: the one in use stays first while it is not down, then those that are known to be up, then
 * those of which nothing is known, each in the configured order; those that are down last. It only ever moves to a proven hop:
 * while none is, it stays.
 */
const stickyOrder = (gateways: readonly Hop[], health: HealthView, inUse: readonly NodeId[]): readonly Hop[] => {
  const present = gateways.find(
    ({ nodeId }) => nodeId === inUse.find((id) => gateways.some((hop) => hop.nodeId === id)),
  )
  const stateOf = ({ hostId }: Hop) => health.get(hostId)?.state
  const anyUp = gateways.some((hop) => stateOf(hop) === 'up')
  const stays = present !== undefined && (stateOf(present) !== 'down' || !anyUp)
  const rank = (hop: Hop): number => {
    if (stays && hop === present) return 0
    const state = stateOf(hop)
    return state === 'up' ? 1 : state === undefined ? 2 : 3
  }
  // Before the first choice nothing is proven: the configured order is the server's, which has.
  if (present === undefined && !anyUp) return [...gateways].sort((a, b) => downLast(stateOf(a)) - downLast(stateOf(b)))
  return [...gateways].sort((a, b) => rank(a) - rank(b))
}

const downLast = (state: 'up' | 'down' | undefined): number => (state === 'down' ? 1 : 0)

const usable = (gateways: readonly Hop[], health: HealthView): readonly Hop[] =>
  gateways.filter(({ hostId }) => health.get(hostId)?.state !== 'down')

const peersAmong = (config: HostConfig, gateways: readonly Hop[]): readonly Hop[] =>
  gateways.filter(({ hostId }) => config.peers.has(hostId))

/** A router serves its ranges while no earlier one of the order says that it does. */
const servedEgressIds = (config: HostConfig, vectors: PathVectors): readonly EgressId[] => {
  const served: EgressId[] = []
  for (const { egressId, before } of config.routing)
    if (!before.some(({ hostId }) => vectors.get(hostId)?.servedEgressIds.includes(egressId))) served.push(egressId)
  return served.sort()
}

const allowedIpsOf = (
  config: HostConfig,
  owners: ReadonlyMap<IpPrefix, HostId>,
): ReadonlyMap<HostId, readonly IpPrefix[]> => {
  const allowedIps = new Map<HostId, IpPrefix[]>()
  for (const peer of config.peers.values())
    allowedIps.set(peer.hostId, [hostPrefix(peer.controlAddress4), hostPrefix(peer.controlAddress6)])
  for (const [prefix, hop] of owners) allowedIps.get(hop)?.push(prefix)
  for (const prefixes of allowedIps.values()) prefixes.sort(comparePrefixes)
  return allowedIps
}
