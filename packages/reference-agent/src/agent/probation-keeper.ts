/**
 * Commit-confirm at work (A10): what could cut this host off from its server is in effect on probation, kept on disk before it is, and
 * taken back when the server is silent at the end of the window. What was taken back for nothing is tried again.
 */
import {
  type AsOf,
  beginProbation,
  type Clock,
  type ConnectionEnd,
  type ContactTimes,
  type DesiredHost,
  isRevertOpen,
  judgeProbation,
  noProbation,
  onProbation,
  type ProbationState,
  type ProbationTimes,
  provesServerThere,
  type RevertedSection,
  retryReverted,
  reviewReverted,
  type Timers,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ProbationStore } from '../state/probation-store.js'
import type { AgentLog } from './agent-log.js'
import { describeReverted } from './describe-status.js'

export interface ProbationKeeperOptions {
  readonly store: ProbationStore
  readonly clock: Clock
  readonly timers: Timers
  readonly log: AgentLog
  readonly times: ProbationTimes
  /** Whether there is a connection whose heartbeats are in time. */
  readonly isConnected: () => boolean
  /** Another host, reached without the server, says that it lost the server as well. */
  readonly isServerLostToOthers: () => boolean
  /** The host is to be made as `narrowed` says now. */
  readonly onReverted: () => void
  /** What was taken back is tried again: the host is to be made as `narrowed` says now. */
  readonly onTriedAgain: () => void
}

const JUDGED_EVERY_MS = 1000
/** Nothing was heard while the machine was paused; what came meanwhile is read after the judgement that is due. */
const PAUSED_MS = 3 * JUDGED_EVERY_MS

export class ProbationKeeper {
  readonly #options: ProbationKeeperOptions
  #state: ProbationState = noProbation
  #received: DesiredHost | undefined
  #changedAtMs = 0
  #revertedAtMs = 0
  #heardAtMs = Number.NEGATIVE_INFINITY
  #judgedAtMs = 0
  #listensSinceMs = 0
  #stopJudging: (() => void) | undefined
  #isClosed = false

  constructor(options: ProbationKeeperOptions) {
    this.#options = options
  }

  /** What is as it was before, and not as received. */
  get reverted(): readonly RevertedSection[] {
    return this.#state.reverted
  }

  /** Whether nothing was heard of the server for as long as makes it silent. */
  get isServerSilent(): boolean {
    const { nowMs, heardAtMs } = this.#contact()
    return heardAtMs === null || nowMs - heardAtMs >= this.#options.times.silentMs
  }

  /** Something is on probation, and there is no connection to the server: whether others have one decides about it. */
  get isInDoubt(): boolean {
    return this.#state.pending !== null && !this.#options.isConnected()
  }

