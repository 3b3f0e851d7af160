/** The hop of one path, by the kind of what it leads to. */
import type { EgressId, HostId, NodeId } from '../values/index.js'
import type { Hop, Path, RouterHop } from './host-config.js'
import { pathKey } from './host-config.js'
import {
  isDown,
  isInPair,
  isReachedDirectly,
  isRelayed,
  type PathFacts,
  stateOf,
  type TargetOf,
  wayTo,
} from './path-facts.js'
import { type StickyChoice, stickyChoice } from './sticky-choice.js'

/** What was chosen before. */
export interface FormerChoice {
  readonly hop: HostId | undefined
  readonly followed: NodeId | undefined
}

/** Through the first entry of the node's vector that is in its configured list; without one, in the configured order. */
export const relayedHop = (facts: PathFacts, to: TargetOf<'relayed'>): HostId | undefined => {
  const gateway = gatewayOfRelayed(facts, to)
  if (gateway === undefined) return undefined
  if (gateway.hostId === facts.viewer) return facts.peers.has(to.hostId) ? to.hostId : undefined
  // No gateway is relayed itself (B2).
  return isRelayed(facts, gateway) ? undefined : wayTo(facts, gateway)
}

/** The gateway that everyone sends through to a relayed node, this host perhaps. */
export const gatewayOfRelayed = (facts: Pick<PathFacts, 'vectors'>, to: TargetOf<'relayed'>): Hop | undefined =>
  firstTold(facts.vectors.get(to.hostId)?.gatewayIds ?? [], to.gateways) ?? to.gateways[0]

const firstTold = (told: readonly NodeId[], gateways: readonly Hop[]): Hop | undefined => {
  for (const nodeId of told) {
    const gateway = gateways.find((each) => each.nodeId === nodeId)
    if (gateway !== undefined) return gateway
  }
  return undefined
}

/** Gateways of a pair that this end can use, whatever their health: none that it reaches through another pair. */
export const relaysOfPair = (facts: PathFacts, to: TargetOf<'pair'>): readonly Hop[] =>
  to.gateways.filter((gateway) => isReachedDirectly(facts, gateway))

/** The first of the list that both ends tell; the configured first while the other end has told nothing yet. */
export const pairHop = (facts: PathFacts, to: TargetOf<'pair'>, told: ReadonlySet<NodeId>): HostId | undefined =>
  relayOfPair(facts, to, told)?.hostId

export const relayOfPair = (facts: PathFacts, to: TargetOf<'pair'>, told: ReadonlySet<NodeId>): Hop | undefined => {
  const theirs = facts.vectors.get(to.hostId)?.gatewayIds
  const relays = relaysOfPair(facts, to)
  if (theirs === undefined) return relays[0]
  return relays.find(({ nodeId }) => told.has(nodeId) && theirs.includes(nodeId))
}

/**
 * The lowest metric that is not down, then the nearest; stays with one of that metric while it is not down. All down: nobody has the
 * ranges where a wider path shall carry them, otherwise they stay. A relayed router is chosen as for a routed range: its gateway passes on
 * to one router alone, so that all must agree with it.
 */
export const leavingHop = (
  facts: PathFacts,
  to: TargetOf<'leaving'>,
  known: HostId | undefined,
): HostId | undefined => {
  if (to.routers.some((router) => isRelayed(facts, router))) return activeRouterHop(facts, to, known)
  const routers = to.routers.filter((router) => wayTo(facts, router) !== undefined)
  const isKnown = (router: Hop) => known !== undefined && wayTo(facts, router) === known
  const usable = ableRouters(facts, to, usableRouters(facts, routers))
  if (usable.length === 0) return to.fallbackToWider ? undefined : way(facts, routers.find(isKnown) ?? routers[0])
  const best = usable.reduce((lowest, { metric }) => Math.min(lowest, metric), Number.POSITIVE_INFINITY)
  const equals = usable.filter(({ metric }) => metric === best)
  return way(facts, equals.find(isKnown) ?? nearest(facts, equals))
}

const way = (facts: PathFacts, hop: Hop | undefined): HostId | undefined =>
  hop === undefined ? undefined : wayTo(facts, hop)

/** Those that aren't down. With none of them, those that a relay stands in for: what lies behind an end of a pair moves along (C3). */
const usableRouters = (facts: PathFacts, routers: readonly RouterHop[]): readonly RouterHop[] => {
  const usable = routers.filter((router) => routerState(facts, router) !== 'down')
  return usable.length > 0 ? usable : routers.filter((router) => isInPair(facts, router))
}

