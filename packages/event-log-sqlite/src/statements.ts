import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Every statement of a log, prepared once. Those that read return rows as arrays. */
export interface Statements {
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly savepoint: StatementSync
  readonly release: StatementSync
  readonly rollbackToSavepoint: StatementSync
  /** `(name)` → `[id, head revision or null]` */
  readonly streamAndHead: StatementSync
  /** `(name)` → `[id]` */
  readonly addStream: StatementSync
  /** `(stream id, revision, …EventColumns)`; changes nothing when the stream holds that event id already. */
  readonly addEvent: StatementSync
  /** `(stream id, from revision, to revision)`, both included → `[event id]` in order */
  readonly eventIds: StatementSync
  /** `(stream name, from revision, count)` → `[revision, …EventColumns]` in order */
  readonly events: StatementSync
  /** → `[n]`: another number after another connection has committed. */
  readonly dataVersion: StatementSync
}

/** Prepares them. */
export function prepareStatements(database: DatabaseSync): Statements {
  const command = (sql: string) => database.prepare(sql)
  const query = (sql: string) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    begin: command('BEGIN IMMEDIATE'),
    commit: command('COMMIT'),
    savepoint: command('SAVEPOINT one_append'),
    release: command('RELEASE one_append'),
    rollbackToSavepoint: command('ROLLBACK TO one_append'),
    streamAndHead: query(
      'SELECT id, (SELECT max(revision) FROM events WHERE stream_id = streams.id) FROM streams WHERE name = ?',
    ),
    addStream: query('INSERT INTO streams (name) VALUES (?) RETURNING id'),
    addEvent: command(
      `INSERT INTO events (stream_id, revision, event_id, type, schema_version, data, metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    eventIds: query('SELECT event_id FROM events WHERE stream_id = ? AND revision BETWEEN ? AND ? ORDER BY revision'),
    events: query(
      `SELECT revision, event_id, type, schema_version, data, metadata FROM events
       WHERE stream_id = (SELECT id FROM streams WHERE name = ?) AND revision >= ? ORDER BY revision LIMIT ?`,
    ),
    dataVersion: query('PRAGMA data_version'),
  }
}
