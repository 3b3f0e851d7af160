import type { DatabaseSync } from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'

/** The layout that this version writes and reads, kept in `user_version`. */
const SCHEMA_VERSION = 1

/** "Mesh" in ASCII, kept in `application_id`: tells our files from any other SQLite database. */
const APPLICATION_ID = 0x4d657368

/**
 * Rows lie in the order in which they are read, by stream and revision: WITHOUT ROWID saves the detour over a second tree.
 * `name` and `type` hold {@link storedText}, `data` and `metadata` JSON.
 */
const createTables = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    stream_id INTEGER NOT NULL REFERENCES streams (id),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (stream_id, revision),
    UNIQUE (stream_id, event_id)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** Why a file is not used. Nothing was written to it. */
export type SchemaRefusal =
  | { readonly code: 'not-an-event-log'; readonly reason: string }
  /** A newer program wrote the file. */
  | {
      readonly code: 'event-log-schema-newer'
      readonly foundVersion: number
      readonly supportedVersion: number
      readonly reason: string
    }

/** Whether the file is ours (`ready`), fresh (`empty`) or neither. Only reads, and all of one moment: others may be creating it. */
export function inspectSchema(database: DatabaseSync): E.Either<SchemaRefusal, 'ready' | 'empty'> {
  if (database.isTransaction) return inspectAtOneMoment(database)
  database.exec('BEGIN')
  try {
    return inspectAtOneMoment(database)
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function inspectAtOneMoment(database: DatabaseSync): E.Either<SchemaRefusal, 'ready' | 'empty'> {
  const applicationId = pragma(database, 'application_id')
  const version = pragma(database, 'user_version')
  if (applicationId === 0 && version === 0 && !hasTables(database)) return E.right('empty')
  if (applicationId !== APPLICATION_ID || version < 1) {
    return E.left({ code: 'not-an-event-log', reason: 'the file is an SQLite database of another program' })
  }
  if (version <= SCHEMA_VERSION) return E.right('ready')
  const reason = `the file has layout ${version} and this program knows ${SCHEMA_VERSION} at most: update it`
  return E.left({ code: 'event-log-schema-newer', foundVersion: version, supportedVersion: SCHEMA_VERSION, reason })
}

/** Creates the tables, unless another process has done so in the meantime. All or nothing. */
export function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    const inspected = inspectSchema(database)
    if (E.isRight(inspected) && inspected.right === 'empty') database.exec(createTables)
    database.exec('COMMIT')
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function pragma(database: DatabaseSync, name: string): number {
  const statement = database.prepare(`PRAGMA ${name}`)
  return Number(Object.values(statement.get() ?? {})[0] ?? 0)
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}
