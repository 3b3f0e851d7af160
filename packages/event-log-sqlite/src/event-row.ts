import { decodeWith, type EventEnvelope, eventEnvelopeCodec, type RecordedEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { originalText, storedText } from './stored-text.js'

/** Columns `event_id`, `type`, `schema_version`, `data` and `metadata` of a row. */
export type EventColumns = readonly [string, string, number, string, string]

/** A row as it is read: the revision, then {@link EventColumns}, none of it checked. */
export type EventRow = readonly unknown[]

/**
 * An event as columns. Throws a `TypeError` when it is none, or no JSON: such an event comes from a mistake in the program,
 * and once stored it could never be read again.
 */
export function columnsOf(envelope: EventEnvelope): EventColumns {
  if (!eventEnvelopeCodec.is(envelope)) throw new TypeError('what was appended is no event envelope')
  const { eventId, type, schemaVersion, data, metadata } = envelope
  const dataJson = JSON.stringify(data)
  if (!dataJson.startsWith('{')) throw new TypeError(`the data of event ${eventId} is no JSON object`)
  return [eventId, storedText(type), schemaVersion, dataJson, JSON.stringify(metadata)]
}

/** The event of a row, or why it is none. `expectedRevision` is where the row should stand: a gap means a lost row. */
export function eventOf(row: EventRow, expectedRevision: number): E.Either<string, RecordedEvent> {
  const [revision, eventId, type, schemaVersion, data, metadata] = row
  if (revision !== expectedRevision) return E.left('the event is missing')
  const envelope = parsedEnvelope(eventId, type, schemaVersion, data, metadata)
  if (envelope === undefined) return E.left('the event is no JSON')
  const decoded = decodeWith(eventEnvelopeCodec, envelope)
  return E.isLeft(decoded)
    ? E.left(decoded.left.message)
    : E.right({ revision: expectedRevision, envelope: decoded.right })
}

function parsedEnvelope(eventId: unknown, type: unknown, schemaVersion: unknown, data: unknown, metadata: unknown) {
  try {
    return {
      eventId,
      type: originalText(String(type)),
      schemaVersion,
      data: JSON.parse(String(data)),
      metadata: JSON.parse(String(metadata)),
    }
  } catch {
    return undefined
  }
}
