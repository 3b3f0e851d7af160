/** Several appends in one transaction, each with an outcome of its own. Synchronous: between BEGIN and COMMIT nothing else runs. */
import type { DatabaseSync } from 'node:sqlite'
import type { AppendedEvents, EventLogError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { EventColumns } from './event-row.js'
import { attempt, type SqliteFailure } from './sqlite-failure.js'
import type { Statements } from './statements.js'

/** One call of `append`, ready to be written. `stream` is stored text. */
export interface AppendRequest {
  readonly stream: string
  readonly expectedRevision: number
  readonly events: readonly EventColumns[]
}

/** What the caller of `append` hears. */
export type AppendOutcome = E.Either<EventLogError, AppendedEvents>

/**
 * Writes the appends in order. Left: nothing of any of them was written. Right: everything that succeeded is on disk, one
 * outcome per append; `hasWritten` tells whether anything is new.
 */
export function writeAppends(
  database: DatabaseSync,
  statements: Statements,
  appends: readonly AppendRequest[],
): E.Either<SqliteFailure, { readonly outcomes: readonly AppendOutcome[]; readonly hasWritten: boolean }> {
  const written = attempt(() => {
    statements.begin.run()
    const results = appends.map((append) => writeOne(statements, append))
    statements.commit.run()
    return { outcomes: results.map(({ outcome }) => outcome), hasWritten: results.some(({ isNew }) => isNew) }
  })
  // Some failures roll back by themselves.
  if (E.isLeft(written) && database.isTransaction) attempt(() => database.exec('ROLLBACK'))
  return written
}

interface Written {
  readonly outcome: AppendOutcome
  readonly isNew: boolean
}

function writeOne(statements: Statements, append: AppendRequest): Written {
  const [streamId, head] = streamAndHead(statements, append.stream)
  const { expectedRevision, events } = append
  const success = E.right({ headRevision: expectedRevision + events.length })
  const refused = E.left({ code: 'wrong-expected-revision', expectedRevision, actualRevision: head } as const)
  if (expectedRevision !== head)
    return { outcome: isThere(statements, streamId, append) ? success : refused, isNew: false }
  if (events.length === 0) return { outcome: success, isNew: false }

  statements.savepoint.run()
  const isNew = insertAll(statements, streamId, append)
  if (!isNew) statements.rollbackToSavepoint.run()
  statements.release.run()
  return { outcome: isNew ? success : refused, isNew }
}

/** False when the stream holds one of the ids already, or the append has one twice. */
function insertAll(statements: Statements, knownStreamId: number | undefined, append: AppendRequest): boolean {
  const streamId = knownStreamId ?? addStream(statements, append.stream)
  return append.events.every((columns, i) => {
    const revision = append.expectedRevision + 1 + i
    return Number(statements.addEvent.run(streamId, revision, ...columns).changes) === 1
  })
}

/** Whether exactly these events stand behind the expected revision: then this is the same append again. */
function isThere(statements: Statements, streamId: number | undefined, append: AppendRequest): boolean {
  const { expectedRevision, events } = append
  if (streamId === undefined || events.length === 0) return false
  const rows = statements.eventIds.all(streamId, expectedRevision + 1, expectedRevision + events.length)
  return rows.length === events.length && events.every(([eventId], i) => valueIn(rows[i], 0) === eventId)
}

function addStream(statements: Statements, stream: string): number {
  return valueIn(statements.addStream.get(stream), 0) as number
}

function streamAndHead(statements: Statements, stream: string): readonly [number | undefined, number] {
  const row = statements.streamAndHead.get(stream)
  return [valueIn(row, 0) as number | undefined, (valueIn(row, 1) as number | null | undefined) ?? -1]
}

/** Rows come as arrays, which the types of Node don't know. */
function valueIn(row: unknown, column: number): unknown {
  return (row as readonly unknown[] | undefined)?.[column]
}
