/** How fast a server comes back: 1,000,000 events over 10,000 hosts, read from a file, decoded and folded, the last 2,000 one by one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandId, type EventLog, encodeMeshEvent, eventId, type MeshEvent } from '@meshfold/core'
import { openSqliteEventLog } from '@meshfold/event-log-sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { mixedHistory } from '../../core/bench/mixed-history.js'
import { rebuildHistory } from '../src/mesh-service/rebuild-history.js'

const HOSTS = 10_000
const EVENTS = 1_000_000
const BATCH = 2000
const STREAM = 'mesh-bench'

/** Seconds of the whole process, and what it took of memory at most. */
export async function run(): Promise<{ bench: 'replay-from-sqlite'; metrics: Record<string, number> }> {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-bench-'))
  try {
    const log = right(await openSqliteEventLog({ path: join(folder, 'events.db'), synchronous: 'normal' }))
    await fill(log, mixedHistory(HOSTS, EVENTS, 'public'))
    globalThis.gc?.()
    const before = process.cpuUsage()
    const startedMs = performance.now()
    const history = right(await rebuildHistory(log, STREAM))
    const wallSeconds = (performance.now() - startedMs) / 1000
    const { user, system } = process.cpuUsage(before)
    if (history.state.revision !== EVENTS - 1) throw new Error(`it ends at revision ${history.state.revision}`)
    await log.close()
    return {
      bench: 'replay-from-sqlite',
      metrics: { replayed1000000EventsSeconds: wallSeconds, processorSeconds: (user + system) / 1e6 },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fill(log: EventLog, events: readonly MeshEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += BATCH) {
    const batch = events.slice(from, from + BATCH).map((event, at) => envelopeOf(event, from + at))
    right(await log.append(STREAM, from - 1, batch))
  }
}

function envelopeOf(event: MeshEvent, n: number) {
  const number = n.toString(16).padStart(12, '0')
  return encodeMeshEvent(event, {
    eventId: eventId(`0196f1c2-7a3b-7000-8000-${number}`),
    commandId: commandId(`0196f1c2-7a3b-7000-9000-${number}`),
    actor: 'host:host-1',
    reason: null,
    source: '203.0.113.7',
  })
}

function right<A>(outcome: E.Either<{ readonly code: string }, A>): A {
  if (E.isRight(outcome)) return outcome.right
  throw new Error(outcome.left.code)
}
