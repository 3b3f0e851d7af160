/** For whom a host passes packets on now: what changes with vectors, beside the rules that say who may talk to whom. */
import type { PairId } from '../mesh/mesh-state.js'
import type { EgressId, HostId, IpPrefix, NodeId } from '../values/index.js'
import type { ChosenPaths } from './chosen-paths.js'
import type { Hop, HostConfig, Path } from './host-config.js'
import { pathKey } from './host-config.js'
import type { TargetOf } from './path-facts.js'
import type { PathVectors } from './path-vector.js'

/** A pair that a host may relay. */
export interface RelayedPair {
  readonly pairId: PairId
  readonly ends: readonly [Hop, Hop]
  /** This host's node. */
  readonly gatewayId: NodeId
}

/** For whom a host passes packets on now. */
export interface Forwarding {
  /** Nodes that are attached: relayed ones and ends of pairs, whose vectors, if they are known, name this gateway. */
  readonly nodeIds: ReadonlySet<NodeId>
  /** What a packet between others may come from or go to: attached relayed nodes with all that lies behind them, own clients. */
  readonly prefixes: ReadonlySet<IpPrefix>
  /** What lies behind either end of each attached pair: from one of the two to the other a packet may pass as well, but not back. */
  readonly between: readonly (readonly [ReadonlySet<IpPrefix>, ReadonlySet<IpPrefix>])[]
  /** Egresses that this host lets packets out to: all that it routes, since a viewer may know sooner or later who is active. */
  readonly egressIds: readonly EgressId[]
  /** Egresses of those that it lets begin something itself (E9). */
  readonly activeEgressIds: readonly EgressId[]
}

/** Pairs that name a node of this host among their gateways, as far as both ends are known here. */
export const relayedPairsOf = ({
  own,
  pairs,
  paths,
}: Pick<HostConfig, 'own' | 'pairs' | 'paths'>): readonly RelayedPair[] => {
  const ownIds = own.memberships.map(({ nodeId }) => nodeId)
  const hopTo = (nodeId: NodeId): Hop | undefined => {
    const to = paths.get(pathKey('node', nodeId))?.to
    return to !== undefined && 'hostId' in to ? { nodeId, hostId: to.hostId } : undefined
  }
  return pairs.flatMap(({ pairId, nodeIds, gatewayIds }) => {
    const gatewayId = gatewayIds.find((nodeId) => ownIds.includes(nodeId))
    const [one, other] = [hopTo(nodeIds[0]), hopTo(nodeIds[1])]
    return gatewayId === undefined || one === undefined || other === undefined
      ? []
      : [{ pairId, ends: [one, other] as const, gatewayId }]
  })
}

/**
 * For whom this host passes packets on, by what it is to pass on at all (`config`), what others chose (`vectors`) and what it chose
 * itself. Nothing is passed on that somebody else would send back, while gateways don't agree yet on where a node or a range is: ranges
 * behind a relayed router count only while it is the one that they go to, and what came from one end of a pair goes to the other.
 */
export const forwardsFor = (
  config: Pick<HostConfig, 'own' | 'paths' | 'clients' | 'routing' | 'pairs'>,
  vectors: PathVectors,
  { hops, vector }: Pick<ChosenPaths, 'hops' | 'vector'>,
): Forwarding => {
  const viewer = config.own.hostId
  const all = [...config.paths.values()]
  const pairs = relayedPairsOf(config).filter((pair) => isAttachedPair(pair, vectors))
  const relayed = new Set<NodeId>()
  for (const { to } of all) if (to.kind === 'relayed' && isAttachedNow(viewer, to, vectors)) relayed.add(to.nodeId)
  const isOf = ({ key, to }: Path): boolean => {
    if (to.kind === 'leaving' || to.kind === 'routed')
      return to.routers.some(({ nodeId, hostId }) => relayed.has(nodeId) && hops.get(key) === hostId)
    return (to.kind === 'relayed' || to.kind === 'behind-node') && relayed.has(to.nodeId)
  }
  const prefixes = new Set<IpPrefix>([...config.clients.values()].flatMap((client) => client.prefixes))
  for (const path of all) if (isOf(path)) for (const prefix of path.prefixes) prefixes.add(prefix)
  const ends = pairs.flatMap((pair) => pair.ends)
  const behind = prefixesBehind(all, hops, ends)
  const behindEnd = ({ hostId }: Hop) => behind.get(hostId) ?? new Set<IpPrefix>()
  return {
    nodeIds: new Set([...ends.map(({ nodeId }) => nodeId), ...relayed]),
    prefixes,
    between: pairs.map((pair) => [behindEnd(pair.ends[0]), behindEnd(pair.ends[1])] as const),
    egressIds: config.routing.map(({ egressId }) => egressId),
    activeEgressIds: vector.servedEgressIds,
  }
}

/** What goes to these now. */
const prefixesBehind = (
  paths: readonly Path[],
  hops: ChosenPaths['hops'],
  ends: readonly Hop[],
): ReadonlyMap<HostId, ReadonlySet<IpPrefix>> => {
  const behind = new Map(ends.map(({ hostId }) => [hostId, new Set<IpPrefix>()]))
  for (const { key, prefixes } of behind.size === 0 ? [] : paths) {
    const set = behind.get(hops.get(key) as HostId)
    if (set !== undefined) for (const prefix of prefixes) set.add(prefix)
  }
  return behind
}

/** Whether this host is one of the node's gateways, and the node's vector, if one is known, names it. */
export const isAttachedNow = (viewer: HostId, to: TargetOf<'relayed'>, vectors: PathVectors): boolean => {
  const own = to.gateways.find(({ hostId }) => hostId === viewer)
  return to.isAttached && own !== undefined && names(vectors, to.hostId, own.nodeId)
}

const isAttachedPair = ({ ends, gatewayId }: RelayedPair, vectors: PathVectors): boolean =>
  ends.every(({ hostId }) => names(vectors, hostId, gatewayId))

const names = (vectors: PathVectors, hostId: HostId, gatewayId: NodeId): boolean =>
  vectors.get(hostId)?.gatewayIds.includes(gatewayId) ?? true
