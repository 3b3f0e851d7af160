/**
 * The event log of a small fleet: one SQLite file, no server. An append checks the expected revision and writes in one
 * transaction (`write-appends.ts`); appends that come together share a transaction (`append-queue.ts`); subscriptions read on
 * and look for commits of other processes (`subscribe-to-events.ts`, `change-signal.ts`).
 */
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { EventLog, EventLogError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { createAppendQueue } from './append-queue.js'
import { createChangeSignal } from './change-signal.js'
import { columnsOf } from './event-row.js'
import { type OpenDatabaseError, openDatabase } from './open-database.js'
import { readEvents, readHeadRevision } from './read-events.js'
import { attempt } from './sqlite-failure.js'
import { loadSqlite, type SqliteMissing } from './sqlite-module.js'
import { prepareStatements } from './statements.js'
import { storedText } from './stored-text.js'
import { subscribeToEvents } from './subscribe-to-events.js'
import { writeAppends } from './write-appends.js'

/** Where the events are kept, and how. */
export interface SqliteEventLogOptions {
  /** The file; made when missing, in a folder that exists. On a local disk: SQLite's locks do not work on network drives. */
  readonly path: string
  /**
   * `full` (default): an append is answered when the disk says that it holds the events. `normal`: quicker, and a crash of the
   * machine, not of the process, may lose the appends answered last; never a part of one.
   */
  readonly synchronous?: 'full' | 'normal'
  /** How often subscriptions look for commits of other processes; 25 by default. Own commits are seen at once. */
  readonly pollIntervalMs?: number
  /** How long a call waits while other processes hold the lock, then it is `event-log-unavailable`; 5,000 by default. */
  readonly lockTimeoutMs?: number
}

/** Why the log could not be opened. `reason` says it in English. */
export type OpenSqliteEventLogError = SqliteMissing | OpenDatabaseError

const closed: EventLogError = { code: 'event-log-closed' }

/** Opens the log in a file. Several logs may be open on one file, in this process and in others, and see each other's events. */
export async function openSqliteEventLog(
  options: SqliteEventLogOptions,
): Promise<E.Either<OpenSqliteEventLogError, EventLog>> {
  const { path, synchronous = 'full', pollIntervalMs = 25, lockTimeoutMs = 5000 } = options
  if (path === '' || path === ':memory:') {
    return E.left({ code: 'event-log-unavailable', reason: 'the event log needs the path of a file' })
  }
  const sqlite = loadSqlite()
  if (E.isLeft(sqlite)) return sqlite
  const opened = await openDatabase(sqlite.right, { path: resolve(path), synchronous, lockTimeoutMs })
  return E.map((database: DatabaseSync) => createEventLog(database, pollIntervalMs, lockTimeoutMs))(opened)
}

/** The log on an open database of our schema, which it closes in the end. */
export function createEventLog(database: DatabaseSync, pollIntervalMs: number, lockTimeoutMs: number): EventLog {
  let closing: Promise<void> | undefined
  let isClosed = false
  const statements = prepareStatements(database)
  const signal = createChangeSignal(statements.dataVersion, pollIntervalMs)
  const context = { statements, lockTimeoutMs, isClosed: () => isClosed }
  const queue = createAppendQueue({
    write: (appends) => writeAppends(database, statements, appends),
    lockTimeoutMs,
    onWritten: signal.notify,
  })

  const close = async () => {
    isClosed = true
    signal.notify()
    await queue.drained()
    // What can't be tidied up now is tidied up by whoever opens the file next.
    attempt(() => database.close())
  }

  return {
    append: async (stream, expectedRevision, events) => {
      if (isClosed) return E.left(closed)
      return queue.append({ stream: storedText(stream), expectedRevision, events: events.map(columnsOf) })
    },
    read: (stream, { fromRevision, maxCount }) => readEvents(context, stream, fromRevision, maxCount),
    headRevision: (stream) => readHeadRevision(context, stream),
    subscribe: (stream, fromRevision, listener) => subscribeToEvents(context, signal, stream, fromRevision, listener),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
