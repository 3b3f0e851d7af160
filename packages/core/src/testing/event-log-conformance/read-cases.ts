import { appended, assertRecorded, assertSame, assertStreamHolds, right, sampleEvents, stream } from './assertions.js'
import type { EventLogCase } from './conformance-case.js'

/** Pages, ends, and many events. */
export const readCases: readonly EventLogCase[] = [
  {
    name: 'a page starts at its revision and holds at most what was asked for',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 9))
      for (const [fromRevision, maxCount] of [
        [0, 3],
        [3, 3],
        [9, 1],
        [0, 10],
        [4, 6],
      ] as const) {
        const page = right(await log.read(stream, { fromRevision, maxCount }), 'read')
        assertRecorded(page, sampleEvents(fromRevision, fromRevision + maxCount - 1), fromRevision)
      }
    },
  },
  {
    name: 'a page is short only at the head, and empty behind it',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 4))
      const atHead = right(await log.read(stream, { fromRevision: 3, maxCount: 10 }), 'read at the head')
      assertRecorded(atHead, sampleEvents(3, 4), 3)
      for (const fromRevision of [5, 6, 1_000_000]) {
        assertSame(right(await log.read(stream, { fromRevision, maxCount: 10 }), 'read behind the head'), [], 'page')
      }
    },
  },
  {
    name: 'a page of none is empty',
    run: async ({ log }) => {
      await appended(log, -1, sampleEvents(0, 4))
      assertSame(right(await log.read(stream, { fromRevision: 0, maxCount: 0 }), 'read'), [], 'page')
    },
  },
  {
    name: 'an unknown stream reads as empty, and reading does not create it',
    run: async ({ log }) => {
      assertSame(right(await log.read('mesh-unknown', { fromRevision: 0, maxCount: 10 }), 'read'), [], 'page')
      await appended(log, -1, sampleEvents(0, 0), 'mesh-unknown')
    },
  },
  {
    name: 'ten thousand events in batches, read in one page and in many',
    run: async ({ log }) => {
      const events = sampleEvents(0, 9_999)
      for (let from = 0; from < 10_000; from += 500) await appended(log, from - 1, events.slice(from, from + 500))
      await assertStreamHolds(log, events)
      for (let from = 0; from < 10_000; from += 999) {
        const page = right(await log.read(stream, { fromRevision: from, maxCount: 999 }), 'read')
        assertRecorded(page, events.slice(from, from + 999), from)
      }
    },
  },
]
