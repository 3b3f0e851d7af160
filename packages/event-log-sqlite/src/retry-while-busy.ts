import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { attempt, type SqliteFailure } from './sqlite-failure.js'

/**
 * How long SQLite itself may wait for a lock, which stops the whole process meanwhile. Not 0: with nothing but sleeps a
 * process would hardly ever get in between the commits of a busy one.
 */
export const BLOCKING_LOCK_WAIT_MS = 5

const LONGEST_PAUSE_MS = 50

/** A pause before the given attempt (1, 2 …): random, so that processes that wait for each other part; longer each time. */
export function pauseBeforeRetryMs(attemptNumber: number, random: () => number = Math.random): number {
  return 1 + random() * Math.min(LONGEST_PAUSE_MS, 2 ** Math.min(attemptNumber, 10))
}

/** Runs `action` until it is not `busy`, for `lockTimeoutMs` at most. The process goes on meanwhile. */
export async function retryWhileBusy<A>(action: () => A, lockTimeoutMs: number): Promise<E.Either<SqliteFailure, A>> {
  const deadlineMs = performance.now() + lockTimeoutMs
  for (let tries = 1; ; tries += 1) {
    const outcome = attempt(action)
    const isOver = E.isRight(outcome) || outcome.left.kind !== 'busy' || performance.now() >= deadlineMs
    if (isOver) return outcome
    await sleep(pauseBeforeRetryMs(tries))
  }
}
