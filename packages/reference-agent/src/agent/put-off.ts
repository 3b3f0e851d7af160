import type { CancelTimer, Clock, Timers } from '@meshfold/core'

/** A deed that is put off while other things happen, but never beyond a bound from the first time it was wanted. */
export class PutOff {
  readonly #timers: Timers
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #boundMs: number
  readonly #deed: () => void
  #cancel: CancelTimer = () => {}
  #latestMs = Number.POSITIVE_INFINITY

  constructor(options: {
    readonly timers: Timers
    readonly clock: Pick<Clock, 'monotonicMs'>
    readonly boundMs: number
    readonly deed: () => void
  }) {
    this.#timers = options.timers
    this.#clock = options.clock
    this.#boundMs = options.boundMs
    this.#deed = options.deed
  }

  /** In `delayMs`, and later if wanted again until then. */
  want(delayMs: number): void {
    this.#arm(delayMs, this.#boundMs)
  }

  /** In `delayMs` at the latest. */
  wantBy(delayMs: number): void {
    this.#arm(delayMs, delayMs)
  }

  cancel(): void {
    this.#cancel()
    this.#latestMs = Number.POSITIVE_INFINITY
  }

  #arm(delayMs: number, boundMs: number): void {
    const nowMs = this.#clock.monotonicMs()
    this.#latestMs = Math.min(this.#latestMs, nowMs + boundMs)
    this.#cancel()
    this.#cancel = this.#timers.after(Math.max(0, Math.min(delayMs, this.#latestMs - nowMs)), () => {
      this.#latestMs = Number.POSITIVE_INFINITY
      this.#deed()
    })
  }
}
