/**
 * C5: pairs that use a relay try their direct path again and again, less and less often, and at once after the own network changed. The
 * owner begins, the other end follows half a second later: two handshakes that cross cost WireGuard 5 s. An echo each way is the proof.
 */
import type { Path } from '../host-config/host-config.js'
import type { TargetOf } from '../host-config/path-facts.js'
import type { PairDirect } from '../protocol/observation.js'
import type { HostId } from '../values/index.js'

/** Milliseconds. */
const trialTimes = {
  lastsMs: 10_000,
  followsAfterMs: 500,
  firstPauseMs: 5000,
  longestPauseMs: 300_000,
  /** How often the owner says what came of it while it goes well. */
  reportMs: 1000,
} as const

const mostAtOnce = 8

interface Trial {
  readonly to: TargetOf<'pair'>
  readonly pauseMs: number
  readonly startsAtMs: number
  /** `null`: it rests. */
  readonly endsAtMs: number | null
  readonly ownEchoAtMs: number | null
  readonly otherEchoAtMs: number | null
  readonly reportedAtMs: number
}

export class DirectTrials {
  readonly #viewer: HostId
  readonly #trials = new Map<HostId, Trial>()

  constructor(viewer: HostId) {
    this.#viewer = viewer
  }

  /** `paths`: all pairs of this host, of kind `pair`. */
  takePairs(paths: Iterable<Path>, nowMs: number): void {
    const pairs = new Map([...paths].flatMap(({ to }) => (to.kind === 'pair' ? [[to.hostId, to] as const] : [])))
    for (const hostId of this.#trials.keys()) if (!pairs.has(hostId)) this.#trials.delete(hostId)
    for (const [hostId, to] of pairs) {
      const known = this.#trials.get(hostId)
      // The other end waits for the owner: by itself it begins late.
      const pauseMs = to.owner === this.#viewer ? trialTimes.firstPauseMs : trialTimes.longestPauseMs
      this.#trials.set(hostId, { ...(known ?? resting(trialTimes.firstPauseMs, nowMs + pauseMs)), to })
    }
  }

  /** Everything is tried now. */
  networkChanged(nowMs: number): void {
    for (const [hostId, { to }] of this.#trials)
      this.#trials.set(hostId, { ...resting(trialTimes.firstPauseMs, nowMs), to })
  }

  /** Begins and ends trials. Answers what there is to say. */
  wake(nowMs: number, handshakeAgeMs: (hostId: HostId) => number | null): readonly PairDirect[] {
    const said: PairDirect[] = []
    for (const [hostId, trial] of this.#trials) {
      const isOver = trial.endsAtMs !== null && trial.endsAtMs <= nowMs
      const isProven = trial.ownEchoAtMs !== null && trial.otherEchoAtMs !== null
      const isDue = isOver || (isProven && trial.reportedAtMs + trialTimes.reportMs <= nowMs)
      if (trial.endsAtMs !== null && isDue && this.#owns(trial)) {
        said.push(sayingOf(trial, nowMs, handshakeAgeMs(hostId)))
        this.#trials.set(hostId, { ...trial, reportedAtMs: nowMs })
      }
      if (isOver) this.#end(hostId, nowMs)
    }
    for (const [hostId, trial] of this.#trials)
      if (trial.endsAtMs === null && trial.startsAtMs <= nowMs && this.active.length < mostAtOnce)
        this.#trials.set(hostId, { ...trial, endsAtMs: nowMs + trialTimes.lastsMs })
    return said
  }

  /** Other ends to be probed now. */
  get active(): readonly HostId[] {
    return [...this.#trials].filter(([, { endsAtMs }]) => endsAtMs !== null).map(([hostId]) => hostId)
  }

  get dueAtMs(): number | undefined {
    const times = [...this.#trials.values()].map((trial) => {
      if (trial.endsAtMs === null) return trial.startsAtMs
      const isProven = trial.ownEchoAtMs !== null && trial.otherEchoAtMs !== null
      return isProven && this.#owns(trial)
        ? Math.min(trial.endsAtMs, trial.reportedAtMs + trialTimes.reportMs)
        : trial.endsAtMs
    })
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** What the other end is told in a probe: how long ago it answered one of ours; `null`: it did not. */
  echoAgeMs(hostId: HostId, nowMs: number): number | null {
    const atMs = this.#trials.get(hostId)?.ownEchoAtMs ?? null
    return atMs === null ? null : Math.max(0, Math.round(nowMs - atMs))
  }

  answered(hostId: HostId, nowMs: number): void {
    const trial = this.#trials.get(hostId)
    if (trial !== undefined) this.#trials.set(hostId, { ...trial, ownEchoAtMs: nowMs })
  }

  /** The other end probes: it is time to follow, and it may say that its own probe was answered. */
  probed(hostId: HostId, echoAgeMs: number | null, nowMs: number): void {
    const trial = this.#trials.get(hostId)
    if (trial === undefined) return
    const followsAtMs = this.#owns(trial)
      ? trial.startsAtMs
      : Math.min(trial.startsAtMs, nowMs + trialTimes.followsAfterMs)
    const otherEchoAtMs = echoAgeMs === null ? trial.otherEchoAtMs : nowMs - echoAgeMs
    this.#trials.set(hostId, { ...trial, startsAtMs: followsAtMs, otherEchoAtMs })
  }

  #end(hostId: HostId, nowMs: number): void {
    const trial = this.#trials.get(hostId)
    if (trial === undefined) return
    const isProven = trial.ownEchoAtMs !== null && trial.otherEchoAtMs !== null
    const pauseMs = isProven ? trialTimes.firstPauseMs : Math.min(trial.pauseMs * 2, trialTimes.longestPauseMs)
    const restMs = this.#owns(trial) ? pauseMs : trialTimes.longestPauseMs
    this.#trials.set(hostId, { ...resting(pauseMs, nowMs + restMs), to: trial.to })
  }

  #owns({ to }: Trial): boolean {
    return to.owner === this.#viewer
  }
}

const resting = (pauseMs: number, startsAtMs: number) => ({
  pauseMs,
  startsAtMs,
  endsAtMs: null,
  ownEchoAtMs: null,
  otherEchoAtMs: null,
  reportedAtMs: Number.NEGATIVE_INFINITY,
})

const sayingOf = (
  { to, ownEchoAtMs, otherEchoAtMs }: Trial,
  nowMs: number,
  handshakeAgeMs: number | null,
): PairDirect => {
  const age = (atMs: number | null) => (atMs === null ? null : Math.max(0, Math.round(nowMs - atMs)))
  return {
    type: 'pair-direct',
    pairId: to.pairId,
    ownEchoAgeMs: age(ownEchoAtMs),
    otherEchoAgeMs: age(otherEchoAtMs),
    handshakeAgeMs,
  }
}
