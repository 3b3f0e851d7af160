import type { EpochMs, HostId, Observation, ReportedObservation } from '@meshfold/core'
import { HostBudgets } from '../host-budgets.js'

/** A router with 256 ranges and some hundred pairs stays below it, with all repetitions. */
const OBSERVATIONS = { burst: 500, perSecond: 50 }
/** Each may make two hosts probe four gateways, and is remembered for minutes. */
const UNREACHABLE = { burst: 100, perSecond: 10 }
/** What a round takes in a few milliseconds. */
const OBSERVATIONS_PER_ROUND = 2000
const MOST_WAITING = 50_000

/** What was observed and not judged yet. Bounded, for each host and for all together. */
export class ObservationInbox {
  readonly #budget = new HostBudgets(OBSERVATIONS)
  readonly #unreachable = new HostBudgets(UNREACHABLE)
  /** The last word on each host counts; floods leave room for it. */
  readonly #presence = new Map<HostId, Observation>()
  #reported: Observation[] = []

  get size(): number {
    return this.#presence.size + this.#reported.length
  }

  /** How many were taken; the rest was too much. */
  add(hostId: HostId, reported: readonly ReportedObservation[], observedAtEpochMs: EpochMs, nowMs: number): number {
    let taken = 0
    for (const observation of reported) {
      if (!this.#isAffordable(hostId, observation, nowMs)) continue
      this.#reported.push({ ...observation, hostId, observedAtEpochMs })
      taken += 1
    }
    return taken
  }

  seen(hostId: HostId, isConnected: boolean, observedAtEpochMs: EpochMs): void {
    this.#presence.set(hostId, { type: 'presence-seen', hostId, isConnected, observedAtEpochMs })
  }

  /** What is to be judged next, oldest first; who is here comes before what they say. */
  next(): readonly Observation[] {
    const presence = [...this.#presence.values()]
    this.#presence.clear()
    const reported = this.#reported.slice(0, OBSERVATIONS_PER_ROUND)
    this.#reported = this.#reported.slice(OBSERVATIONS_PER_ROUND)
    return [...presence, ...reported]
  }

  /** Lets go of what is remembered of hosts that have been quiet. */
  tidy(nowMs: number): void {
    this.#budget.letGo(nowMs)
    this.#unreachable.letGo(nowMs)
  }

  #isAffordable(hostId: HostId, { type }: ReportedObservation, nowMs: number): boolean {
    if (this.#reported.length >= MOST_WAITING) return false
    if (type === 'pair-unreachable' && !this.#unreachable.take(hostId, nowMs)) return false
    return this.#budget.take(hostId, nowMs)
  }
}
