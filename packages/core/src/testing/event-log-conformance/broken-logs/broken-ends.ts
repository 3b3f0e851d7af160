import * as E from 'fp-ts/lib/Either.js'
import { type BrokenLog, broken, headOf, type Listener, withListener } from './broken-log.js'

/** Wrong between instances, or at the end. */
export const brokenEnds: readonly BrokenLog[] = [
  broken('hears only its own appends', 'a subscription hears both instances: everything once, in order', (log) => {
    const own = new Set<string>()
    return {
      ...log,
      append: (stream, expected, events) => {
        for (const { eventId } of events) own.add(eventId)
        return log.append(stream, expected, events)
      },
      subscribe: (stream, fromRevision, listener) =>
        log.subscribe(stream, fromRevision, {
          ...listener,
          onEvents: (events) => listener.onEvents(events.filter(({ envelope }) => own.has(envelope.eventId))),
        }),
    }
  }),
  broken('remembers the head for itself', 'what one instance appends, the other reads at once', (log) => {
    let head: number | undefined
    return {
      ...log,
      headRevision: async (stream) => {
        head ??= await headOf(log, stream)
        return E.right(head)
      },
    }
  }),
  broken('answers after closing', 'every call after closing is answered with event-log-closed', (log) => ({
    ...log,
    close: async () => {},
  })),
  broken(
    'says nothing to a late subscription',
    'every call after closing is answered with event-log-closed',
    withListener((listener) => ({
      ...listener,
      onError: () => {},
    })),
  ),
  broken('fails when closed twice', 'closing twice, also at once, is fine', (log) => {
    let isClosed = false
    return {
      ...log,
      close: async () => {
        if (isClosed) throw new Error('closed already')
        isClosed = true
        await log.close()
      },
    }
  }),
  broken(
    'waits for the listener it is called from',
    'closing from inside a listener does not wait for itself',
    (log) => {
      let delivery: Promise<void> | void
      return {
        ...log,
        close: async () => {
          await delivery
          await log.close()
        },
        subscribe: (stream, fromRevision, listener) =>
          log.subscribe(stream, fromRevision, {
            ...listener,
            onEvents: (events) => {
              delivery = Promise.resolve().then(() => listener.onEvents(events))
              return delivery
            },
          }),
      }
    },
  ),
  broken(
    'calls onError of every subscription when closing',
    'closing ends subscriptions without a call to their listeners',
    (log) => {
      const listeners: Listener[] = []
      return {
        ...log,
        subscribe: (stream, fromRevision, listener) => {
          listeners.push(listener)
          return log.subscribe(stream, fromRevision, listener)
        },
        close: async () => {
          await log.close()
          for (const listener of listeners) listener.onError({ code: 'event-log-closed' })
        },
      }
    },
  ),
  broken(
    'says closed of what it wrote',
    'an append underway while closing is answered, and the answer is true',
    (log) => {
      let isClosed = false
      return {
        ...log,
        append: async (stream, expected, events) => {
          const outcome = await log.append(stream, expected, events)
          return isClosed ? E.left({ code: 'event-log-closed' }) : outcome
        },
        close: () => {
          isClosed = true
          return log.close()
        },
      }
    },
  ),
]
