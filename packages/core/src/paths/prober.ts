/** Probes on their way, and what became of them. */
import {
  dueProbes,
  nextProbeAtMs,
  noProbes,
  onHeard,
  onProbe,
  onServerHeard,
  type ProbeHealth,
  type ProbeOutcome,
  type ProbeStep,
  probeTimes,
  withTargets,
} from '../host-config/probe-health.js'
import type { HostId } from '../values/index.js'

/** A probe to be sent. */
export interface DueProbe {
  readonly target: HostId
  readonly id: number
}

const lossWindowMs = 60_000

export class Prober {
  readonly #nextId: () => number
  #health: ProbeHealth = noProbes
  /** When a probe of each target was answered or missed, of late. */
  readonly #outcomes = new Map<HostId, { readonly atMs: number; readonly isMissed: boolean }[]>()
  /** In the order in which they were sent. */
  readonly #waiting = new Map<number, { readonly target: HostId; readonly sentAtMs: number }>()

  /** `nextId`: numbers that nobody else can guess, none twice within a second. */
  constructor(nextId: () => number) {
    this.#nextId = nextId
  }

  get health(): ProbeHealth {
    return this.#health
  }

  /** When something is to be sent, or to be taken for lost; `undefined`: never. */
  get dueAtMs(): number | undefined {
    const [oldest] = this.#waiting.values()
    const lostAtMs = oldest && oldest.sentAtMs + probeTimes.answerMs
    const nextAtMs = nextProbeAtMs(this.#health)
    return lostAtMs === undefined || nextAtMs === undefined ? (lostAtMs ?? nextAtMs) : Math.min(lostAtMs, nextAtMs)
  }

  /** Answers who is no target any more. */
  setTargets(targets: readonly HostId[], nowMs: number): readonly HostId[] {
    const before = this.#health
    this.#health = withTargets(before, targets, nowMs)
    const gone = [...before.keys()].filter((hostId) => !this.#health.has(hostId))
    for (const hostId of gone) this.#outcomes.delete(hostId)
    return gone
  }

  /** Takes probes for lost that weren't answered in time. Answers whose state is another. */
  expire(nowMs: number): readonly HostId[] {
    const lost = [...this.#waiting].filter(([, { sentAtMs }]) => sentAtMs + probeTimes.answerMs <= nowMs)
    return lost.flatMap(([id, { target, sentAtMs }]) => this.#settle(id, target, sentAtMs, 'missed', nowMs))
  }

  /** What is to be sent now; it counts as sent. */
  takeDue(nowMs: number): readonly DueProbe[] {
    const { health, due } = dueProbes(this.#health, nowMs)
    this.#health = health
    return due.map((target) => {
      const id = this.#nextId()
      this.#waiting.set(id, { target, sentAtMs: nowMs })
      return { target, id }
    })
  }

  /** Of the probes of the last minute, 0 to 100. A refusal is an answer. */
  lossPercent(target: HostId, nowMs: number): number {
    const late = (this.#outcomes.get(target) ?? []).filter(({ atMs }) => nowMs - atMs < lossWindowMs)
    return late.length === 0 ? 0 : (100 * late.filter(({ isMissed }) => isMissed).length) / late.length
  }

  /** It sent something by itself. Answers whose state is another. */
  heard(from: HostId, nowMs: number): readonly HostId[] {
    return this.#take(onHeard(this.#health, from, nowMs))
  }

  /** The server sent something. Answers whose state is another. */
  serverHeard(nowMs: number): readonly HostId[] {
    return this.#take(onServerHeard(this.#health, nowMs))
  }

  /** An echo came. One that nobody waits for counts for nothing. */
  answered(from: HostId, id: number, nowMs: number): readonly HostId[] {
    const waiting = this.#waiting.get(id)
    return waiting?.target === from ? this.#settle(id, from, waiting.sentAtMs, 'answered', nowMs) : []
  }

  /** Its system says that nobody listens there. */
  refused(from: HostId, nowMs: number): readonly HostId[] {
    const waiting = [...this.#waiting].filter(([, { target }]) => target === from)
    return waiting.flatMap(([id, { sentAtMs }]) => this.#settle(id, from, sentAtMs, 'refused', nowMs))
  }

  #settle(id: number, target: HostId, sentAtMs: number, outcome: ProbeOutcome, nowMs: number): readonly HostId[] {
    this.#waiting.delete(id)
    if (this.#health.has(target)) {
      const late = (this.#outcomes.get(target) ?? []).filter(({ atMs }) => nowMs - atMs < lossWindowMs)
      this.#outcomes.set(target, [...late, { atMs: nowMs, isMissed: outcome === 'missed' }])
    }
    return this.#take(onProbe(this.#health, target, { outcome, sentAtMs }, nowMs))
  }

  #take({ health, changed }: ProbeStep): readonly HostId[] {
    this.#health = health
    return changed
  }
}
