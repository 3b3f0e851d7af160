import * as E from 'fp-ts/lib/Either.js'
import type { ApiError } from './api-error.js'

type Answer = Promise<E.Either<ApiError, unknown>>

interface Call {
  readonly body: string
  readonly answer: Answer
  readonly atMs: number
}

const REMEMBERED_MS = 10 * 60_000
const REMEMBERED_CALLS = 2000

/**
 * Answers to calls with an `Idempotency-Key`, for ten minutes: the same call again gets the same answer, a created key's token
 * included. After that, and after a restart, the command's id still keeps it from being carried out twice.
 */
export class RepeatedCalls {
  readonly #calls = new Map<string, Call>()

  /** `call`: method, path and key. */
  async answer(call: string, body: string, nowMs: number, handle: () => Answer): Answer {
    this.#forgetOld(nowMs)
    const known = this.#calls.get(call)
    if (known !== undefined) return known.body === body ? known.answer : E.left(keyReused)
    const answer = handle()
    this.#calls.set(call, { body, answer, atMs: nowMs })
    const outcome = await answer
    // What failed for a passing reason may go well the next time.
    if (E.isLeft(outcome) && outcome.left.status >= 500) this.#calls.delete(call)
    return outcome
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#calls) {
      if (this.#calls.size <= REMEMBERED_CALLS && nowMs - atMs < REMEMBERED_MS) return
      this.#calls.delete(key)
    }
  }
}

const keyReused: ApiError = {
  status: 422,
  code: 'idempotency-key-reused',
  message: 'This Idempotency-Key came with another body before. Take a fresh one.',
}
