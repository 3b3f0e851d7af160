import { commandIdCodec, epochMsCodec, eventIdCodec, type MeshEvent, type RecordedEvent } from '@meshfold/core'
import * as t from 'io-ts'
import type { CommandDone } from '../mesh-service/command-answer.js'
import { body, orNull, queryNumber } from './api-codecs.js'

/** An event as it stands in the log, with a line of English, without hashes of secrets. */
export const eventView = t.readonly(
  t.strict({
    revision: t.number,
    eventId: eventIdCodec,
    type: t.string,
    atEpochMs: epochMsCodec,
    actor: t.string,
    reason: orNull(t.string),
    source: orNull(t.string),
    commandId: commandIdCodec,
    description: t.string,
    data: t.UnknownRecord,
  }),
)
export type EventView = t.TypeOf<typeof eventView>

/** `nextFrom`: give it as `from` to go on. */
export const eventsAnswer = t.readonly(
  t.strict({ events: t.readonlyArray(eventView), nextFrom: t.number, headRevision: t.number }),
)

const revision = queryNumber(0, Number.MAX_SAFE_INTEGER)
export const eventsQuery = body({}, { from: revision, limit: queryNumber(1, 1000) })
export const eventStreamQuery = body({}, { from: revision })

export const viewEvent = ({ revision, envelope }: RecordedEvent, description: string): EventView => ({
  revision,
  eventId: envelope.eventId,
  type: envelope.type,
  atEpochMs: envelope.metadata.recordedAtEpochMs,
  actor: envelope.metadata.actor,
  reason: envelope.metadata.reason,
  source: envelope.metadata.source,
  commandId: envelope.metadata.commandId,
  description,
  data: withoutSecrets(envelope.data),
})

/** Not even hashes of secrets are shown, however deep they lie. */
export const withoutSecrets = (data: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(data)
      .filter(([name]) => !/secret/i.test(name))
      .map(([name, value]) => [name, withoutSecretsIn(value)]),
  )

const withoutSecretsIn = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecretsIn)
  return typeof value === 'object' && value !== null ? withoutSecrets(value) : value
}

/** What an event says, besides its type; without secrets. */
export const eventData = ({ type: _type, ...data }: MeshEvent): Record<string, unknown> => withoutSecrets(data)

/** Done, and nothing is left to show. `changed`: false when it was already so. */
export const doneAnswer = t.readonly(t.strict({ commandId: commandIdCodec, revision: t.number, changed: t.boolean }))

export const viewDone = ({ commandId, revision, events }: CommandDone): t.TypeOf<typeof doneAnswer> => ({
  commandId,
  revision,
  changed: events.length > 0,
})
