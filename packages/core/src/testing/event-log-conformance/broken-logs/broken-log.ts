/** Logs that are wrong in one way each, and the case of the kit that must notice. Only for the kit's own tests. */
import * as E from 'fp-ts/lib/Either.js'
import type { EventEnvelope } from '../../../event-format/event-envelope.js'
import type { EventLog, RecordedEvent } from '../../../ports/event-log.js'
import { eventId } from '../../../values/index.js'

/** What is wrong, which case must fail, and how to spoil a log that is right. */
export interface BrokenLog {
  readonly fault: string
  readonly caughtBy: string
  readonly spoil: (log: EventLog) => EventLog
}

/** What is spoiled most. */
export type Append = EventLog['append']
/** The listener of a subscription. */
export type Listener = Parameters<EventLog['subscribe']>[2]

/** A row of the table. */
export const broken = (fault: string, caughtBy: string, spoil: BrokenLog['spoil']): BrokenLog => ({
  fault,
  caughtBy,
  spoil,
})

/** Spoils `append`. */
export const withAppend = (change: (append: Append, log: EventLog) => Append) => (log: EventLog) => ({
  ...log,
  append: change(log.append, log),
})

/** Spoils what `read` returns. */
export const withRead =
  (change: (events: readonly RecordedEvent[]) => readonly RecordedEvent[]) =>
  (log: EventLog): EventLog => ({
    ...log,
    read: async (stream, options) => E.map(change)(await log.read(stream, options)),
  })

/** Spoils the listener before it is subscribed. */
export const withListener =
  (change: (listener: Listener) => Listener) =>
  (log: EventLog): EventLog => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => log.subscribe(stream, fromRevision, change(listener)),
  })

/** Spoils the data of every event read. */
export const withData =
  (change: (data: EventEnvelope['data']) => unknown) =>
  (log: EventLog): EventLog =>
    withRead((events) =>
      events.map(({ revision, envelope }) => ({
        revision,
        envelope: { ...envelope, data: change(envelope.data) as EventEnvelope['data'] },
      })),
    )(log)

/** The head, taken for granted. */
export const headOf = async (log: EventLog, stream: string) => E.getOrElse(() => -1)(await log.headRevision(stream))

/** The same events under other ids. */
export const otherIds = (events: readonly EventEnvelope[]) =>
  events.map((event) => ({ ...event, eventId: eventId(`${event.eventId}_`) }))
