import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLog } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { openSqliteEventLog, type SqliteEventLogOptions } from '../src/index.js'

/** A folder for one test. */
export interface TemporaryFolder {
  readonly path: string
  readonly remove: () => void
}

/** Makes a folder in the system's place for such. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'meshfold-event-log-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Opens a log that must open. */
export async function openLog(options: SqliteEventLogOptions): Promise<EventLog> {
  const opened = await openSqliteEventLog(options)
  if (E.isRight(opened)) return opened.right
  throw new Error(`${opened.left.code}: ${opened.left.reason}`)
}
