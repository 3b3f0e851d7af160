import * as E from 'fp-ts/lib/Either.js'
import type { RecordedEvent } from '../../../ports/event-log.js'
import { type BrokenLog, broken, headOf, otherIds, withAppend } from './broken-log.js'

/** Handles a repeated append wrongly. */
export const brokenRetries: readonly BrokenLog[] = [
  broken(
    'writes a repeated append again',
    'the same append again, however often, has the same answer and writes nothing',
    withAppend((append, log) => async (stream, expected, events) => {
      const head = await headOf(log, stream)
      const outcome = await append(stream, expected, events)
      if (E.isRight(outcome) && head > expected) await append(stream, head, otherIds(events))
      return outcome
    }),
  ),
  broken(
    'refuses a repeated append',
    'the same append again, after others have appended, has the same answer',
    withAppend((append, log) => async (stream, expected, events) => {
      const actualRevision = await headOf(log, stream)
      if (actualRevision <= expected) return append(stream, expected, events)
      return E.left({ code: 'wrong-expected-revision', expectedRevision: expected, actualRevision })
    }),
  ),
  broken(
    'answers a repeated append with the head of the stream',
    'the same append again, after others have appended, has the same answer',
    withAppend((append, log) => async (stream, expected, events) => {
      const outcome = await append(stream, expected, events)
      return E.isRight(outcome) ? E.right({ headRevision: await headOf(log, stream) }) : outcome
    }),
  ),
  broken(
    'recognises a repeated append by its first event only',
    'an append that shares only some ids with what is there is refused as a whole',
    withAppend((append) => async (stream, expected, events) => {
      const outcome = await append(stream, expected, events)
      if (E.isRight(outcome) || events.length === 0) return outcome
      return E.map(() => ({ headRevision: expected + events.length }))(
        await append(stream, expected, events.slice(0, 1)),
      )
    }),
  ),
  broken(
    'adds the rest of an append that was half there',
    'an append that holds more than was written is refused as a whole',
    withAppend((append, log) => async (stream, expected, events) => {
      const outcome = await append(stream, expected, events)
      const missing = expected + events.length - (await headOf(log, stream))
      if (E.isRight(outcome) || missing <= 0 || missing >= events.length) return outcome
      return append(stream, expected + events.length - missing, events.slice(-missing))
    }),
  ),
  broken(
    'calls a success whatever ids it knows, wherever they stand',
    'the same ids at another place behind the head are refused',
    withAppend((append, log) => async (stream, expected, events) => {
      const outcome = await append(stream, expected, events)
      const stored = E.getOrElse((): readonly RecordedEvent[] => [])(
        await log.read(stream, { fromRevision: 0, maxCount: 99 }),
      )
      const ids = new Set(stored.map(({ envelope }) => envelope.eventId))
      if (E.isRight(outcome) || !events.every((event) => ids.has(event.eventId))) return outcome
      return E.right({ headRevision: expected + events.length })
    }),
  ),
  broken(
    'compares the data of a repeated append',
    'the ids decide: a repeated append with other data is a success and changes nothing',
    withAppend((append, log) => async (stream, expected, events) => {
      const stored = E.getOrElse((): readonly RecordedEvent[] => [])(
        await log.read(stream, { fromRevision: expected + 1, maxCount: 99 }),
      )
      const differs = stored.some(
        ({ envelope }, i) => events[i] && JSON.stringify(envelope) !== JSON.stringify(events[i]),
      )
      if (!differs) return append(stream, expected, events)
      return E.left({
        code: 'wrong-expected-revision',
        expectedRevision: expected,
        actualRevision: expected + stored.length,
      })
    }),
  ),
]
