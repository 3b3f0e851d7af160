import * as E from 'fp-ts/lib/Either.js'
import type { EventLog } from '../../ports/event-log.js'
import { assertSame, assertThat, everyEvent, left, right, sampleEvent, stream } from './assertions.js'

const BATCHES = 8
const EVENTS_PER_BATCH = 3
const ATTEMPTS = 5000

/**
 * Writers append batches to one stream at once; whoever loses reads the head and tries again. Afterwards the stream holds
 * every batch once, whole, at the place its writer was told.
 */
export async function raceWriters(logs: readonly EventLog[]): Promise<void> {
  const places = (await Promise.all(logs.map(writeBatches))).flat()
  const log = logs[0]
  assertThat(log !== undefined, 'no writer')
  const events = await everyEvent(log)
  assertSame(events.length, logs.length * BATCHES * EVENTS_PER_BATCH, 'events in the stream')
  assertSame(
    events.map(({ revision }) => revision),
    [...events.keys()],
    'revisions',
  )
  for (const { name, headRevision } of places) {
    const batch = events.slice(headRevision - EVENTS_PER_BATCH + 1, headRevision + 1)
    assertSame(
      batch.map(({ envelope }) => envelope.eventId),
      batchOf(name).map(({ eventId }) => eventId),
      `batch ${name}`,
    )
  }
}

async function writeBatches(log: EventLog, writer: number): Promise<readonly { name: string; headRevision: number }[]> {
  const places: { name: string; headRevision: number }[] = []
  let expectedRevision = -1
  for (let attempt = 0; places.length < BATCHES; attempt += 1) {
    assertThat(attempt < ATTEMPTS, `writer ${writer} made no progress in ${ATTEMPTS} attempts`)
    const name = `${writer}-${places.length}`
    const outcome = await log.append(stream, expectedRevision, batchOf(name))
    if (E.isLeft(outcome)) left(outcome, 'wrong-expected-revision', `writer ${writer}`)
    expectedRevision = right(await log.headRevision(stream), 'head revision')
    if (E.isRight(outcome)) places.push({ name, headRevision: outcome.right.headRevision })
  }
  return places
}

function batchOf(name: string) {
  return Array.from({ length: EVENTS_PER_BATCH }, (_, i) => sampleEvent(`${name}-${i}`))
}
