import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventLogError, RecordedEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type EventRow, eventOf } from './event-row.js'
import { retryWhileBusy } from './retry-while-busy.js'
import type { SqliteFailure } from './sqlite-failure.js'
import type { Statements } from './statements.js'
import { storedText } from './stored-text.js'

/** Reading blocks the process: about 3 ms a page. */
const EVENTS_PER_PAGE = 1000

const closed: EventLogError = { code: 'event-log-closed' }
const closedPage: EventPage = { events: [], error: closed }

/** What reading works with. */
export interface ReadContext {
  readonly statements: Statements
  readonly lockTimeoutMs: number
  readonly isClosed: () => boolean
}

/** Some events from a revision on, none only at the head; and what stopped the reading behind them, if anything did. */
export interface EventPage {
  readonly events: readonly RecordedEvent[]
  readonly error?: EventLogError
}

/** At most `maxCount` events, and at most one page of them. `fromRevision` is a whole number from 0. */
export async function readPage(
  context: ReadContext,
  stream: string,
  fromRevision: number,
  maxCount: number = EVENTS_PER_PAGE,
): Promise<EventPage> {
  if (context.isClosed()) return closedPage
  const count = Math.min(maxCount, EVENTS_PER_PAGE)
  const rows = await retryWhileBusy(
    () => context.statements.events.all(storedText(stream), fromRevision, count),
    context.lockTimeoutMs,
  )
  if (context.isClosed()) return closedPage
  if (E.isRight(rows)) return decodeRows(rows.right as unknown as readonly EventRow[], fromRevision)
  // One damaged row spoils the page: close in on it, to hand over what stands before it.
  if (rows.left.kind === 'damaged' && count > 1) return readPage(context, stream, fromRevision, Math.ceil(count / 2))
  return { events: [], error: readErrorOf(rows.left, fromRevision) }
}

/**
 * At most `maxCount` events, page by page. Every page waits for its turn, so that neither a long read nor a caller that asks
 * again and again keeps the process from other work, appends among it.
 */
export async function readEvents(
  context: ReadContext,
  stream: string,
  fromRevision: number,
  maxCount: number,
): Promise<E.Either<EventLogError, readonly RecordedEvent[]>> {
  const all: RecordedEvent[] = []
  const first = Math.max(0, Math.ceil(fromRevision))
  while (all.length < maxCount) {
    await nextTurn()
    const wanted = Math.min(EVENTS_PER_PAGE, Math.floor(maxCount) - all.length)
    const { events, error } = await readPage(context, stream, first + all.length, wanted)
    if (error !== undefined) return E.left(error)
    if (events.length === 0) break
    for (const event of events) all.push(event)
  }
  return context.isClosed() ? E.left(closed) : E.right(all)
}

/** The revision of the newest event, -1 when there is none. */
export async function readHeadRevision(context: ReadContext, stream: string): Promise<E.Either<EventLogError, number>> {
  await nextTurn()
  if (context.isClosed()) return E.left(closed)
  const row = await retryWhileBusy(
    () => context.statements.streamAndHead.get(storedText(stream)),
    context.lockTimeoutMs,
  )
  if (context.isClosed()) return E.left(closed)
  if (E.isLeft(row)) return E.left(readErrorOf(row.left, 0))
  const head = (row.right as unknown as readonly unknown[] | undefined)?.[1] ?? -1
  return E.right(head as number)
}

function decodeRows(rows: readonly EventRow[], fromRevision: number): EventPage {
  const events: RecordedEvent[] = []
  for (const row of rows) {
    const revision = fromRevision + events.length
    const decoded = eventOf(row, revision)
    if (E.isLeft(decoded)) return { events, error: { code: 'event-log-corrupt', revision, reason: decoded.left } }
    events.push(decoded.right)
  }
  return { events }
}

function readErrorOf({ kind, reason }: SqliteFailure, revision: number): EventLogError {
  return kind === 'damaged'
    ? { code: 'event-log-corrupt', revision, reason }
    : { code: 'event-log-unavailable', reason }
}
