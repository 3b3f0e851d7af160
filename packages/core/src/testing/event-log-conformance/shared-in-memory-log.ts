import * as E from 'fp-ts/lib/Either.js'
import type { EventLog, EventLogError } from '../../ports/event-log.js'
import { createInMemoryEventLog } from '../in-memory-event-log.js'
import type { EventLogUnderTest } from './conformance-case.js'

const closed: EventLogError = { code: 'event-log-closed' }

/** One in-memory log behind several doors, each with a `close` of its own: stands for a storage that outlives its logs. */
function openDoor(storage: EventLog): EventLog {
  let isClosed = false
  const orClosed = <A>(call: () => Promise<E.Either<EventLogError, A>>) =>
    isClosed ? Promise.resolve(E.left(closed)) : call()
  const stops = new Set<() => Promise<void>>()

  return {
    append: (stream, expectedRevision, events) => orClosed(() => storage.append(stream, expectedRevision, events)),
    read: (stream, options) => orClosed(() => storage.read(stream, options)),
    headRevision: (stream) => orClosed(() => storage.headRevision(stream)),
    subscribe: (stream, fromRevision, listener) => {
      if (isClosed) {
        listener.onError(closed)
        return { stop: async () => {} }
      }
      const subscription = storage.subscribe(stream, fromRevision, listener)
      stops.add(subscription.stop)
      return subscription
    },
    close: async () => {
      isClosed = true
      await Promise.all([...stops].map((stop) => stop()))
    },
  }
}

/** A log under test with every capability, whose doors are spoiled by `spoil`. */
export async function sharedUnderTest(spoil: (log: EventLog) => EventLog = (log) => log): Promise<EventLogUnderTest> {
  const storage = createInMemoryEventLog()
  const open = () => spoil(openDoor(storage))
  return {
    log: open(),
    reopen: async () => open(),
    anotherInstance: async () => open(),
    dispose: () => storage.close(),
  }
}
