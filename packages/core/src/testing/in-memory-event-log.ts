/**
 * An event log for unit tests: it keeps the contract of the port, and forgets everything with the process. Use
 * `@meshfold/event-log-sqlite` where events must outlive it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { freeze } from 'immer'
import type { EventEnvelope } from '../event-format/event-envelope.js'
import { eventEnvelopeCodec } from '../event-format/event-envelope-codec.js'
import type { EventLog, EventLogError, RecordedEvent } from '../ports/event-log.js'
import type { EventId } from '../values/index.js'

const EVENTS_PER_DELIVERY = 500

type Listener = Parameters<EventLog['subscribe']>[2]

interface Stream {
  readonly events: RecordedEvent[]
  readonly ids: Set<EventId>
}

const closed: EventLogError = { code: 'event-log-closed' }

/** A log of its own, empty. Only for tests: nothing is stored. Events are copied through JSON, as a real medium does. */
export function createInMemoryEventLog(): EventLog {
  const streams = new Map<string, Stream>()
  const sleepers = new Set<() => void>()
  let isClosed = false

  const eventsOf = (stream: string): readonly RecordedEvent[] => streams.get(stream)?.events ?? []
  const untilChanged = () => new Promise<void>((resolve) => sleepers.add(resolve))
  const wakeAll = () => {
    for (const wake of sleepers) wake()
    sleepers.clear()
  }

  const store = (stream: string, events: readonly RecordedEvent[]) => {
    const recorded = streams.get(stream) ?? { events: [], ids: new Set() }
    streams.set(stream, recorded)
    for (const event of events) {
      recorded.events.push(event)
      recorded.ids.add(event.envelope.eventId)
    }
    wakeAll()
  }

  const deliver = async (stream: string, fromRevision: number, listener: Listener, isStopped: () => boolean) => {
    let next = Math.max(0, Math.ceil(fromRevision))
    while (!isStopped()) {
      const page = eventsOf(stream).slice(next, next + EVENTS_PER_DELIVERY)
      if (page.length === 0) {
        await untilChanged()
        continue
      }
      await listener.onEvents(page)
      next += page.length
    }
  }

  const subscribe: EventLog['subscribe'] = (stream, fromRevision, listener) => {
    let isStopped = false
    const stop = async () => {
      isStopped = true
      wakeAll()
    }
    Promise.resolve()
      .then(() =>
        isClosed ? listener.onError(closed) : deliver(stream, fromRevision, listener, () => isStopped || isClosed),
      )
      .catch((thrown: unknown) => {
        if (!isStopped && !isClosed)
          listener.onError({ code: 'event-log-unavailable', reason: `the listener failed: ${thrown}` })
      })
    return { stop }
  }

  return {
    append: async (stream, expectedRevision, envelopes) => {
      if (isClosed) return E.left(closed)
      const events = envelopes.map((envelope, i) => ({
        revision: expectedRevision + 1 + i,
        envelope: storedForm(envelope),
      }))
      const outcome = judgeAppend(streams.get(stream), expectedRevision, events)
      if (outcome === 'write') store(stream, events)
      else if (outcome !== 'already there') return E.left(outcome)
      return E.right({ headRevision: expectedRevision + events.length })
    },
    read: async (stream, { fromRevision, maxCount }) => {
      if (isClosed) return E.left(closed)
      const first = Math.max(0, Math.ceil(fromRevision))
      return E.right(eventsOf(stream).slice(first, first + Math.max(0, maxCount)))
    },
    headRevision: async (stream) => (isClosed ? E.left(closed) : E.right(eventsOf(stream).length - 1)),
    subscribe,
    close: async () => {
      isClosed = true
      wakeAll()
    },
  }
}

function judgeAppend(
  stream: Stream | undefined,
  expectedRevision: number,
  events: readonly RecordedEvent[],
): EventLogError | 'write' | 'already there' {
  const recorded = stream?.events ?? []
  const actualRevision = recorded.length - 1
  const wrong: EventLogError = { code: 'wrong-expected-revision', expectedRevision, actualRevision }
  if (expectedRevision !== actualRevision)
    return events.length > 0 && areThere(recorded, events) ? 'already there' : wrong
  const ids = new Set(events.map(({ envelope }) => envelope.eventId))
  if (ids.size < events.length || events.some(({ envelope }) => stream?.ids.has(envelope.eventId))) return wrong
  return 'write'
}

function areThere(recorded: readonly RecordedEvent[], events: readonly RecordedEvent[]): boolean {
  return events.every(({ revision, envelope }) => recorded[revision]?.envelope.eventId === envelope.eventId)
}

function storedForm(envelope: EventEnvelope): EventEnvelope {
  if (!eventEnvelopeCodec.is(envelope)) throw new TypeError('what was appended is no event envelope')
  return freeze(JSON.parse(JSON.stringify(envelope)) as EventEnvelope, true)
}
