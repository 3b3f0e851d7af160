import type { Clock } from '@meshfold/core'
import type { ServerLog } from '../server-log.js'

/** Wall and monotonic clock may part by so much, and a server stand still so long: what is more was a jump, or a sleep. */
const JUMP_MS = 60_000
/** Whoever set the clock wrongly has so long to notice; agents of a machine that slept are back by then. */
const BELIEVED_AFTER_MS = 15 * 60_000

/** What may be judged by. */
export interface BelievedTime {
  readonly nowEpochMs: number
  /** Absence before that is nobody's fault but the server's. */
  readonly countedFromEpochMs: number
}

export interface ClockWatchOptions {
  readonly clock: Clock
  readonly serverLog: ServerLog
  /** After a start, or a time in which the server did nothing, agents get so long to come back. */
  readonly patienceMs: number
}

/**
 * Says what time it is to whoever judges by it: not while the wall clock has just jumped, or the machine slept, which looks alike; and with
 * patience after a time in which nobody could connect to this process.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  /** Of the wall clock and the monotonic one, as last believed. */
  #apartMs: number
  #jump: { readonly apartMs: number; readonly seenAtMs: number } | undefined
  #lookedAtMs: number
  #countedFromEpochMs: number

  constructor(options: ClockWatchOptions) {
    const { clock, patienceMs } = options
    this.#options = options
    this.#apartMs = clock.nowEpochMs() - clock.monotonicMs()
    this.#lookedAtMs = clock.monotonicMs()
    this.#countedFromEpochMs = clock.nowEpochMs() + patienceMs
  }

  /** To be asked every few seconds. `undefined`: what time it is can't be told now. */
  look(): BelievedTime | undefined {
    const { clock } = this.#options
    const [nowEpochMs, nowMs] = [clock.nowEpochMs(), clock.monotonicMs()]
    this.#noteStandstill(nowEpochMs, nowMs)
    const apartMs = nowEpochMs - nowMs
    if (Math.abs(apartMs - this.#apartMs) <= JUMP_MS) this.#noteRight()
    else this.#noteJump(apartMs, nowMs)
    return this.#jump === undefined ? { nowEpochMs, countedFromEpochMs: this.#countedFromEpochMs } : undefined
  }

  #noteStandstill(nowEpochMs: number, nowMs: number): void {
    const { serverLog, patienceMs } = this.#options
    const stoodMs = Math.round(nowMs - this.#lookedAtMs)
    this.#lookedAtMs = nowMs
    if (stoodMs <= JUMP_MS) return
    this.#countedFromEpochMs = nowEpochMs + patienceMs
    serverLog.warn({ stoodMs, patienceMs }, 'the server stood still: agents get as long to come back as after a start')
  }

  #noteRight(): void {
    if (this.#jump === undefined) return
    this.#jump = undefined
    this.#options.serverLog.info({}, 'the clock is right again: sweeping goes on')
  }

  #noteJump(apartMs: number, nowMs: number): void {
    const { serverLog, patienceMs } = this.#options
    if (this.#jump === undefined || Math.abs(apartMs - this.#jump.apartMs) > JUMP_MS) {
      this.#jump = { apartMs, seenAtMs: nowMs }
      serverLog.error(
        { partedMs: Math.round(apartMs - this.#apartMs), believedAfterMs: BELIEVED_AFTER_MS },
        'the clock jumped, or the machine slept: nothing expires and nobody is removed until it is back, or has stayed so for a while',
      )
    }
    if (nowMs - this.#jump.seenAtMs < BELIEVED_AFTER_MS) return
    this.#countedFromEpochMs = apartMs + this.#jump.seenAtMs + patienceMs
    this.#apartMs = apartMs
    this.#jump = undefined
    serverLog.warn({}, 'the clock has stayed as it is: its time is taken for right, sweeping goes on')
  }
}
