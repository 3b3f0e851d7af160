import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { BLOCKING_LOCK_WAIT_MS, retryWhileBusy } from './retry-while-busy.js'
import { createSchema, inspectSchema, type SchemaRefusal } from './schema.js'
import type { SqliteFailure } from './sqlite-failure.js'
import type { SqliteModule } from './sqlite-module.js'

/** Why a file could not be opened as an event log. */
export type OpenDatabaseError =
  | SchemaRefusal
  /** The file or its folder is missing, locked, read-only or on a medium that does not do; `reason` says which. */
  | { readonly code: 'event-log-unavailable'; readonly reason: string }

/** How to open it. */
export interface OpenDatabaseOptions {
  readonly path: string
  readonly synchronous: 'full' | 'normal'
  readonly lockTimeoutMs: number
}

/** Opens the file, or makes it, readable by its owner only, in write-ahead mode and with our tables. */
export async function openDatabase(
  { DatabaseSync }: SqliteModule,
  { path, synchronous, lockTimeoutMs }: OpenDatabaseOptions,
): Promise<E.Either<OpenDatabaseError, DatabaseSync>> {
  const prepared = ensurePrivateFile(path)
  if (E.isLeft(prepared)) return prepared
  const opened = await retryWhileBusy(() => new DatabaseSync(path), lockTimeoutMs)
  if (E.isLeft(opened)) return E.left(openErrorOf(opened.left))
  const database = opened.right
  const configured = await retryWhileBusy(() => configure(database, synchronous), lockTimeoutMs)
  const outcome = E.isLeft(configured) ? E.left(openErrorOf(configured.left)) : configured.right
  if (E.isRight(outcome)) return E.right(database)
  database.close()
  return outcome
}

function configure(database: DatabaseSync, synchronous: 'full' | 'normal'): E.Either<OpenDatabaseError, void> {
  database.exec(`PRAGMA busy_timeout = ${BLOCKING_LOCK_WAIT_MS}`)
  const inspected = inspectSchema(database)
  if (E.isLeft(inspected)) return inspected
  const mode = Object.values(database.prepare('PRAGMA journal_mode = WAL').get() ?? {})[0]
  if (mode !== 'wal') {
    return E.left({
      code: 'event-log-unavailable',
      reason: `write-ahead mode does not work here, got ${mode}: a network drive?`,
    })
  }
  database.exec(`PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'}`)
  if (inspected.right === 'empty') createSchema(database)
  return E.map(() => undefined)(inspectSchema(database))
}

/**
 * Makes the file before SQLite does, because SQLite takes the mode from the umask; the files beside it (`-wal`, `-shm`)
 * inherit it. An existing file is never opened here: closing it would drop the locks that other connections of this process
 * hold on it (https://sqlite.org/howtocorrupt.html §2.2).
 */
function ensurePrivateFile(path: string): E.Either<OpenDatabaseError, void> {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return E.right(undefined)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return E.right(makePrivate(path))
    const reason = code === 'ENOENT' ? `there is no folder ${dirname(path)}` : `the file can not be made (${code})`
    return E.left({ code: 'event-log-unavailable', reason })
  }
}

/** Takes the file from group and others. Where that fails it is someone else's file, and theirs to protect. */
function makePrivate(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  } catch {}
}

function openErrorOf({ kind, reason }: SqliteFailure): OpenDatabaseError {
  return kind === 'not-a-database' ? { code: 'not-an-event-log', reason } : { code: 'event-log-unavailable', reason }
}
