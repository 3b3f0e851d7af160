/** For whom a host passes packets on now: what changes with vectors, beside the rules that say who may talk to whom. */
import type { PairId } from '../mesh/mesh-state.js'
import type { EgressId, HostId, IpPrefix, NodeId } from '../values/index.js'
import { gatewayOfRelayed } from './choose-hop.js'
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
  /** Where a packet between others must come from or go to: attached nodes with all that lies behind them, own clients. */
  readonly prefixes: ReadonlySet<IpPrefix>
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

/** For whom this host passes packets on, by what it is to pass on at all (`config`) and what others chose (`vectors`). */
export const forwardsFor = (
  config: Pick<HostConfig, 'own' | 'paths' | 'clients' | 'routing' | 'pairs'>,
  vectors: PathVectors,
  { hops, vector }: Pick<ChosenPaths, 'hops' | 'vector'>,
): Forwarding => {
  const viewer = config.own.hostId
  const all = [...config.paths.values()]
  const ends = attachedEnds(relayedPairsOf(config), vectors)
  const nodeIds = new Set<NodeId>(ends)
  for (const { to } of all) if (to.kind === 'relayed' && isAttachedNow(viewer, to, vectors)) nodeIds.add(to.nodeId)
  const prefixes = new Set<IpPrefix>([...config.clients.values()].flatMap((client) => client.prefixes))
  const isBehind = ({ key, to }: Path): boolean => {
    if (to.kind === 'behind-node') return nodeIds.has(to.nodeId)
    if (to.kind === 'leaving' || to.kind === 'routed')
      return to.routers.some(({ nodeId, hostId }) => nodeIds.has(nodeId) && hops.get(key) === hostId)
    if (to.kind !== 'relayed') return false
    // What an end of a pair relays moves along with it.
    const gateway = gatewayOfRelayed({ vectors }, to)
    return gateway !== undefined && ends.has(gateway.nodeId)
  }
  const add = (path: Path | undefined) => {
    for (const prefix of path?.prefixes ?? []) prefixes.add(prefix)
  }
  for (const nodeId of nodeIds) add(config.paths.get(pathKey('node', nodeId)))
  for (const path of all) if (isBehind(path)) add(path)
  const egressIds = config.routing.map(({ egressId }) => egressId)
  return { nodeIds, prefixes, egressIds, activeEgressIds: vector.servedEgressIds }
}

/** Whether this host is one of the node's gateways, and the node's vector, if one is known, names it. */
export const isAttachedNow = (viewer: HostId, to: TargetOf<'relayed'>, vectors: PathVectors): boolean => {
  const own = to.gateways.find(({ hostId }) => hostId === viewer)
  return to.isAttached && own !== undefined && names(vectors, to.hostId, own.nodeId)
}

const attachedEnds = (pairs: readonly RelayedPair[], vectors: PathVectors): ReadonlySet<NodeId> => {
  const ends = new Set<NodeId>()
  for (const { ends: both, gatewayId } of pairs)
    if (both.every(({ hostId }) => names(vectors, hostId, gatewayId))) for (const { nodeId } of both) ends.add(nodeId)
  return ends
}

const names = (vectors: PathVectors, hostId: HostId, gatewayId: NodeId): boolean =>
  vectors.get(hostId)?.gatewayIds.includes(gatewayId) ?? true
