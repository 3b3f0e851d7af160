import type { EventLog } from '../../ports/event-log.js'

/** What a log declares about itself. `false` leaves cases out; the kit checks that the log really can't. */
export interface EventLogCapabilities {
  /** Events are still there after the log was closed and opened again. */
  readonly survivesReopen: boolean
  /** Several open logs, in one process or in many, work on the same events. */
  readonly sharedBetweenInstances: boolean
  /**
   * An id that the stream already holds elsewhere is refused even when the expected revision is right. EventStoreDB, for one,
   * appends it a second time.
   */
  readonly refusesReusedEventIds: boolean
}

/** An open, empty log and what else the kit may do with its storage. */
export interface EventLogUnderTest {
  readonly log: EventLog
  /** Opens the storage anew; the kit has closed `log` before. Given exactly when the log survives reopening. */
  readonly reopen?: () => Promise<EventLog>
  /** Opens the same storage a second time, best in another process. Given exactly when it can be shared. */
  readonly anotherInstance?: () => Promise<EventLog>
  /** Closes everything that was opened and removes the storage. Called once at the end of each case, also of a failed one. */
  readonly dispose: () => Promise<void>
}

/** What the kit needs: a test runner, a log for each case, and a way to wait. */
export interface EventLogConformanceOptions {
  /** A group of cases, as test runners have it. */
  readonly describe: (name: string, body: () => void) => void
  /** One case, as test runners have it. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** A fresh, empty one for each case. */
  readonly createLog: () => Promise<EventLogUnderTest>
  readonly capabilities: EventLogCapabilities
  /** Core has no timers: pass `setTimeout` of `node:timers/promises`. */
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** How long something may take that must happen, 4,000 by default. Only failing cases wait that long. */
  readonly patienceMs?: number
  /** How long the kit watches that something does not happen, 100 by default. More than the log's polling interval. */
  readonly quietMs?: number
}

/** One case: a sentence, and what checks it. It throws when the log is wrong. */
export interface EventLogCase {
  readonly name: string
  readonly needs?: keyof EventLogCapabilities
  readonly lacks?: keyof EventLogCapabilities
  readonly run: (context: CaseContext) => Promise<void>
}

/** What a case works with. */
export interface CaseContext {
  readonly log: EventLog
  readonly reopen: () => Promise<EventLog>
  readonly anotherInstance: () => Promise<EventLog>
  readonly survivesReopen: boolean
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** Resolves when `condition` holds, throws with `what` when it takes too long. */
  readonly until: (what: string, condition: () => boolean) => Promise<void>
  /** Long enough for what must not happen to happen. */
  readonly quiet: () => Promise<unknown>
}

/** Runs one case on a fresh log. */
export async function runCase({ run }: EventLogCase, options: EventLogConformanceOptions): Promise<void> {
  const { createLog, capabilities, sleep, patienceMs = 4000, quietMs = 100 } = options
  const underTest = await createLog()
  try {
    await run({
      log: underTest.log,
      reopen: underTest.reopen ?? missing('reopen'),
      anotherInstance: underTest.anotherInstance ?? missing('anotherInstance'),
      survivesReopen: capabilities.survivesReopen,
      sleep,
      until: (what, condition) => until(what, condition, sleep, patienceMs),
      quiet: () => sleep(quietMs),
    })
  } finally {
    await underTest.dispose()
  }
}

async function until(
  what: string,
  condition: () => boolean,
  sleep: EventLogConformanceOptions['sleep'],
  patienceMs: number,
): Promise<void> {
  const pauseMs = 5
  for (let waitedMs = 0; !condition(); waitedMs += pauseMs) {
    if (waitedMs > patienceMs) throw new Error(`waited ${patienceMs} ms in vain: ${what}`)
    await sleep(pauseMs)
  }
}

function missing(name: string): () => Promise<never> {
  return async () => {
    throw new Error(`the capabilities need \`${name}\`, which createLog did not return`)
  }
}
