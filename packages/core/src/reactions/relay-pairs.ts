/**
 * C3, C4: from "can't connect" to a relay. One end's word starts it; then both ends probe four gateways at most and say what they found,
 * and the pair gets those that both have proven, the nearest to both together in front. A search that finds none is tried again later
 * and later.
 */
import { autoRelayEndsProblem } from '../mesh/commands/engage-auto-relay.js'
import { maxGateways } from '../mesh/gateway-codecs.js'
import { activeGatewaysOf } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import { type AutoRelay, type MeshState, type Node, type PairId, pairIdOf } from '../mesh/mesh-state.js'
import type { PairFailure } from '../protocol/observation.js'
import { epochMs, type HostId, type NodeId } from '../values/index.js'
import { inOrderOfChoice } from './gateway-figures.js'
import { isShunned } from './judge-gateways.js'
import { mustWait, onceMore, type Reacting, type Taken, takenWith } from './reacting.js'
import { type PairWatch, type RelayTrial, type RoundTrips, unseenPair } from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'

export const takeUnreachable = (reacting: Reacting, observation: Taken<'pair-unreachable'>): void => {
  const { hostId, nodeId, otherNodeId, failure, type, observedAtEpochMs } = observation
  const state = reacting.state()
  const one = largeMapGet(state.nodes, nodeId)
  const other = largeMapGet(state.nodes, otherNodeId)
  if (one === undefined || other === undefined || one.hostId !== hostId) return
  const pairId = pairIdOf(nodeId, otherNodeId)
  const isRelayedPair = largeMapHas(state.autoRelays, pairId)
  if (!isRelayedPair && autoRelayEndsProblem(state, one, other) !== undefined) return
  const watch = reacting.pairs.get(pairId) ?? unseenPair
  const taken = takenWith(watch.taken, `${type} ${hostId}`, observedAtEpochMs)
  if (taken === undefined) return
  // What was said of the direct path before is over.
  const heard: PairWatch = { ...watch, taken, direct: null }
  reacting.pairs.put(pairId, heard)
  if (!isRelayedPair && isProof(reacting, failure, other.hostId)) search(reacting, pairId, heard, [one, other], failure)
}

/** C4. An end that isn't there is no reason for a relay, and one that just came had no time to try. */
const isProof = (reacting: Reacting, failure: PairFailure, otherHostId: HostId): boolean => {
  const { neverConnectedMs, unansweredMs, missedProbes } = reactionTimes
  const other = reacting.hosts.get(otherHostId)
  if (other?.presence === 'absent') return false
  if (failure.kind === 'broken') return failure.unansweredForMs >= unansweredMs && failure.missedProbes >= missedProbes
  const presentSince = other?.presentSinceEpochMs ?? null
  const bothForMs = presentSince === null ? failure.tryingForMs : reacting.nowEpochMs - presentSince
  return Math.min(failure.tryingForMs, bothForMs) >= neverConnectedMs
}

const search = (
  reacting: Reacting,
  pairId: PairId,
  watch: PairWatch,
  ends: readonly [Node, Node],
  failure: PairFailure,
): void => {
  const { nowEpochMs, pairs, probes } = reacting
  if (watch.trial !== null && !isOver(reacting, watch.trial)) return
  const fruitless = watch.trial === null ? watch.fruitless : onceMore(watch.fruitless, endOf(watch.trial))
  pairs.put(pairId, { ...watch, trial: null, fruitless })
  if (mustWait(fruitless, nowEpochMs)) return
  const gatewayIds = candidatesFor(reacting, ends)
  if (gatewayIds.length === 0) return
  const [one, other] = ends
  const nodeIds: AutoRelay['nodeIds'] =
    one.hostId < other.hostId ? [one.nodeId, other.nodeId] : [other.nodeId, one.nodeId]
  const trial: RelayTrial = { startedAtEpochMs: nowEpochMs, nodeIds, gatewayIds, failure, found: [null, null] }
  pairs.put(pairId, { ...watch, trial, fruitless })
  probes.push({ pairId, nodeIds, gatewayIds, forMs: reactionTimes.probeForMs })
}

const endOf = ({ startedAtEpochMs }: RelayTrial) => epochMs(startedAtEpochMs + reactionTimes.probesDueMs)

const isOver = ({ nowEpochMs }: Reacting, trial: RelayTrial): boolean => nowEpochMs > endOf(trial)

