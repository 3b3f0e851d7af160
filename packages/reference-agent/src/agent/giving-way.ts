import type { Clock, ReconcileError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** So long after it was first due, nothing is urgent enough any more. */
const LONGEST_MS = 5000

/** A look at the whole host takes long where programs are started for it: it gives way to what is urgent, though not for ever. */
export class GivingWay {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #isUrgentWaiting: () => boolean
  #sinceMs: number | undefined

  constructor(clock: Pick<Clock, 'monotonicMs'>, isUrgentWaiting: () => boolean) {
    this.#clock = clock
    this.#isUrgentWaiting = isUrgentWaiting
  }

  readonly isGivenUp = (): boolean => {
    const sinceMs = this.#sinceMs ?? this.#clock.monotonicMs()
    return this.#isUrgentWaiting() && this.#clock.monotonicMs() - sinceMs < LONGEST_MS
  }

  /** Whether the look at the whole host that ended so gave way: it is still due. */
  gaveWay(outcome: E.Either<ReconcileError, unknown>): boolean {
    const gaveWay = E.isLeft(outcome) && wasGivenUp(outcome.left)
    this.#sinceMs = gaveWay ? (this.#sinceMs ?? this.#clock.monotonicMs()) : undefined
    return gaveWay
  }
}

/** Whether the host was not read because something more urgent waited. */
export const wasGivenUp = (error: ReconcileError): boolean =>
  error.code === 'observe-failed' && error.cause.code === 'given-up'
