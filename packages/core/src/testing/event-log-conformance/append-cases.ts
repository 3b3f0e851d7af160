import * as E from 'fp-ts/lib/Either.js'
import type { EventEnvelope } from '../../event-format/event-envelope.js'
import {
  appended,
  assertSame,
  assertStreamHolds,
  assertThat,
  left,
  right,
  sampleEvent,
  sampleEvents,
  stream,
} from './assertions.js'
import type { EventLogCase } from './conformance-case.js'
import { raceWriters } from './writers.js'

/** Order, revisions, and what is refused. */
export const appendCases: readonly EventLogCase[] = [
  {
    name: 'an unknown stream is empty and stands at revision -1',
    run: ({ log }) => assertStreamHolds(log, []),
  },
  {
    name: 'events come back as they were appended, in order, numbered from 0',
    run: async ({ log }) => {
      assertSame(await appended(log, -1, sampleEvents(0, 4)), { headRevision: 4 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 4))
    },
  },
  {
    name: 'revisions go on without a gap from append to append, also after refused ones',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 0))
      left(await log.append(stream, 5, sampleEvents(90, 95)), 'wrong-expected-revision', 'ahead')
      await appended(log, 0, sampleEvents(1, 3))
      left(await log.append(stream, 0, sampleEvents(90, 91)), 'wrong-expected-revision', 'behind')
      assertSame(await appended(log, 3, sampleEvents(4, 4)), { headRevision: 4 }, 'answer')
      await assertStreamHolds(log, sampleEvents(0, 4))
    },
  },
  {
    name: 'an append behind an older revision is refused with both revisions and writes nothing',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2))
      for (const expectedRevision of [-1, 0, 1]) {
        const refused = await log.append(stream, expectedRevision, sampleEvents(90, 91))
        const error = left(refused, 'wrong-expected-revision', `append behind ${expectedRevision}`)
        assertSame(error, { code: 'wrong-expected-revision', expectedRevision, actualRevision: 2 }, 'error')
      }
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'an append ahead of the stream is refused with both revisions and writes nothing',
    run: async ({ log }) => {
      left(await log.append(stream, 0, sampleEvents(90, 90)), 'wrong-expected-revision', 'ahead of an unknown stream')
      await assertStreamHolds(log, [])
      await appended(log, -1, sampleEvents(0, 2))
      const error = left(await log.append(stream, 3, sampleEvents(90, 90)), 'wrong-expected-revision', 'ahead by one')
      assertSame(error, { code: 'wrong-expected-revision', expectedRevision: 3, actualRevision: 2 }, 'error')
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'an empty append answers the current revision when it is the expected one',
    run: async ({ log }) => {
      assertSame(await appended(log, -1, []), { headRevision: -1 }, 'on an unknown stream')
      left(await log.append(stream, 0, []), 'wrong-expected-revision', 'ahead of an unknown stream')
      await appended(log, -1, sampleEvents(0, 2))
      assertSame(await appended(log, 2, []), { headRevision: 2 }, 'at the head')
      left(await log.append(stream, 1, []), 'wrong-expected-revision', 'behind')
      left(await log.append(stream, -1, []), 'wrong-expected-revision', 'from the start')
      await assertStreamHolds(log, sampleEvents(0, 2))
    },
  },
  {
    name: 'two streams know nothing of each other, not even of the same ids',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 2), 'mesh-a')
      await appended(log, -1, sampleEvents(2, 3), 'mesh-b')
      await appended(log, 2, sampleEvents(3, 3), 'mesh-a')
      await assertStreamHolds(log, sampleEvents(0, 3), 'mesh-a')
      await assertStreamHolds(log, sampleEvents(2, 3), 'mesh-b')
      await assertStreamHolds(log, [])
    },
  },
  {
    name: 'of many appends behind one revision exactly one wins, and the others write nothing',
    run: async ({ log }) => {
      const batches = Array.from({ length: 20 }, (_, i) => sampleEvents(i * 3, i * 3 + 2))
      const outcomes = await Promise.all(batches.map((events) => log.append(stream, -1, events)))
      const winners = batches.filter((_, i) => E.isRight(outcomes[i] ?? E.left(undefined)))
      assertSame(winners.length, 1, 'appends that won')
      for (const lost of outcomes.filter(E.isLeft)) left(lost, 'wrong-expected-revision', 'an append that lost')
      await assertStreamHolds(log, winners.flat())
    },
  },
  {
    name: 'an append that fails does not fail those made at the same time',
    run: async ({ log }) => {
      const calls = Array.from({ length: 10 }, (_, i) =>
        log.append(`mesh-${i}`, i % 2 === 0 ? -1 : 7, sampleEvents(i, i)),
      )
      for (const [i, outcome] of (await Promise.all(calls)).entries()) {
        if (i % 2 === 0) right(outcome, `append to mesh-${i}`)
        else left(outcome, 'wrong-expected-revision', `append to mesh-${i}`)
        await assertStreamHolds(log, i % 2 === 0 ? sampleEvents(i, i) : [], `mesh-${i}`)
      }
    },
  },
  {
    name: 'appends queued one behind the other in one go are all written, in order',
    run: async ({ log }) => {
      const calls = Array.from({ length: 20 }, (_, i) => log.append(stream, i * 2 - 1, sampleEvents(i * 2, i * 2 + 1)))
      for (const [i, outcome] of (await Promise.all(calls)).entries()) {
        assertSame(right(outcome, `append ${i}`), { headRevision: i * 2 + 1 }, `answer ${i}`)
      }
      await assertStreamHolds(log, sampleEvents(0, 39))
    },
  },
  {
    name: 'writers that race and try again lose nothing and write nothing twice',
    run: ({ log }) => raceWriters([log, log, log, log]),
  },
  {
    name: 'what the caller does to an event after the append does not change the log',
    run: async ({ log }) => {
      const data: { n: number; inner: { tags: string[] } } = { n: 0, inner: { tags: ['a'] } }
      const pending = log.append(stream, -1, [{ ...sampleEvent(0), data }])
      data.n = 1
      data.inner.tags.push('b')
      right(await pending, 'append')
      data.inner.tags.push('c')
      await assertStreamHolds(log, [sampleEvent(0, { n: 0, inner: { tags: ['a'] } })])
    },
  },
  {
    name: 'an event that is no JSON is refused, alone, and the log goes on',
    run: async ({ log }) => {
      const cyclic: Record<string, unknown> = {}
      cyclic.self = cyclic
      for (const data of [cyclic, { big: 1n }] as readonly EventEnvelope['data'][]) {
        const refused = isTaken(log.append(stream, -1, [sampleEvent(0), { ...sampleEvent(1), data }]))
        const other = log.append('mesh-other', -1, [])
        assertThat(!(await refused), 'an event that is no JSON was taken')
        right(await other, 'an append made at the same time')
      }
      await appended(log, -1, sampleEvents(0, 0))
      await assertStreamHolds(log, sampleEvents(0, 0))
    },
  },
]

/** A log may also throw here: such an event is a mistake in the program. */
function isTaken(append: Promise<E.Either<unknown, unknown>>): Promise<boolean> {
  return append.then(E.isRight, () => false)
}