/** Those that an end's pairs use already, because it probes them anyway; then by load, then by id. */
const candidatesFor = (reacting: Reacting, ends: readonly [Node, Node]): readonly NodeId[] => {
  const state = reacting.state()
  const network = largeMapGet(state.networks, ends[0].networkId)
  if (network === undefined) return []
  const own = new Set(ends.flatMap((end) => relaysOf(state, end)))
  const rank = (nodeId: NodeId) => (own.has(nodeId) ? 0 : 1)
  return activeGatewaysOf(state, network)
    .filter(({ nodeId, autoRelay }) => autoRelay && !isShunned(reacting, nodeId))
    .sort((one, other) => rank(one.nodeId) - rank(other.nodeId) || one.usedBy - other.usedBy)
    .slice(0, maxGateways)
    .map(({ nodeId }) => nodeId)
}

/** One pair's list is enough to look at: a host's pairs use the same few gateways. */
const relaysOf = (state: MeshState, { pairIds }: Node): readonly NodeId[] =>
  pairIds.slice(0, 1).flatMap((pairId) => largeMapGet(state.autoRelays, pairId)?.gatewayIds ?? [])

export const takeProbed = (reacting: Reacting, observation: Taken<'relays-probed'>): void => {
  const { hostId, nodeId, otherNodeId, probed, type, observedAtEpochMs } = observation
  const pairId = pairIdOf(nodeId, otherNodeId)
  const watch = reacting.pairs.get(pairId)
  if (watch === undefined || watch.trial === null || isOver(reacting, watch.trial)) return
  if (largeMapGet(reacting.state().nodes, nodeId)?.hostId !== hostId) return
  const taken = takenWith(watch.taken, `${type} ${hostId}`, observedAtEpochMs)
  if (taken === undefined) return
  const { trial } = watch
  const own: RoundTrips = new Map(
    probed.flatMap(({ gatewayId, roundTripMs }) =>
      roundTripMs === null || !trial.gatewayIds.includes(gatewayId) ? [] : [[gatewayId, roundTripMs] as const],
    ),
  )
  const [ofOwner, ofOther] = trial.found
  const found = nodeId === trial.nodeIds[0] ? ([own, ofOther] as const) : ([ofOwner, own] as const)
  reacting.pairs.put(pairId, { ...watch, taken, trial: { ...trial, found } })
  reacting.due.searches.add(pairId)
}

/** Both ends have reported: the pair gets its relays, or there are none for it now. */
export const concludeSearch = (reacting: Reacting, pairId: PairId): void => {
  const { nowEpochMs: atEpochMs, pairs } = reacting
  const watch = pairs.get(pairId)
  if (watch === undefined || watch.trial === null) return
  const { nodeIds, found, failure, gatewayIds: candidates } = watch.trial
  const [ofOwner, ofOther] = found
  if (ofOwner === null || ofOther === null) return
  const gatewayIds = provenByBoth(reacting.state(), candidates, ofOwner, ofOther)
  if (gatewayIds.length === 0) {
    pairs.put(pairId, { ...watch, trial: null, fruitless: onceMore(watch.fruitless, atEpochMs) })
    return
  }
  const [oneNodeId, otherNodeId] = nodeIds
  const evidence = {
    handshakeAgeMs: failure.kind === 'broken' ? failure.handshakeAgeMs : null,
    missedProbes: failure.kind === 'broken' ? failure.missedProbes : 0,
    measured: candidates.map((gatewayId) => ({
      gatewayId,
      roundTripMs: ofOwner.get(gatewayId) ?? null,
      otherRoundTripMs: ofOther.get(gatewayId) ?? null,
    })),
  }
  reacting.give({ type: 'EngageAutoRelay', atEpochMs, oneNodeId, otherNodeId, gatewayIds, evidence })
  const { taken, releases } = watch
  pairs.put(pairId, { ...unseenPair, taken, releases })
}

const provenByBoth = (
  state: MeshState,
  candidates: readonly NodeId[],
  ofOwner: RoundTrips,
  ofOther: RoundTrips,
): readonly NodeId[] => {
  const sumOf = (gatewayId: NodeId) => (ofOwner.get(gatewayId) ?? Infinity) + (ofOther.get(gatewayId) ?? Infinity)
  const loadOf = (gatewayId: NodeId) => largeMapGet(state.gateways, gatewayId)?.usedBy ?? 0
  return inOrderOfChoice(
    candidates.map((gatewayId) => ({ gatewayId, costMs: sumOf(gatewayId), load: loadOf(gatewayId) })),
  ).map(({ gatewayId }) => gatewayId)
}
