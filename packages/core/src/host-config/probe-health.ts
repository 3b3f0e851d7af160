/**
 * Which peers a host can reach, judged by probes over control addresses. Pure: probes go out where `dueProbes` says so, outcomes come
 * back through `onProbe`.
 *
 * Each target is probed once a second and has 0.7 s to answer; after a miss two more follow 0.3 s apart, and with three misses in a
 * row it is down: within 3 s of its death. Five answers in a row bring it back. A target that refuses has no agent now, but is alive: that
 * is no miss, and no proof that it can be moved to.
 *
 * A host that loses everything at once has lost itself. So a target is taken for down only when it missed a probe that was sent after
 * another one's, which that one answered, and that one's after the first miss; the first miss makes all others due at once. Where
 * no other target was proven lately, there is nothing to compare with, and the misses count. Whatever another host sends by itself counts
 * like an answer (`onHeard`): a router whose only targets died is still asked by those who use it. So does what the server sends
 * (`onServerHeard`), while the targets are silent and not before: a connection that nobody has found dead yet proves nothing.
 */
import type { HostId } from '../values/index.js'
import type { PeerHealth } from './chosen-paths.js'

/** When probes are sent, and how many make a judgement. Times in milliseconds. */
export const probeTimes = {
  intervalMs: 1000,
  answerMs: 700,
  retryMs: 300,
  /** In a row. */
  missesUntilDown: 3,
  /** In a row. */
  answersUntilUp: 5,
  /** How long an answer proves a target that is not up. */
  provenMs: 10_000,
  /** A process that was busy reads what had come meanwhile when it has missed its answers already: so long after, that proves nothing. */
  readLateMs: 200,
} as const

/** `answered`: an agent is there. `refused`: the host is alive, without an agent. `missed`: nothing came in time. */
export type ProbeOutcome = 'answered' | 'refused' | 'missed'

/** How one probe ended. */
export interface ProbeResult {
  readonly outcome: ProbeOutcome
  /** When the probe was sent; all times are of one clock that never goes back. */
  readonly sentAtMs: number
}

/** What is known of a host that is probed. Times are of the caller's clock, in milliseconds. */
export interface ProbeTarget {
  /** `unproven`: never answered; counts neither as up nor as down. */
  readonly state: 'unproven' | 'up' | 'down'
  /** No agent there, as its last answer said. */
  readonly isRefusing: boolean
  readonly misses: number
  readonly answers: number
  /** When the first of the present misses was noticed. */
  readonly failingSinceMs: number | null
  readonly lastMissSentAtMs: number | null
  /** When the probe was sent that showed, first since the present misses, that others can be reached. */
  readonly othersReachedAtMs: number | null
  readonly answeredAtMs: number | null
  /** Smoothed as RFC 6298 does. */
  readonly roundTripMs: number | null
  readonly nextProbeAtMs: number
  /** Probes to come at the short distance. */
  readonly retries: number
}

/** What is known of each target. */
export type ProbeHealth = ReadonlyMap<HostId, ProbeTarget>

/** What an outcome led to. */
export interface ProbeStep {
  readonly health: ProbeHealth
  /** Targets whose state in the view is another now. */
  readonly changed: readonly HostId[]
}

/** Nobody is probed yet. */
export const noProbes: ProbeHealth = new Map()

/** Takes these as targets. Those that were stay as they are; new ones are due at once. */
export const withTargets = (health: ProbeHealth, targets: Iterable<HostId>, nowMs: number): ProbeHealth =>
  new Map([...targets].map((hostId) => [hostId, health.get(hostId) ?? freshTarget(nowMs)]))

const freshTarget = (nowMs: number): ProbeTarget => ({
  state: 'unproven',
  isRefusing: false,
  misses: 0,
  answers: 0,
  failingSinceMs: null,
  lastMissSentAtMs: null,
  othersReachedAtMs: null,
  answeredAtMs: null,
  roundTripMs: null,
  nextProbeAtMs: nowMs,
  retries: 0,
})

/** When the next probe is due; `undefined`: there is nobody to probe. */
export const nextProbeAtMs = (health: ProbeHealth): number | undefined => {
  let next: number | undefined
  for (const target of health.values())
    if (next === undefined || target.nextProbeAtMs < next) next = target.nextProbeAtMs
  return next
}

/** Whom to probe now. The state counts them as sent: each has `answerMs` from now, then it is missed. */
export const dueProbes = (
  health: ProbeHealth,
  nowMs: number,
): { readonly health: ProbeHealth; readonly due: readonly HostId[] } => {
  const due = [...health].filter(([, target]) => target.nextProbeAtMs <= nowMs)
  if (due.length === 0) return { health, due: [] }
  const renewed = new Map(health)
  for (const [hostId, target] of due) {
    const retries = Math.max(0, target.retries - 1)
    const nextProbeAtMs = nowMs + (retries > 0 ? probeTimes.retryMs : probeTimes.intervalMs)
    renewed.set(hostId, { ...target, retries, nextProbeAtMs })
  }
  return { health: renewed, due: due.map(([hostId]) => hostId) }
}

/** An outcome came in at `nowMs`. One about a host that is no target counts for nothing. */
export const onProbe = (health: ProbeHealth, targetId: HostId, result: ProbeResult, nowMs: number): ProbeStep => {
  const target = health.get(targetId)
  if (target === undefined) return { health, changed: [] }
  const renewed = new Map(health)
  renewed.set(targetId, withOutcome(target, result, nowMs))
  if (result.outcome !== 'missed') noteForOthers(renewed, targetId, result.sentAtMs)
  else if (target.misses === 0) makeOthersDue(renewed, targetId, nowMs)
  return judged(health, renewed, nowMs)
}

