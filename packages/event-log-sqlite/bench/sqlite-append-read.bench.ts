import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandId, type EventEnvelope, type EventLog, epochMs, eventId } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { openSqliteEventLog } from '../src/index.js'

const SEQUENTIAL = 2_000
const CONCURRENT = 1_000
const CONCURRENT_ROUNDS = 10
const BATCH = 100
const STORED = 200_000
const PAGE = 1_000

/** Events per second of appends one by one, many at once, in batches, and of reading, on a file in the temporary folder. */
export async function run(): Promise<{ bench: 'event-log-sqlite'; metrics: Record<string, number> }> {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-bench-'))
  try {
    const opened = await openSqliteEventLog({ path: join(folder, 'events.db') })
    if (E.isLeft(opened)) throw new Error(opened.left.reason)
    const log = opened.right
    const metrics = {
      appendOneByOneEventsPerSecond: await perSecond(SEQUENTIAL, () => appendOneByOne(log)),
      appendConcurrentEventsPerSecond: await perSecond(CONCURRENT * CONCURRENT_ROUNDS, () => appendConcurrently(log)),
      appendBatchesOf100EventsPerSecond: await perSecond(STORED, () => appendBatches(log)),
      readPagesOf1000EventsPerSecond: await perSecond(STORED, () => readPages(log)),
    }
    await log.close()
    return { bench: 'event-log-sqlite', metrics }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function appendOneByOne(log: EventLog): Promise<void> {
  for (let n = 0; n < SEQUENTIAL; n += 1) succeeded(await log.append('mesh-one', n - 1, [sampleEvent(n)]))
}

/** To one stream, each behind the one before: the hardest case, and that of a server's command queue. */
async function appendConcurrently(log: EventLog): Promise<void> {
  for (let from = 0; from < CONCURRENT * CONCURRENT_ROUNDS; from += CONCURRENT) {
    const calls = Array.from({ length: CONCURRENT }, (_, i) =>
      log.append('mesh-many', from + i - 1, [sampleEvent(from + i)]),
    )
    for (const outcome of await Promise.all(calls)) succeeded(outcome)
  }
}

async function appendBatches(log: EventLog): Promise<void> {
  for (let from = 0; from < STORED; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, i) => sampleEvent(from + i))
    succeeded(await log.append('mesh-batches', from - 1, events))
  }
}

async function readPages(log: EventLog): Promise<void> {
  let read = 0
  while (read < STORED) {
    read += succeeded(await log.read('mesh-batches', { fromRevision: read, maxCount: PAGE })).length
  }
}

async function perSecond(events: number, action: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await action()
  return Math.round((events * 1000) / (performance.now() - startedMs))
}

function succeeded<A>(outcome: E.Either<{ readonly code: string }, A>): A {
  if (E.isRight(outcome)) return outcome.right
  throw new Error(outcome.left.code)
}

/** About 430 bytes as stored. */
function sampleEvent(n: number): EventEnvelope {
  return {
    eventId: eventId(`0196f1c2-7a3b-7000-8000-${n.toString(16).padStart(12, '0')}`),
    type: 'NodeJoined',
    schemaVersion: 1,
    data: {
      nodeId: `node-${n}`,
      hostId: `host-${n % 10_000}`,
      networkId: 'network-1',
      addresses: [`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, `fd00::${n.toString(16)}`],
      tags: ['server', 'berlin', 'db'],
      expiresAtEpochMs: null,
      joinedAtEpochMs: 1_700_000_000_000 + n,
    },
    metadata: {
      commandId: commandId(`0196f1c2-7a3b-7000-9000-${n.toString(16).padStart(12, '0')}`),
      recordedAtEpochMs: epochMs(1_700_000_000_000 + n),
      actor: 'host:host-1',
      reason: null,
      source: '203.0.113.7',
    },
  }
}
