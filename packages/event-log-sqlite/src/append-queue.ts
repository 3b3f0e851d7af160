/**
 * Group commit: appends that are made in one turn of the event loop, or while a commit is underway or the lock is taken, are
 * written in one transaction. Making a commit durable costs the same for one append and for a thousand.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { EventLogError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { pauseBeforeRetryMs } from './retry-while-busy.js'
import type { SqliteFailure } from './sqlite-failure.js'
import type { AppendOutcome, AppendRequest, writeAppends } from './write-appends.js'

/** A transaction blocks the process: about 10 ms at 2,000 events. */
const EVENTS_PER_COMMIT = 2000
const CHARACTERS_PER_COMMIT = 4 * 1024 * 1024

/** Takes appends and writes them in the order in which they came. */
export interface AppendQueue {
  readonly append: (request: AppendRequest) => Promise<AppendOutcome>
  /** Resolves when everything that was taken has been answered. */
  readonly drained: () => Promise<void>
}

/** What the queue works with. */
export interface AppendQueueOptions {
  readonly write: (appends: readonly AppendRequest[]) => ReturnType<typeof writeAppends>
  /** How long an append waits for the lock before it is answered with `event-log-unavailable`. */
  readonly lockTimeoutMs: number
  readonly onWritten: () => void
}

interface Waiting {
  readonly request: AppendRequest
  readonly deadlineMs: number
  readonly answer: (outcome: AppendOutcome) => void
  readonly fail: (mistake: unknown) => void
}

/** An empty queue. */
export function createAppendQueue({ write, lockTimeoutMs, onWritten }: AppendQueueOptions): AppendQueue {
  const waiting: Waiting[] = []
  let running: Promise<void> | undefined

  const writeGroup = async (busyTries: number): Promise<number> => {
    const group = waiting.slice(0, groupSize(waiting))
    const written = write(group.map(({ request }) => request))
    if (E.isLeft(written) && written.left.kind === 'busy') {
      answerExpired(waiting, written.left)
      await sleep(pauseBeforeRetryMs(busyTries + 1))
      return busyTries + 1
    }
    waiting.splice(0, group.length)
    if (E.isRight(written) && written.right.hasWritten) onWritten()
    for (const [i, { request, answer }] of group.entries()) {
      answer(E.isLeft(written) ? E.left(errorOf(written.left, request)) : (written.right.outcomes[i] as AppendOutcome))
    }
    return 0
  }

  const run = async () => {
    try {
      for (let busyTries = 0; waiting.length > 0; ) {
        await nextTurn()
        busyTries = await writeGroup(busyTries)
      }
    } catch (mistake) {
      // Thrown by a mistake in this package: better every caller hears of it than that they wait for ever.
      for (const { fail } of waiting.splice(0)) fail(mistake)
    } finally {
      // In the same step as the last look at `waiting`: an append that comes later finds nothing running.
      running = undefined
    }
  }

  const append = (request: AppendRequest) =>
    new Promise<AppendOutcome>((answer, fail) => {
      waiting.push({ request, deadlineMs: performance.now() + lockTimeoutMs, answer, fail })
      running ??= run()
    })

  return { append, drained: async () => running }
}

function groupSize(waiting: readonly Waiting[]): number {
  let events = 0
  let characters = 0
  const end = waiting.findIndex(({ request }, i) => {
    events += request.events.length
    for (const [, , , data] of request.events) characters += data.length
    return i > 0 && (events > EVENTS_PER_COMMIT || characters > CHARACTERS_PER_COMMIT)
  })
  return end === -1 ? waiting.length : end
}

function answerExpired(waiting: Waiting[], failure: SqliteFailure): void {
  const nowMs = performance.now()
  const all = waiting.splice(0)
  for (const one of all) {
    if (one.deadlineMs <= nowMs) one.answer(E.left(errorOf(failure, one.request)))
    else waiting.push(one)
  }
}

function errorOf({ kind, reason }: SqliteFailure, { expectedRevision }: AppendRequest): EventLogError {
  if (kind === 'damaged') return { code: 'event-log-corrupt', revision: expectedRevision + 1, reason }
  return { code: 'event-log-unavailable', reason }
}
