import { appended, assertSame, assertThat, sampleEvents, stream } from './assertions.js'
import { collect } from './collector.js'
import type { EventLogCase } from './conformance-case.js'

/** Every event once, in order, one delivery at a time, until stopped. */
export const subscriptionCases: readonly EventLogCase[] = [
  {
    name: 'from the start: what is there first, then what comes',
    run: async (context) => {
      await appended(context.log, -1, sampleEvents(0, 4))
      const collector = collect(context)
      await context.until('the events already there', () => collector.events.length >= 5)
      await appended(context.log, 4, sampleEvents(5, 6))
      await appended(context.log, 6, sampleEvents(7, 7))
      await collector.receives(sampleEvents(0, 7))
    },
  },
  {
    name: 'from the middle: that revision included, nothing before it',
    run: async (context) => {
      await appended(context.log, -1, sampleEvents(0, 9))
      const collector = collect(context, { from: 4 })
      await appended(context.log, 9, sampleEvents(10, 11))
      await collector.receives(sampleEvents(4, 11))
    },
  },
  {
    name: 'from behind the head: only what comes',
    run: async (context) => {
      await appended(context.log, -1, sampleEvents(0, 4))
      const next = collect(context, { from: 5 })
      const later = collect(context, { from: 7 })
      await context.quiet()
      await appended(context.log, 4, sampleEvents(5, 5))
      await appended(context.log, 5, sampleEvents(6, 8))
      await next.receives(sampleEvents(5, 8))
      await later.receives(sampleEvents(7, 8))
    },
  },
  {
    name: 'an unknown stream: waits until there is something',
    run: async (context) => {
      const collector = collect(context)
      await context.quiet()
      await appended(context.log, -1, sampleEvents(0, 2))
      await collector.receives(sampleEvents(0, 2))
    },
  },
  {
    name: 'other streams are not heard',
    run: async (context) => {
      const collector = collect(context)
      await appended(context.log, -1, sampleEvents(50, 55), 'mesh-other')
      await appended(context.log, -1, sampleEvents(0, 0))
      await appended(context.log, 5, sampleEvents(56, 57), 'mesh-other')
      await collector.receives(sampleEvents(0, 0))
    },
  },
  {
    name: 'refused and repeated appends are not heard',
    run: async (context) => {
      const collector = collect(context)
      await appended(context.log, -1, sampleEvents(0, 1))
      await context.log.append(stream, -1, sampleEvents(90, 90))
      await appended(context.log, -1, sampleEvents(0, 1))
      await context.log.append(stream, 7, sampleEvents(91, 91))
      await appended(context.log, 1, sampleEvents(2, 2))
      await collector.receives(sampleEvents(0, 2))
    },
  },
  {
    name: 'a slow listener: never called again before its promise has settled, and nothing is lost',
    run: async (context) => {
      await appended(context.log, -1, sampleEvents(0, 9))
      let calls = 0
      const isSlow = () => {
        calls += 1
        return calls <= 3 ? context.sleep(30) : undefined
      }
      const collector = collect(context, { onEvents: isSlow })
      for (let n = 10; n < 40; n += 1) await appended(context.log, n - 1, sampleEvents(n, n))
      await collector.receives(sampleEvents(0, 39))
    },
  },
  {
    name: 'a listener that does not answer holds up neither the log nor other subscriptions',
    run: async (context) => {
      let letGo = () => {}
      const blocked = new Promise<void>((resolve) => {
        letGo = resolve
      })
      const slow = collect(context, { onEvents: () => blocked })
      const quick = collect(context)
      for (let n = 0; n < 10; n += 1) await appended(context.log, n - 1, sampleEvents(n, n))
      await quick.receives(sampleEvents(0, 9))
      letGo()
      await slow.receives(sampleEvents(0, 9))
    },
  },
  {
    name: 'events appended while the past is handed over come once, in order',
    run: async (context) => {
      for (let n = 0; n < 3000; n += 500) await appended(context.log, n - 1, sampleEvents(n, n + 499))
      const collector = collect(context)
      for (let n = 3000; n < 3200; n += 10) {
        await appended(context.log, n - 1, sampleEvents(n, n + 9))
        if (n % 50 === 0) await context.sleep(1)
      }
      await collector.receives(sampleEvents(0, 3199))
    },
  },
  {
    name: 'stopped: not called any more; stopping twice is fine; others go on',
    run: async (context) => {
      const stopped = collect(context)
      const other = collect(context)
      await appended(context.log, -1, sampleEvents(0, 2))
      await context.until('the first events', () => stopped.events.length >= 3)
      await stopped.subscription.stop()
      await stopped.subscription.stop()
      await appended(context.log, 2, sampleEvents(3, 5))
      await other.receives(sampleEvents(0, 5))
      await stopped.receives(sampleEvents(0, 2))
    },
  },
  {
    name: 'stopped at once, and stopped while the past is handed over',
    run: async (context) => {
      for (let n = 0; n < 3000; n += 500) await appended(context.log, n - 1, sampleEvents(n, n + 499))
      const never = collect(context)
      await never.subscription.stop()
      const seenWhenStopped = never.events.length
      let stop = async () => {}
      const fromInside = collect(context, { onEvents: () => stop() })
      stop = fromInside.subscription.stop
      await context.until('a first delivery', () => fromInside.events.length > 0)
      const seenInside = fromInside.events.length
      await context.quiet()
      assertSame(never.events.length, seenWhenStopped, 'events after stop')
      assertSame(fromInside.events.length, seenInside, 'events after stop from inside the listener')
      assertSame([...never.errors, ...fromInside.errors], [], 'errors')
    },
  },
  {
    name: 'a listener that fails ends its own subscription through onError, once, and no other',
    run: async (context) => {
      const failing = collect(context, {
        onEvents: async () => {
          throw new Error('no room')
        },
      })
      const other = collect(context)
      await appended(context.log, -1, sampleEvents(0, 0))
      await context.until('onError', () => failing.errors.length > 0)
      await appended(context.log, 0, sampleEvents(1, 1))
      await other.receives(sampleEvents(0, 1))
      assertThat(failing.errors.length === 1, `onError was called ${failing.errors.length} times`)
      assertSame(failing.events.length, 1, 'events handed to the listener that failed')
    },
  },
]