  async load(): Promise<void> {
    const { store, log } = this.#options
    const loaded = await store.load()
    if (E.isLeft(loaded)) log.error({ reason: loaded.left.reason }, 'what was reverted could not be read')
    else if (loaded.right !== undefined) this.#state = loaded.right
    const nowMs = this.#now()
    ;[this.#changedAtMs, this.#revertedAtMs, this.#listensSinceMs] = [nowMs, nowMs, nowMs]
  }

  /** A received config is about to be put into effect, as `narrowed` has it. */
  async begin(received: DesiredHost, asOf: AsOf): Promise<void> {
    if (received === this.#received) return
    this.#received = received
    await this.#become(beginProbation(this.#state, received, asOf, this.#contact(), this.#options.times))
    this.#judgeFromNowOn()
  }

  /** As received, but for what was reverted. */
  narrowed(received: DesiredHost): DesiredHost {
    return onProbation(this.#state, received)
  }

  /** Something came from the server. */
  heard(): void {
    this.#heardAtMs = this.#now()
    if (this.#state.reverted.length > 0) void this.#review()
  }

  /** A connection, or an attempt at one, ended. */
  ended(end: ConnectionEnd): void {
    if (provesServerThere(end, this.#state)) this.heard()
  }

  /** What was reverted is tried once more; answers what that is. */
  async retry(): Promise<readonly RevertedSection[]> {
    const { reverted } = this.#state
    this.#state = retryReverted(this.#state)
    this.#received = undefined
    return reverted
  }

  close(): void {
    this.#isClosed = true
    this.#stopJudging?.()
    this.#stopJudging = undefined
  }

  #judgeFromNowOn(): void {
    if (this.#isClosed || !this.#isSomethingDue || this.#stopJudging !== undefined) return
    this.#judgedAtMs = this.#now()
    this.#stopJudging = this.#options.timers.every(JUDGED_EVERY_MS, () => void this.#judge())
  }

  get #isSomethingDue(): boolean {
    return this.#state.pending !== null || isRevertOpen(this.#state)
  }

  async #judge(): Promise<void> {
    const received = this.#received
    if (received === undefined) return
    const nowMs = this.#now()
    if (nowMs - this.#judgedAtMs > PAUSED_MS) this.#listensSinceMs = nowMs
    this.#judgedAtMs = nowMs
    await this.#review()
    // What is tried again is judged once it is in effect.
    if (this.#received === received) await this.#judgePending(received)
    if (this.#isSomethingDue) return
    this.#stopJudging?.()
    this.#stopJudging = undefined
  }

  async #judgePending(received: DesiredHost): Promise<void> {
    const { times, isServerLostToOthers, onReverted, log } = this.#options
    const listensSinceMs = this.#listensSinceMs
    const facts = { ...this.#contact(), listensSinceMs, isServerLostToOthers: isServerLostToOthers() }
    const { verdict, state } = judgeProbation(this.#state, received, facts, times)
    if (verdict === 'waiting' || verdict === 'none-pending') return
    const saved = this.#become(state)
    if (verdict === 'reverted') {
      this.#revertedAtMs = this.#now()
      const detail = describeReverted(state.reverted)
      log.error({ detail }, 'the server has been silent since a change of this host: it is taken back')
      await saved
      if (!this.#isClosed) onReverted()
    }
    await saved
  }

  /** What was taken back for nothing is in effect again once the server is heard of. */
  async #review(): Promise<void> {
    const { times, log, onTriedAgain } = this.#options
    const before = this.#state
    const after = reviewReverted(before, { ...this.#contact(), revertedAtMs: this.#revertedAtMs }, times)
    if (after === before) return
    const again = before.reverted.filter(({ section }) => after.reverted.every((still) => still.section !== section))
    if (again.length > 0) {
      this.#received = undefined
      const sections = again.map(({ section }) => section)
      log.info({ sections }, 'the server is there: what was taken back while it was silent is tried again')
    }
    await this.#become(after)
    if (again.length > 0 && !this.#isClosed) onTriedAgain()
  }

  async #become(state: ProbationState): Promise<void> {
    if (state === this.#state) return
    if (state.pending !== null && state.pending !== this.#state.pending) this.#changedAtMs = this.#now()
    this.#state = state
    const { store, log } = this.#options
    const saved = await store.save(state)
    if (E.isLeft(saved)) log.error({ reason: saved.left.reason }, 'what is on probation could not be kept on disk')
  }

  #contact(): ContactTimes {
    const { isConnected, times } = this.#options
    const nowMs = this.#now()
    // A connection that stands was heard of within what makes a server silent; when exactly, its transport knows.
    const atLeastMs = isConnected() ? nowMs - times.silentMs + 1 : Number.NEGATIVE_INFINITY
    const heardAtMs = Math.max(this.#heardAtMs, atLeastMs)
    return { nowMs, changedAtMs: this.#changedAtMs, heardAtMs: Number.isFinite(heardAtMs) ? heardAtMs : null }
  }

  #now(): number {
    return this.#options.clock.monotonicMs()
  }
}
