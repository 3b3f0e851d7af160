/** What a host tells others of itself: gateways that it can use, in its own order, and ranges that it serves. */
import type { EgressId, HostId, NodeId } from '../values/index.js'
import type { FormerChoice } from './choose-hop.js'
import { relayOfPair, relaysOfPair, routerState, serves } from './choose-hop.js'
import type { OwnVector } from './chosen-paths.js'
import type { Hop, Path, PathKey, RoutedEgress } from './host-config.js'
import { isDown, type PathFacts, stateOf, type TargetOf } from './path-facts.js'
import { stickyChoice } from './sticky-choice.js'

/** Paths whose hop this host chooses for others too, and what it is to serve. */
export interface OwnLists {
  /** Of kind `own-gateway`. */
  readonly networks: Iterable<Path>
  /** Of kind `pair`, from either end. */
  readonly pairs: Iterable<Path>
  readonly internet: Path | undefined
  readonly routing: readonly RoutedEgress[]
  /** What can't be served now: no link, no route (E6). */
  readonly unservable: ReadonlySet<EgressId>
}

/** What is remembered of earlier choices. */
export interface OwnPast {
  readonly former: (key: PathKey) => FormerChoice
  readonly heldBack: Iterable<NodeId>
  readonly servedEgressIds: readonly EgressId[]
}

export interface OwnChoices {
  readonly vector: OwnVector
  /** Hops of `own-gateway` paths. */
  readonly hops: ReadonlyMap<PathKey, HostId>
  readonly followed: ReadonlyMap<PathKey, NodeId>
  /** Gateways that this host tells for its pairs. */
  readonly told: ReadonlySet<NodeId>
  readonly heldBack: readonly NodeId[]
}

export const chooseOwn = (facts: PathFacts, lists: OwnLists, past: OwnPast): OwnChoices => {
  const hops = new Map<PathKey, HostId>()
  const followed = new Map<PathKey, NodeId>()
  const gatewayIds = new Set<NodeId>()
  for (const path of [...lists.networks].sort(byKey)) {
    if (path.to.kind !== 'own-gateway') continue
    const choice = ownGateway(facts, path, path.to, lists.internet, past.former(path.key))
    if (choice.followed !== undefined) followed.set(path.key, choice.followed)
    if (choice.hop === undefined) continue
    hops.set(path.key, choice.hop.hostId)
    // What others send through stands first, even while it is down and nothing else is proven: that is where this host is.
    for (const gateway of [choice.hop, ...choice.gateways.filter((each) => !isDown(facts, each))])
      gatewayIds.add(gateway.nodeId)
  }
  const { told, heldBack } = tellForPairs(facts, [...lists.pairs].flatMap(pairTarget), new Set(past.heldBack))
  for (const nodeId of [...told].sort()) gatewayIds.add(nodeId)
  const servedEgressIds = servedOf(facts, lists, past.servedEgressIds)
  return { vector: { gatewayIds: [...gatewayIds], servedEgressIds }, hops, followed, told, heldBack }
}

const byKey = (a: Path, b: Path): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

const pairTarget = ({ to }: Path): readonly TargetOf<'pair'>[] => (to.kind === 'pair' ? [to] : [])

const ownGateway = (
  facts: PathFacts,
  path: Path,
  to: TargetOf<'own-gateway'>,
  internet: Path | undefined,
  { hop, followed }: FormerChoice,
) => {
  const gateways = to.gateways.filter(({ hostId }) => facts.peers.has(hostId))
  const choice = stickyChoice({
    gateways,
    stateOf: ({ hostId }) => stateOf(facts, hostId),
    inUse: gateways.find(({ hostId }) => hostId === hop),
    followed,
    preferred:
      internet?.networkId === path.networkId && internet.to.kind === 'internet'
        ? new Set(internet.to.gateways.map(({ nodeId }) => nodeId))
        : undefined,
  })
  return { ...choice, gateways }
}

/**
 * Gateways that this host can use for its pairs. One that was down is told again as soon as no pair would move back to it, or a pair
 * has no other: recovery moves nothing (F3). Once the server has recorded where the pairs are, their lists begin there.
 */
const tellForPairs = (
  facts: PathFacts,
  pairs: readonly TargetOf<'pair'>[],
  heldBefore: ReadonlySet<NodeId>,
): { readonly told: ReadonlySet<NodeId>; readonly heldBack: readonly NodeId[] } => {
  const told = new Set<NodeId>()
  const held = new Map<NodeId, Hop>()
  for (const pair of pairs)
    for (const relay of relaysOfPair(facts, pair))
      if (heldBefore.has(relay.nodeId) || isDown(facts, relay)) held.set(relay.nodeId, relay)
      else told.add(relay.nodeId)
  for (;;) {
    const back = [...held.values()].filter((relay) => !isDown(facts, relay))
    const released = back.filter(({ nodeId }) => mayBeToldAgain(facts, pairs, told, nodeId))
    if (released.length === 0) return { told, heldBack: [...held.keys()].sort() }
    for (const { nodeId } of released) {
      held.delete(nodeId)
      told.add(nodeId)
    }
  }
}

const mayBeToldAgain = (
  facts: PathFacts,
  pairs: readonly TargetOf<'pair'>[],
  told: ReadonlySet<NodeId>,
  nodeId: NodeId,
): boolean => {
  let wouldMove = false
  for (const pair of pairs) {
    const at = pair.gateways.findIndex((gateway) => gateway.nodeId === nodeId)
    const theirs = facts.vectors.get(pair.hostId)?.gatewayIds
    // Where neither end tells it, the owner may again, and the other end waits: else both would at once, and the pair would move.
    const isTold = pair.owner !== facts.viewer || theirs?.includes(nodeId)
    if (at === -1 || theirs === undefined || !isTold) continue
    const relay = relayOfPair(facts, pair, told)
    if (relay === undefined) return true
    if (at < pair.gateways.indexOf(relay)) wouldMove = true
  }
  return !wouldMove
}

/**
 * A router serves a range while every router before it in the order is down, or says that it doesn't. One that serves already goes on
 * until a router before it is proven: after a restart nothing is.
 */
const servedOf = (facts: PathFacts, lists: OwnLists, before: readonly EgressId[]): readonly EgressId[] => {
  const served: EgressId[] = []
  for (const { egressId, before: earlier } of lists.routing) {
    if (lists.unservable.has(egressId)) continue
    const isServing = before.includes(egressId)
    const isOut = (router: Hop): boolean => {
      const state = routerState(facts, router)
      if (state === 'down' || (isServing && state !== 'up')) return true
      return facts.vectors.get(router.hostId) !== undefined && !serves(facts, router, egressId)
    }
    if (earlier.every(isOut)) served.push(egressId)
  }
  return served.sort()
}
