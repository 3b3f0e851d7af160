import * as E from 'fp-ts/lib/Either.js'
import { appended, assertSame, assertStreamHolds, assertThat, left, right, sampleEvents, stream } from './assertions.js'
import { collect } from './collector.js'
import type { EventLogCase } from './conformance-case.js'
import { raceWriters } from './writers.js'

const needs = 'sharedBetweenInstances'

/** Two open logs over one storage behave as one. */
export const sharingCases: readonly EventLogCase[] = [
  {
    name: 'what one instance appends, the other reads at once',
    needs,
    run: async ({ log, anotherInstance }) => {
      const other = await anotherInstance()
      for (let n = 0; n < 20; n += 2) {
        await appended(log, n - 1, sampleEvents(n, n))
        await assertStreamHolds(other, sampleEvents(0, n))
        await appended(other, n, sampleEvents(n + 1, n + 1))
        await assertStreamHolds(log, sampleEvents(0, n + 1))
      }
    },
  },
  {
    name: 'the expected revision and repeated appends hold across instances',
    needs,
    run: async ({ log, anotherInstance }) => {
      const other = await anotherInstance()
      await appended(log, -1, sampleEvents(0, 2))
      left(await other.append(stream, -1, sampleEvents(90, 90)), 'wrong-expected-revision', 'append behind -1')
      assertSame(await appended(other, -1, sampleEvents(0, 2)), { headRevision: 2 }, 'repeated append')
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'of appends behind one revision in two instances exactly one wins',
    needs,
    run: async ({ log, anotherInstance }) => {
      const logs = [log, await anotherInstance()]
      for (let round = 0; round < 10; round += 1) {
        const outcomes = await Promise.all(
          logs.map((one, i) => one.append(stream, round - 1, sampleEvents(round * 10 + i, round * 10 + i))),
        )
        assertSame(outcomes.filter(E.isRight).length, 1, `appends that won behind ${round - 1}`)
      }
    },
  },
  {
    name: 'writers in two instances that race and try again lose nothing and write nothing twice',
    needs,
    run: async ({ log, anotherInstance }) => {
      const other = await anotherInstance()
      await raceWriters([log, other, log, other])
    },
  },
  {
    name: 'a subscription hears both instances: everything once, in order',
    needs,
    run: async (context) => {
      const other = await context.anotherInstance()
      const here = collect(context)
      const there = collect(context, { log: other })
      for (let n = 0; n < 40; n += 1) {
        await appended(n % 2 === 0 ? context.log : other, n - 1, sampleEvents(n, n))
        if (n % 10 === 0) await context.sleep(20)
      }
      await here.receives(sampleEvents(0, 39))
      await there.receives(sampleEvents(0, 39))
    },
  },
  {
    name: 'a subscription hears what the other instance appends after a while of silence',
    needs,
    run: async (context) => {
      const collector = collect(context)
      const other = await context.anotherInstance()
      await context.quiet()
      await appended(other, -1, sampleEvents(0, 2))
      await collector.receives(sampleEvents(0, 2))
    },
  },
  {
    name: 'a reader never sees a part of a batch',
    needs,
    run: async ({ log, anotherInstance, sleep }) => {
      const other = await anotherInstance()
      let isWriting = true
      const write = async () => {
        for (let n = 0; n < 1000; n += 50) await appended(other, n - 1, sampleEvents(n, n + 49))
        isWriting = false
      }
      const watch = async () => {
        while (isWriting) {
          const head = right(await log.headRevision(stream), 'head revision')
          assertThat((head + 1) % 50 === 0, `the head was seen at ${head}, in the middle of a batch`)
          await sleep(0)
        }
      }
      await Promise.all([write().finally(() => (isWriting = false)), watch()])
      await assertStreamHolds(log, sampleEvents(0, 999))
    },
  },
  {
    name: 'closing one instance leaves the other working',
    needs,
    run: async (context) => {
      const other = await context.anotherInstance()
      const collector = collect(context)
      await appended(other, -1, sampleEvents(0, 0))
      await other.close()
      await appended(context.log, 0, sampleEvents(1, 1))
      await collector.receives(sampleEvents(0, 1))
    },
  },
]
