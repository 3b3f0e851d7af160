/** Probes on their way, and what became of them. */
import {
  dueProbes,
  nextProbeAtMs,
  noProbes,
  onHeard,
  onProbe,
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

export class Prober {
  readonly #nextId: () => number
  #health: ProbeHealth = noProbes
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
    return [...before.keys()].filter((hostId) => !this.#health.has(hostId))
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

  /** It sent something by itself. Answers whose state is another. */
  heard(from: HostId, nowMs: number): readonly HostId[] {
    return this.#take(onHeard(this.#health, from, nowMs))
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
    return this.#take(onProbe(this.#health, target, { outcome, sentAtMs }, nowMs))
  }

  #take({ health, changed }: ProbeStep): readonly HostId[] {
    this.#health = health
    return changed
  }
}
