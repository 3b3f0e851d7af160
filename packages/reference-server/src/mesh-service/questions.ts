/**
 * Questions about a mesh that take longer than a turn of the event loop: what a command would change, what it was like long ago.
 * One after the other, since two at once would take no less time and twice the memory, and a little at a time, so that agents and
 * commands have their turns in between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ServiceError } from './command-answer.js'

/** More wait so long for an answer that their callers have given up. */
const MOST_WAITING = 8
const TURN_MS = 10

export class Questions {
  readonly #clock: Clock
  #waiting = 0
  #isClosed = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Answers when those asked before are answered. Refused while too many wait. */
  async ask<A>(answer: () => Promise<A>): Promise<E.Either<ServiceError, A>> {
    if (this.#isClosed) return E.left({ code: 'server-stopping' })
    if (this.#waiting >= MOST_WAITING) return E.left({ code: 'too-many-questions', waiting: this.#waiting })
    this.#waiting += 1
    const answered = this.#last.then(answer)
    this.#last = answered.catch(() => {})
    try {
      return E.right(await answered)
    } finally {
      this.#waiting -= 1
    }
  }

  /** Runs steps to their end, with a pause for others every few milliseconds. */
  async run<A>(steps: Generator<undefined, A>): Promise<A> {
    for (;;) {
      const turnEndsMs = this.#clock.monotonicMs() + TURN_MS
      do {
        const step = steps.next()
        if (step.done === true) return step.value
      } while (this.#clock.monotonicMs() < turnEndsMs)
      await nextTurn()
    }
  }

  /** For steps that can end early: says so after so long, and when the server stops. */
  enoughAfter(limitMs: number): () => boolean {
    const endsMs = this.#clock.monotonicMs() + limitMs
    return () => this.#isClosed || this.#clock.monotonicMs() > endsMs
  }

  /** Takes no more questions, and cuts the one under way short. */
  close(): void {
    this.#isClosed = true
  }
}
