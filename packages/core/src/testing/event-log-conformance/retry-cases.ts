import * as E from 'fp-ts/lib/Either.js'
import {
  appended,
  assertSame,
  assertStreamHolds,
  left,
  right,
  sampleEvent,
  sampleEvents,
  stream,
} from './assertions.js'
import type { EventLogCase } from './conformance-case.js'

/** A reply may be lost: the same append again must be harmless, and anything that only resembles it must be refused. */
export const retryCases: readonly EventLogCase[] = [
  {
    name: 'the same append again, however often, has the same answer and writes nothing',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 1))
      await appended(log, 1, sampleEvents(2, 4))
      for (let i = 0; i < 3; i += 1)
        assertSame(await appended(log, 1, sampleEvents(2, 4)), { headRevision: 4 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 4))
    },
  },
  {
    name: 'the same append again, after others have appended, has the same answer',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2))
      await appended(log, 2, sampleEvents(3, 9))
      await appended(log, 9, sampleEvents(10, 10))
      assertSame(await appended(log, -1, sampleEvents(0, 2)), { headRevision: 2 }, 'answer of the first')
      assertSame(await appended(log, 2, sampleEvents(3, 9)), { headRevision: 9 }, 'answer of the second')
      await assertStreamHolds(log, sampleEvents(0, 10))
    },
  },
  {
    name: 'the same append several times at once is written once and every caller hears success',
    run: async ({ log }) => {
      const calls = Array.from({ length: 8 }, () => log.append(stream, -1, sampleEvents(0, 2)))
      for (const outcome of await Promise.all(calls))
        assertSame(right(outcome, 'append'), { headRevision: 2 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'the ids decide: a repeated append with other data is a success and changes nothing',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 1))
      const repeated = [sampleEvent(0, { n: 'other' }), sampleEvent(1, { n: 'other' })]
      assertSame(await appended(log, -1, repeated), { headRevision: 1 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 1))
    },
  },
  {
    name: 'an append that holds more than was written is refused as a whole',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 1))
      left(await log.append(stream, -1, sampleEvents(0, 2)), 'wrong-expected-revision', 'one more at the end')
      await appended(log, 1, sampleEvents(3, 3))
      left(await log.append(stream, -1, sampleEvents(0, 2)), 'wrong-expected-revision', 'another event at the end')
      await assertStreamHolds(log, [...sampleEvents(0, 1), sampleEvent(3)])
    },
  },
  {
    name: 'an append that shares only some ids with what is there is refused as a whole',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2))
      const [first, second, third] = [sampleEvent(0), sampleEvent(1), sampleEvent(2)]
      const mixtures = [
        [sampleEvent(90), second, third],
        [first, sampleEvent(90), third],
        [first, second, sampleEvent(90)],
        [second, first, third],
      ]
      for (const mixture of mixtures) {
        const refused = await log.append(stream, -1, mixture)
        left(refused, 'wrong-expected-revision', mixture.map(({ eventId }) => eventId).join())
      }
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'the same ids at another place behind the head are refused',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 3))
      left(await log.append(stream, -1, sampleEvents(1, 1)), 'wrong-expected-revision', 'too early')
      left(await log.append(stream, 1, sampleEvents(1, 1)), 'wrong-expected-revision', 'too late')
      left(await log.append(stream, 0, sampleEvents(2, 3)), 'wrong-expected-revision', 'shifted')
      await assertStreamHolds(log, sampleEvents(0, 3))
    },
  },
  {
    name: 'a repeated append that was refused before succeeds where it now fits',
    run: async ({ log }) => {
      left(await log.append(stream, 0, sampleEvents(1, 2)), 'wrong-expected-revision', 'too early')
      await appended(log, -1, sampleEvents(0, 0))
      assertSame(await appended(log, 0, sampleEvents(1, 2)), { headRevision: 2 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
]

/** An id used twice by mistake: refused where the log can tell, and declared where it can't. */
export const reusedIdCases: readonly EventLogCase[] = [
  {
    name: 'an id that the stream holds already is refused at the head, with the whole batch',
    needs: 'refusesReusedEventIds',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2))
      for (const reused of [[sampleEvent(1)], [sampleEvent(3), sampleEvent(0), sampleEvent(4)]]) {
        left(await log.append(stream, 2, reused), 'wrong-expected-revision', 'a reused id')
      }
      await assertStreamHolds(log, sampleEvents(0, 2))
      await appended(log, 2, sampleEvents(3, 4))
    },
  },
  {
    name: 'an id twice in one append is refused, with the whole batch, and those made at the same time are not',
    needs: 'refusesReusedEventIds',
    run: async ({ log }) => {
      const twice = log.append(stream, -1, [sampleEvent(0), sampleEvent(1), sampleEvent(0)])
      const other = log.append('mesh-other', -1, sampleEvents(0, 1))
      left(await twice, 'wrong-expected-revision', 'an id twice')
      right(await other, 'append to another stream')
      await assertStreamHolds(log, [])
      await assertStreamHolds(log, sampleEvents(0, 1), 'mesh-other')
    },
  },
  {
    name: 'an id that the stream holds already is taken again, as declared',
    lacks: 'refusesReusedEventIds',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2))
      const outcome = await log.append(stream, 2, [sampleEvent(1)])
      if (E.isLeft(outcome)) throw new Error('the log refuses reused ids: declare refusesReusedEventIds')
    },
  },
]
