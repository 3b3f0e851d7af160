/**
 * F2: what the server holds of each gateway, judged once in thirty seconds by what its users said in that time. A user has one voice, its
 * last; who reaches nobody at all has none. A verdict moves nobody: it says which gateways are offered when one is chosen.
 */
import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { GatewayFigure } from '../protocol/observation.js'
import type { HostId, NodeId } from '../values/index.js'
import { type Reacting, windowOf } from './reacting.js'
import {
  type GatewayVerdict,
  type GatewayWatch,
  type HostWatch,
  type ReactionMemory,
  unseenGateway,
  unseenHost,
} from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'
import { putInWindow } from './watched.js'

/** Everything fails: so it is not the gateways, it is the host that measured (one target alone proves nothing of that). */
export const isOffline = (figures: readonly GatewayFigure[]): boolean =>
  figures.length > 1 && figures.every(({ roundTripMs }) => roundTripMs === null)

/** Counts what a host says of gateways that it uses. */
export const countVotes = (reacting: Reacting, hostId: HostId, figures: readonly GatewayFigure[]): void => {
  const { window, hosts, gateways } = reacting
  const host = hosts.get(hostId) ?? unseenHost
  const votes = new Map([...host.votes].filter(([, vote]) => vote.window === window))
  for (const { gatewayId, roundTripMs } of figures) {
    if (!isUsedBy(reacting.state(), gatewayId, hostId)) continue
    const isAnswering = roundTripMs !== null
    const before = votes.get(gatewayId)
    const watch = ofWindow(gateways.get(gatewayId), window)
    const weight = (voice: boolean) => Number(isAnswering === voice) - Number(before?.isAnswering === voice)
    gateways.put(gatewayId, {
      ...watch,
      answering: watch.answering + weight(true),
      silent: watch.silent + weight(false),
    })
    votes.set(gatewayId, { window, isAnswering })
  }
  hosts.put(hostId, { ...host, votes })
}

/** A host that a gateway was not given to says nothing of it. */
const isUsedBy = (state: MeshState, gatewayId: NodeId, hostId: HostId): boolean => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  if (gateway === undefined) return false
  return (largeMapGet(state.hosts, hostId)?.nodeIds ?? []).some(
    (nodeId) =>
      largeMapHas(gateway.relayedNodeIds, nodeId) ||
      (largeMapGet(state.nodes, nodeId)?.pairIds ?? []).some((pairId) => largeMapHas(gateway.pairIds, pairId)),
  )
}

const ofWindow = (watch: GatewayWatch | undefined, window: number): GatewayWatch =>
  watch?.window === window ? watch : { ...(watch ?? unseenGateway), window, answering: 0, silent: 0 }

/** Judges those that were spoken of in the window that ended since the last call. */
export const judgeDueGateways = (reacting: Reacting, before: ReactionMemory): void => {
  const ended = windowOf(before.atEpochMs)
  if (ended >= reacting.window) return
  const spokenOf = putInWindow(before.gateways, ended).flatMap((gatewayId) => {
    const watch = reacting.gateways.get(gatewayId)
    return watch?.window === ended ? [{ gatewayId, watch, verdict: judge(reacting, gatewayId, watch) }] : []
  })
  const everythingFails = spokenOf.length > 1 && spokenOf.every(({ verdict }) => verdict?.health === 'unhealthy')
  if (everythingFails) return
  for (const { gatewayId, watch, verdict } of spokenOf)
    if (verdict !== null) reacting.gateways.put(gatewayId, { ...watch, verdict })
}

/** One voice against a gateway whose agent is connected is about the link between the two. */
const judge = (
  { state, hosts, nowEpochMs }: Reacting,
  gatewayId: NodeId,
  { answering, silent }: GatewayWatch,
): GatewayVerdict | null => {
  const hostId = largeMapGet(state().gateways, gatewayId)?.hostId
  const isConnected = hostId !== undefined && isPresent(hosts.get(hostId))
  const isUnhealthy = silent > answering && (silent > 1 || !isConnected)
  if (!isUnhealthy && answering === 0) return null
  return { health: isUnhealthy ? 'unhealthy' : 'healthy', judgedAtEpochMs: nowEpochMs, answering, silent }
}

const isPresent = (host: HostWatch | undefined): boolean => host?.presence === 'connected'

/** Whether a gateway should not be offered now. */
export const isShunned = ({ gateways, nowEpochMs }: Reacting, gatewayId: NodeId): boolean => {
  const verdict = gateways.get(gatewayId)?.verdict
  if (verdict === undefined || verdict === null) return false
  return verdict.health === 'unhealthy' && nowEpochMs - verdict.judgedAtEpochMs <= reactionTimes.verdictLastsMs
}
