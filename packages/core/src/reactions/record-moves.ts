/**
 * What owners moved by themselves is recorded (F3, C6): a relayed node's own list by the node, a pair's by the end with the lower host
 * id. Nobody else's word counts, and the server moves nothing back. An owner that can't settle is recorded less and less often; what it
 * says last is.
 */
import { largeMapGet } from '../mesh/large-map.js'
import type { AutoRelay, MeshState, PairId } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import { pathEvidence } from './path-evidence.js'
import { mustWait, onceMore, type Reacting, type Taken, takenWith } from './reacting.js'
import { unseenHost, unseenNode, unseenPair } from './reaction-memory.js'

export const takeVector = (reacting: Reacting, observation: Taken<'vector-told'>): void => {
  const { hostId } = observation
  const host = reacting.hosts.get(hostId) ?? unseenHost
  if (host.vector !== null && host.vector.sequence >= observation.sequence) return
  reacting.hosts.put(hostId, { ...host, vector: observation })
  reacting.due.vectors.add(hostId)
}

export const recordVector = (reacting: Reacting, hostId: HostId): void => {
  for (const nodeId of largeMapGet(reacting.state().hosts, hostId)?.nodeIds ?? [])
    recordNodeMove(reacting, hostId, nodeId)
}

const recordNodeMove = (reacting: Reacting, hostId: HostId, nodeId: NodeId): void => {
  const { nowEpochMs: atEpochMs, hosts, nodes, due } = reacting
  const vector = hosts.get(hostId)?.vector
  const relay = largeMapGet(reacting.state().nodes, nodeId)?.relay
  if (vector === undefined || vector === null || relay === undefined || relay === null) return
  const { sequence, figures } = vector
  const gatewayIds = vector.gatewayIds.filter((gatewayId) => relay.gatewayIds.includes(gatewayId))
  const [inUse] = relay.gatewayIds
  if (sequence <= relay.sequence || gatewayIds.length === 0 || gatewayIds[0] === inUse) return
  const watch = nodes.get(nodeId) ?? unseenNode
  if (mustWait(watch.moves, atEpochMs)) {
    due.later.hostIds.add(hostId)
    return
  }
  const evidence = pathEvidence(figures, inUse, gatewayIds)
  if (!reacting.give({ type: 'ReportRelayVector', atEpochMs, nodeId, gatewayIds, sequence, evidence })) return
  nodes.put(nodeId, { ...watch, moves: onceMore(watch.moves, atEpochMs) })
}

export const takePairMove = (reacting: Reacting, observation: Taken<'pair-moved'>): void => {
  const { pairId, hostId, type, observedAtEpochMs } = observation
  if (!isOwner(reacting.state(), pairId, hostId)) return
  const watch = reacting.pairs.get(pairId) ?? unseenPair
  const taken = takenWith(watch.taken, `${type} ${hostId}`, observedAtEpochMs)
  if (taken === undefined) return
  const isNews = watch.moved === null || observation.sequence > watch.moved.sequence
  reacting.pairs.put(pairId, { ...watch, taken, moved: isNews ? observation : watch.moved })
  if (isNews) reacting.due.moves.add(pairId)
}

/** Whether it is the host's to say where a pair is. */
export const isOwner = (state: MeshState, pairId: PairId, hostId: HostId): boolean => {
  const pair = largeMapGet(state.autoRelays, pairId)
  return pair !== undefined && largeMapGet(state.nodes, pair.nodeIds[0])?.hostId === hostId
}

export const recordPairMove = (reacting: Reacting, pairId: PairId): void => {
  const { nowEpochMs: atEpochMs, pairs, due } = reacting
  const pair: AutoRelay | undefined = largeMapGet(reacting.state().autoRelays, pairId)
  const watch = pairs.get(pairId)
  if (pair === undefined || watch === undefined || watch.moved === null) return
  const { sequence, figures, otherRoundTrips } = watch.moved
  const gatewayIds = watch.moved.gatewayIds.filter((gatewayId) => pair.gatewayIds.includes(gatewayId))
  const [inUse] = pair.gatewayIds
  if (sequence <= pair.sequence || gatewayIds.length === 0 || gatewayIds[0] === inUse) return
  if (mustWait(watch.moves, atEpochMs)) {
    due.later.pairIds.add(pairId)
    return
  }
  const theirs = new Map(otherRoundTrips.map(({ gatewayId, roundTripMs }) => [gatewayId, roundTripMs]))
  const evidence = pathEvidence(figures, inUse, gatewayIds, theirs)
  if (!reacting.give({ type: 'MoveAutoRelay', atEpochMs, pairId, gatewayIds, sequence, evidence })) return
  pairs.put(pairId, { ...watch, moves: onceMore(watch.moves, atEpochMs) })
}
