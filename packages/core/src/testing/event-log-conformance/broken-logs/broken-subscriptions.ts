import * as E from 'fp-ts/lib/Either.js'
import { type BrokenLog, broken, type Listener, withListener } from './broken-log.js'

/** Hands over wrongly. */
export const brokenSubscriptions: readonly BrokenLog[] = [
  broken(
    'hands a delivery over in the wrong order',
    'from the start: what is there first, then what comes',
    withListener((listener) => ({
      ...listener,
      onEvents: (events) => listener.onEvents([...events].reverse()),
    })),
  ),
  broken(
    'hands every event over twice',
    'from the start: what is there first, then what comes',
    withListener((listener) => ({
      ...listener,
      onEvents: (events) => listener.onEvents(events.flatMap((event) => [event, event])),
    })),
  ),
  broken(
    'loses what comes while the past is handed over',
    'events appended while the past is handed over come once, in order',
    (log) => ({
      ...log,
      subscribe: (stream, fromRevision, listener) => {
        const past = { isDone: false }
        return log.subscribe(stream, fromRevision, {
          ...listener,
          onEvents: async (events) => {
            const isLost = !past.isDone && events.some(({ revision }) => revision >= 3000 && revision < 3100)
            past.isDone = past.isDone || isLost
            if (!isLost) await listener.onEvents(events)
          },
        })
      },
    }),
  ),
  broken('never hands over what was there', 'from the start: what is there first, then what comes', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) =>
      log.subscribe(stream, fromRevision, {
        ...listener,
        onEvents: (events) => listener.onEvents(events.filter(({ revision }) => revision > 4)),
      }),
  })),
  broken(
    'starts behind the revision asked for',
    'from the middle: that revision included, nothing before it',
    (log) => ({
      ...log,
      subscribe: (stream, fromRevision, listener) => log.subscribe(stream, fromRevision + 1, listener),
    }),
  ),
  broken('hands over what stands below the revision asked for', 'from behind the head: only what comes', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => log.subscribe(stream, Math.min(fromRevision, 5), listener),
  })),
  broken('hears only what is already there', 'an unknown stream: waits until there is something', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => {
      let isLive = false
      queueLater(() => (isLive = true))
      return log.subscribe(stream, fromRevision, {
        ...listener,
        onEvents: (events) => (isLive ? undefined : listener.onEvents(events)),
      })
    },
  })),
  broken('hears other streams', 'other streams are not heard', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => {
      log.subscribe('mesh-other', fromRevision, listener)
      return log.subscribe(stream, fromRevision, listener)
    },
  })),
  broken(
    'does not wait for a slow listener',
    'a slow listener: never called again before its promise has settled, and nothing is lost',
    withListener((listener) => ({
      ...listener,
      onEvents: (events) => void listener.onEvents(events),
    })),
  ),
  broken(
    'holds up appends for a slow listener',
    'a listener that does not answer holds up neither the log nor other subscriptions',
    (log) => {
      const deliveries: unknown[] = []
      return {
        ...log,
        append: async (stream, expected, events) => {
          await Promise.all(deliveries)
          return log.append(stream, expected, events)
        },
        subscribe: (stream, fromRevision, listener) =>
          log.subscribe(stream, fromRevision, {
            ...listener,
            onEvents: async (events) => {
              const delivery = listener.onEvents(events)
              deliveries.push(delivery)
              await delivery
            },
          }),
      }
    },
  ),
  broken('goes on after stop', 'stopped: not called any more; stopping twice is fine; others go on', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => {
      log.subscribe(stream, fromRevision, listener)
      return { stop: async () => {} }
    },
  })),
  broken('calls onError when stopped', 'stopped: not called any more; stopping twice is fine; others go on', (log) => ({
    ...log,
    subscribe: (stream, fromRevision, listener) => {
      const subscription = log.subscribe(stream, fromRevision, listener)
      return {
        stop: async () => {
          await subscription.stop()
          listener.onError({ code: 'event-log-closed' })
        },
      }
    },
  })),
  broken(
    'calls with nothing',
    'from the start: what is there first, then what comes',
    withListener((listener) => ({
      ...listener,
      onEvents: async (events) => {
        await listener.onEvents(events)
        await listener.onEvents([])
      },
    })),
  ),
  broken('hands over refused appends', 'refused and repeated appends are not heard', (log) => {
    const listeners: Listener[] = []
    return {
      ...log,
      append: async (stream, expected, events) => {
        const outcome = await log.append(stream, expected, events)
        const recorded = events.map((envelope, i) => ({ revision: expected + 1 + i, envelope }))
        if (E.isLeft(outcome)) for (const listener of listeners) await listener.onEvents(recorded)
        return outcome
      },
      subscribe: (stream, fromRevision, listener) => {
        listeners.push(listener)
        return log.subscribe(stream, fromRevision, listener)
      },
    }
  }),
  broken(
    'goes on after its listener failed',
    'a listener that fails ends its own subscription through onError, once, and no other',
    withListener((listener) => ({
      ...listener,
      onEvents: async (events) => {
        try {
          await listener.onEvents(events)
        } catch {}
      },
    })),
  ),
]

function queueLater(action: () => void): void {
  let turns = 50
  const next = (): unknown => (turns-- > 0 ? Promise.resolve().then(next) : action())
  next()
}