/** Another host, a target or not, sent something by itself. */
export const onHeard = (health: ProbeHealth, from: HostId, nowMs: number): ProbeStep => {
  if (![...health.values()].some(({ failingSinceMs }) => failingSinceMs !== null)) return { health, changed: [] }
  const renewed = new Map(health)
  noteForOthers(renewed, from, nowMs)
  return judged(health, renewed, nowMs)
}

/** The server sent something: this host is online. Those that are asked once a second only, by now, are due at once. */
export const onServerHeard = (health: ProbeHealth, nowMs: number): ProbeStep => {
  const cameAtMs = nowMs - probeTimes.readLateMs
  const silent = [...health].filter(([, target]) => isWithoutProof(target, cameAtMs))
  if (silent.length === 0) return { health, changed: [] }
  const renewed = new Map(health)
  for (const [hostId, target] of silent) {
    const isDue = target.retries === 0 && target.state !== 'down'
    const nextProbeAtMs = isDue ? Math.min(target.nextProbeAtMs, nowMs) : target.nextProbeAtMs
    renewed.set(hostId, { ...target, othersReachedAtMs: nowMs, nextProbeAtMs })
  }
  return judged(health, renewed, nowMs)
}

/**
 * Whether this host may be offline, as far as it knows: a target that it had proven is silent, and so are all the others. It stays with
 * them, and `status` says why.
 */
export const mayBeOffline = (health: ProbeHealth): boolean => {
  const targets = [...health.values()].filter(({ state }) => state !== 'unproven')
  return (
    targets.some(({ state, misses }) => state === 'up' && misses >= probeTimes.missesUntilDown) &&
    targets.every(({ misses }) => misses > 0)
  )
}

const judged = (health: ProbeHealth, renewed: Map<HostId, ProbeTarget>, nowMs: number): ProbeStep => {
  for (const [hostId, each] of renewed)
    if (isLost(renewed, hostId, each, nowMs)) renewed.set(hostId, { ...each, state: 'down', answers: 0 })
  const changed = [...renewed.keys()].filter(
    (hostId) => healthOf(health, hostId)?.state !== healthOf(renewed, hostId)?.state,
  )
  return { health: renewed, changed }
}

const withOutcome = (target: ProbeTarget, result: ProbeResult, nowMs: number): ProbeTarget => {
  if (result.outcome === 'missed') return missed(target, result.sentAtMs, nowMs)
  const well = { ...target, misses: 0, failingSinceMs: null, othersReachedAtMs: null, retries: 0 }
  return result.outcome === 'refused' ? { ...well, isRefusing: true } : answered(well, result.sentAtMs, nowMs)
}

const missed = (target: ProbeTarget, sentAtMs: number, nowMs: number): ProbeTarget => ({
  ...target,
  misses: target.misses + 1,
  answers: 0,
  failingSinceMs: target.failingSinceMs ?? nowMs,
  lastMissSentAtMs: sentAtMs,
  ...(target.misses === 0 && target.state !== 'down'
    ? { retries: 2, nextProbeAtMs: Math.min(target.nextProbeAtMs, nowMs + probeTimes.retryMs) }
    : {}),
})

const answered = (target: ProbeTarget, sentAtMs: number, nowMs: number): ProbeTarget => {
  const answers = target.answers + 1
  const roundTripMs = nowMs - sentAtMs
  return {
    ...target,
    isRefusing: false,
    answers,
    state: target.state === 'down' && answers < probeTimes.answersUntilUp ? 'down' : 'up',
    answeredAtMs: nowMs,
    roundTripMs: target.roundTripMs === null ? roundTripMs : (target.roundTripMs * 7 + roundTripMs) / 8,
  }
}

const noteForOthers = (health: Map<HostId, ProbeTarget>, reached: HostId, sentAtMs: number): void => {
  for (const [hostId, target] of health) {
    if (hostId !== reached && isWithoutProof(target, sentAtMs))
      health.set(hostId, { ...target, othersReachedAtMs: sentAtMs })
  }
}

/** Whether it was silent at that time, and nothing has shown yet that this host can reach others. */
const isWithoutProof = ({ failingSinceMs, othersReachedAtMs }: ProbeTarget, atMs: number): boolean =>
  failingSinceMs !== null && atMs >= failingSinceMs && othersReachedAtMs === null

const makeOthersDue = (health: Map<HostId, ProbeTarget>, failing: HostId, nowMs: number): void => {
  for (const [hostId, target] of health)
    if (hostId !== failing && target.nextProbeAtMs > nowMs) health.set(hostId, { ...target, nextProbeAtMs: nowMs })
}

const isLost = (health: ProbeHealth, hostId: HostId, target: ProbeTarget, nowMs: number): boolean => {
  const { state, misses, lastMissSentAtMs, othersReachedAtMs } = target
  if (state === 'down' || misses < probeTimes.missesUntilDown || lastMissSentAtMs === null) return false
  if (othersReachedAtMs !== null && lastMissSentAtMs >= othersReachedAtMs) return true
  for (const [otherId, other] of health) if (otherId !== hostId && isProvenLately(other, nowMs)) return false
  return true
}

/** A host that is offline for long keeps what it knew: nothing proves anything to it meanwhile. */
const isProvenLately = ({ state, answeredAtMs }: ProbeTarget, nowMs: number): boolean =>
  state === 'up' || (answeredAtMs !== null && nowMs - answeredAtMs < probeTimes.provenMs)

/** What `choosePaths` gets to know of a target; `undefined`: neither proven nor down. */
export const healthOf = (health: ProbeHealth, hostId: HostId): PeerHealth | undefined => {
  const target = health.get(hostId)
  if (target === undefined || target.state === 'unproven') return undefined
  if (target.state === 'up' && target.isRefusing) return undefined
  return { state: target.state, roundTripMs: target.roundTripMs }
}
