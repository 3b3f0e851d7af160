import * as t from 'io-ts'
import { commandIdCodec, epochMsCodec, eventIdCodec } from '../values/index.js'
import { checkedByIs } from '../values/unchanged-check.js'
import type { EventEnvelope, EventMetadata } from './event-envelope.js'

const LONGEST_TYPE = 200

const eventTypeCodec = checkedByIs(
  new t.Type<string>(
    'EventType',
    isEventType,
    (u, context) => (isEventType(u) ? t.success(u) : t.failure(u, context, `1 to ${LONGEST_TYPE} characters`)),
    t.identity,
  ),
)

const schemaVersionCodec = checkedByIs(
  new t.Type<number>(
    'SchemaVersion',
    isSchemaVersion,
    (u, context) => (isSchemaVersion(u) ? t.success(u) : t.failure(u, context, 'a version is a whole number from 1')),
    t.identity,
  ),
)

const eventMetadataCodec: t.Type<EventMetadata, unknown> = t.type(
  {
    commandId: commandIdCodec,
    recordedAtEpochMs: epochMsCodec,
    actor: t.string,
    reason: t.union([t.string, t.null]),
    source: t.union([t.string, t.null]),
  },
  'EventMetadata',
)

/**
 * An {@link EventEnvelope} as it is stored or sent. Says nothing about `data` but that it is an object: what it must hold
 * depends on type and version, and is checked after upcasting. Unknown fields stay, so that an older program copies what a
 * newer one wrote.
 */
export const eventEnvelopeCodec: t.Type<EventEnvelope, unknown> = t.type(
  {
    eventId: eventIdCodec,
    type: eventTypeCodec,
    schemaVersion: schemaVersionCodec,
    data: t.UnknownRecord,
    metadata: eventMetadataCodec,
  },
  'EventEnvelope',
)

function isSchemaVersion(u: unknown): u is number {
  return Number.isSafeInteger(u) && (u as number) >= 1
}

function isEventType(u: unknown): u is string {
  return typeof u === 'string' && u.length >= 1 && u.length <= LONGEST_TYPE
}
