/** Assertions that need no library: the kit runs under any test runner. */
import * as E from 'fp-ts/lib/Either.js'
import { freeze } from 'immer'
import type { EventEnvelope } from '../../event-format/event-envelope.js'
import type { AppendedEvents, EventLog, EventLogError, RecordedEvent } from '../../ports/event-log.js'
import { commandId, epochMs, eventId } from '../../values/index.js'

/** The stream that cases use which need only one. */
export const stream = 'mesh-conformance'

/** An event nobody else knows; `n` makes its id and its data. */
export function sampleEvent(n: number | string, data: EventEnvelope['data'] = { n }): EventEnvelope {
  return freeze({
    eventId: eventId(`event-${n}`),
    type: 'SampleHappened',
    schemaVersion: 1,
    data,
    metadata: {
      commandId: commandId(`command-${n}`),
      recordedAtEpochMs: epochMs(1_700_000_000_000),
      actor: 'conformance',
      reason: null,
      source: null,
    },
  })
}

/** Events numbered `from` to `to`, both included. */
export function sampleEvents(from: number, to: number): readonly EventEnvelope[] {
  return Array.from({ length: to - from + 1 }, (_, i) => sampleEvent(from + i))
}

/** Throws unless `condition` holds. */
export function assertThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Throws unless both are the same JSON, whatever the order of their keys. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [canonical(actual), canonical(expected)]
  if (got !== wanted) throw new Error(`${what}: expected ${excerpt(wanted)}, got ${excerpt(got)}`)
}

/** The right side; throws with the error when it is a left. */
export function right<A>(either: E.Either<EventLogError, A>, what: string): A {
  if (E.isRight(either)) return either.right
  throw new Error(`${what}: expected a success, got ${canonical(either.left)}`)
}

/** The left side, of that code; throws on anything else. */
export function left<Code extends EventLogError['code']>(
  either: E.Either<EventLogError, unknown>,
  code: Code,
  what: string,
): Extract<EventLogError, { code: Code }> {
  if (E.isRight(either)) throw new Error(`${what}: expected ${code}, got a success ${excerpt(canonical(either.right))}`)
  const error = either.left
  if (error.code !== code) throw new Error(`${what}: expected ${code}, got ${canonical(error)}`)
  return error as Extract<EventLogError, { code: Code }>
}

/** Appends and returns the answer; throws when refused. */
export async function appended(
  log: EventLog,
  expectedRevision: number,
  events: readonly EventEnvelope[],
  into: string = stream,
): Promise<AppendedEvents> {
  return right(await log.append(into, expectedRevision, events), `append behind ${expectedRevision}`)
}

/** Every event of a stream, read in one page. */
export async function everyEvent(log: EventLog, from: string = stream): Promise<readonly RecordedEvent[]> {
  return right(await log.read(from, { fromRevision: 0, maxCount: 100_000 }), 'read')
}

/** Throws unless the stream holds exactly these events, in this order, numbered from 0, and says so when asked. */
export async function assertStreamHolds(
  log: EventLog,
  expected: readonly EventEnvelope[],
  of: string = stream,
): Promise<void> {
  assertRecorded(await everyEvent(log, of), expected)
  assertSame(right(await log.headRevision(of), 'head revision'), expected.length - 1, 'head revision')
}

/** Throws unless `recorded` are exactly these events, numbered from `fromRevision`. */
export function assertRecorded(
  recorded: readonly RecordedEvent[],
  expected: readonly EventEnvelope[],
  fromRevision = 0,
): void {
  const place = ({ revision, envelope }: RecordedEvent) => `${revision} ${envelope.eventId}`
  const wanted = expected.map((envelope, i) => ({ revision: fromRevision + i, envelope }))
  assertSame(recorded.map(place), wanted.map(place), 'events in order')
  for (const [i, event] of recorded.entries()) assertSame(event, wanted[i], `event at revision ${event.revision}`)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner)) ?? 'undefined'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key]]),
  )
}

function excerpt(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}
