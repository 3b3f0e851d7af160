import * as E from 'fp-ts/lib/Either.js'
import { type BrokenLog, broken, headOf, withAppend } from './broken-log.js'

/** Appends wrongly. */
export const brokenAppends: readonly BrokenLog[] = [
  broken(
    'loses the last event of a batch',
    'events come back as they were appended, in order, numbered from 0',
    withAppend((append) => async (stream, expected, events) => {
      const kept = events.length > 1 ? events.slice(0, -1) : events
      return E.map(() => ({ headRevision: expected + events.length }))(await append(stream, expected, kept))
    }),
  ),
  broken(
    'ignores the expected revision',
    'an append behind an older revision is refused with both revisions and writes nothing',
    withAppend((append, log) => async (stream, _expected, events) => append(stream, await headOf(log, stream), events)),
  ),
  broken(
    'takes an expected revision that is ahead',
    'an append ahead of the stream is refused with both revisions and writes nothing',
    withAppend(
      (append, log) => async (stream, expected, events) =>
        append(stream, Math.min(expected, await headOf(log, stream)), events),
    ),
  ),
  broken(
    'takes an empty append at any revision',
    'an empty append answers the current revision when it is the expected one',
    withAppend(
      (append) => async (stream, expected, events) =>
        events.length === 0 ? E.right({ headRevision: expected }) : append(stream, expected, events),
    ),
  ),
  broken(
    'leaves a part of a refused batch',
    'an id that the stream holds already is refused at the head, with the whole batch',
    withAppend((append) => async (stream, expected, events) => {
      let outcome = await append(stream, expected, events.slice(0, 1))
      for (const [i, event] of events.entries()) {
        if (i > 0 && E.isRight(outcome)) outcome = await append(stream, expected + i, [event])
      }
      return outcome
    }),
  ),
  broken(
    'writes batches event by event',
    'a reader never sees a part of a batch',
    withAppend((append) => async (stream, expected, events) => {
      let outcome = await append(stream, expected, events.slice(0, 1))
      for (const [i, event] of events.entries()) if (i > 0) outcome = await append(stream, expected + i, [event])
      return outcome
    }),
  ),
  broken(
    'fails what was appended at the same time as something wrong',
    'an append that fails does not fail those made at the same time',
    (log) => {
      let group: Promise<unknown>[] = []
      return withAppend((append) => async (stream, expected, events) => {
        const own = append(stream, expected, events)
        group.push(own)
        const outcomes = (await Promise.all(group)) as Awaited<typeof own>[]
        group = []
        return outcomes.find(E.isLeft) ?? own
      })(log)
    },
  ),
  broken(
    'throws instead of answering',
    'of many appends behind one revision exactly one wins, and the others write nothing',
    withAppend((append) => async (stream, expected, events) => {
      const outcome = await append(stream, expected, events)
      if (E.isLeft(outcome)) throw new Error(outcome.left.code)
      return outcome
    }),
  ),
  broken(
    'keeps the ids of all streams in one set',
    'two streams know nothing of each other, not even of the same ids',
    (log) => {
      const seen = new Map<string, string>()
      return withAppend((append) => async (stream, expected, events) => {
        const isTaken = events.some((event) => (seen.get(event.eventId) ?? stream) !== stream)
        if (isTaken) return E.left({ code: 'wrong-expected-revision', expectedRevision: expected, actualRevision: -1 })
        for (const event of events) seen.set(event.eventId, stream)
        return append(stream, expected, events)
      })(log)
    },
  ),
  broken(
    'takes in what the caller changes later',
    'what the caller does to an event after the append does not change the log',
    withAppend((append) => async (stream, expected, events) => {
      await Promise.resolve()
      return append(stream, expected, events)
    }),
  ),
]
