/** Events of a mesh on their way into a log and back. On the wire, `data` is the event without its `type`. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { decodeWith } from '../event-format/describe-decode-error.js'
import type { EventEnvelope, EventMetadata } from '../event-format/event-envelope.js'
import { createUpcaster, type UpcastError } from '../event-format/upcast-event.js'
import type { EventId } from '../values/index.js'
import { onlyFieldsCheck, type UnchangedCheck } from '../values/unchanged-check.js'
import { eventCodecs, eventSchemaVersions, type MeshEvent } from './mesh-event.js'
import { meshUpcasters } from './upcasters.js'

/** Who, why, from where (G9), and the id under which a repeated append is recognised. */
export interface EventProvenance extends Omit<EventMetadata, 'recordedAtEpochMs'> {
  readonly eventId: EventId
}

/** Why an envelope holds no event of a mesh; `message` says it in English. */
export type DecodeEventError =
  | UpcastError
  /** Its data isn't what type and version promise. */
  | {
      readonly code: 'event-malformed'
      readonly eventType: string
      readonly schemaVersion: number
      readonly message: string
    }

/** The event in an envelope of the newest version. */
export const encodeMeshEvent = (event: MeshEvent, provenance: EventProvenance): EventEnvelope => {
  const { type, ...data } = event
  const { eventId, commandId, actor, reason, source } = provenance
  return {
    eventId,
    type,
    schemaVersion: eventSchemaVersions[type],
    data,
    metadata: { commandId, recordedAtEpochMs: event.atEpochMs, actor, reason, source },
  }
}

/**
 * The event of an envelope, lifted to the newest version if it is older. Fields that this version doesn't know are left out: they
 * must not get into a state. Never throws, whatever `data` holds.
 */
export const decodeMeshEvent = (envelope: EventEnvelope): E.Either<DecodeEventError, MeshEvent> => {
  const upcasted = upcast(envelope)
  if (E.isLeft(upcasted)) return upcasted
  const { type, schemaVersion, data } = upcasted.right
  // The upcaster refuses types that are not in the table.
  const { codec, fields, takesAsIs } = formats.get(type) as EventFormat
  if (takesAsIs(data)) return E.right({ type, ...data } as MeshEvent)
  const known: Record<string, unknown> = { type }
  for (const field of fields) known[field] = data?.[field]
  const decoded = decodeWith(codec, known)
  if (E.isRight(decoded)) return decoded
  const message = `event ${type}: ${decoded.left.message}`
  return E.left({ code: 'event-malformed', eventType: type, schemaVersion, message })
}

interface EventFormat {
  readonly codec: t.Type<MeshEvent, unknown>
  /** Of `data`: all but the type. */
  readonly fields: readonly string[]
  /** Whether the codec takes an event with these data as it is. */
  readonly takesAsIs: UnchangedCheck
}

const formatOf = (codec: t.Mixed): EventFormat => {
  const { type: _type, ...props } = (codec as t.TypeC<t.Props>).props
  return { codec, fields: Object.keys(props), takesAsIs: onlyFieldsCheck(props) }
}

/** A map, because `'constructor' in {}`. */
const formats: ReadonlyMap<string, EventFormat> = new Map(
  Object.entries(eventCodecs).map(([type, codec]) => [type, formatOf(codec)]),
)

const upcast = createUpcaster(meshUpcasters, eventSchemaVersions)