/**
 * Without those that can't serve the ranges now (E6), if any others are left: routers that say they don't serve them though every router
 * before them is out.
 */
const ableRouters = (
  facts: PathFacts,
  { egressId, routers }: TargetOf<'leaving'>,
  usable: readonly RouterHop[],
): readonly RouterHop[] => {
  const unable = new Set<NodeId>()
  for (const router of routers) {
    if (facts.vectors.get(router.hostId) !== undefined && !serves(facts, router, egressId)) unable.add(router.nodeId)
    else if (routerState(facts, router) !== 'down') break
  }
  const able = usable.filter(({ nodeId }) => !unable.has(nodeId))
  return able.length > 0 ? able : usable
}

const nearest = (facts: PathFacts, routers: readonly RouterHop[]): RouterHop | undefined => {
  const distance = ({ hostId }: Hop) => facts.health.get(hostId)?.roundTripMs ?? Number.POSITIVE_INFINITY
  return routers.reduce<RouterHop | undefined>(
    (best, router) => (best === undefined || distance(router) < distance(best) ? router : best),
    undefined,
  )
}

/**
 * The active router: the first of the order that says it serves the ranges and is not down. One that died still says it, so health
 * counts too; but a viewer never moves to a router that doesn't serve. After a restart, when nothing is proven, it stays where it was.
 */
export const routedHop = (facts: PathFacts, to: TargetOf<'routed'>, known: HostId | undefined): HostId | undefined =>
  activeRouterHop(facts, to, known)

const activeRouterHop = (
  facts: PathFacts,
  { egressId, routers, fallbackToWider }: TargetOf<'routed'> | TargetOf<'leaving'>,
  known: HostId | undefined,
): HostId | undefined => {
  const serving = routers.filter((router) => serves(facts, router, egressId))
  const usable = serving.filter((router) => routerState(facts, router) !== 'down')
  const first = usable[0]
  if (first !== undefined) {
    const staying = usable.find((router) => known !== undefined && wayTo(facts, router) === known)
    return way(facts, routerState(facts, first) === 'up' ? first : (staying ?? first))
  }
  const noneLeft = routers.length > 0 && usableRouters(facts, routers).length === 0
  return noneLeft && fallbackToWider ? undefined : way(facts, serving[0] ?? routers[0])
}

/** Whether the router says so. */
export const serves = (facts: Pick<PathFacts, 'vectors'>, { hostId }: Hop, egressId: EgressId): boolean =>
  facts.vectors.get(hostId)?.servedEgressIds.includes(egressId) ?? false

/**
 * Whether a router is there. A relayed one is reached through whichever gateway it is at, where nobody can measure it: what it says counts,
 * even for a gateway of its list, whose own link to it says nothing of the way through another one.
 */
export const routerState = (facts: PathFacts, router: Hop): 'up' | 'down' | undefined =>
  isRelayed(facts, router) ? 'up' : stateOf(facts, router.hostId)

/**
 * The first healthy internet gateway, kept while it is not down. A relayed node's packets are taken by its own gateway alone, so its
 * internet traffic goes there, or nowhere while that one is no internet gateway (D8). Nobody has it while all are down: what becomes of it
 * is the node's own wish (D5).
 */
export const internetChoice = (
  facts: PathFacts,
  path: Path,
  to: TargetOf<'internet'>,
  former: FormerChoice,
): InternetChoice => {
  const ownNetwork = facts.paths.get(pathKey('network', path.networkId))
  if (ownNetwork?.to.kind === 'own-gateway') {
    const own = facts.hops.get(ownNetwork.key)
    const isThere = to.gateways.some((gateway) => gateway.hostId === own && !isDown(facts, gateway))
    return { hop: isThere ? own : undefined, followed: undefined }
  }
  const gateways = to.gateways.filter((gateway) => wayTo(facts, gateway) !== undefined)
  const held = gateways.filter((gateway) => former.hop !== undefined && wayTo(facts, gateway) === former.hop)
  const choice: StickyChoice = stickyChoice({
    gateways,
    stateOf: ({ hostId }) => stateOf(facts, hostId),
    // Two may be reached the same way: the one that is not down is meant.
    inUse: held.find((gateway) => !isDown(facts, gateway)) ?? held[0],
    followed: former.followed,
    preferred: undefined,
  })
  const areGone = gateways.every((gateway) => isDown(facts, gateway))
  return { hop: areGone ? undefined : way(facts, choice.hop), followed: choice.followed }
}

export interface InternetChoice {
  readonly hop: HostId | undefined
  readonly followed: NodeId | undefined
}
