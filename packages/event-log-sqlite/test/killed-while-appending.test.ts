import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog, RecordedEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BatchLine, batchOf, flawsOf, readLines } from './batches.js'
import { buildPrograms, type ChildPrograms } from './child-program.js'
import { openLog, temporaryFolder } from './temporary-log.js'

const ROUNDS = 24
const streams = ['mesh-a', 'mesh-b', 'mesh-c']
const folder = temporaryFolder()
const path = join(folder.path, 'events.db')

let programs: ChildPrograms
beforeAll(async () => {
  programs = await buildPrograms(['append-until-killed'])
}, 60_000)
afterAll(() => {
  programs.remove()
  folder.remove()
})

test('killed with SIGKILL at any moment: what was acknowledged is there, whole, and the rest can be tried again', {
  timeout: 120_000,
}, async () => {
  const tally = { acknowledged: 0, unanswered: 0, unansweredButWritten: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await headsOf(path)
    const lines = await appendAndKill(`r${round}`)
    expect(integrityOf(path)).toBe('ok')

    const log = await openLog({ path })
    for (const [i, stream] of streams.entries()) {
      const start = (before[i] ?? -1) + 1
      const found = await checkStream(
        log,
        stream,
        start,
        lines.filter((line) => line.stream === stream),
      )
      tally.acknowledged += found.acknowledged
      tally.unanswered += found.unanswered
      tally.unansweredButWritten += found.unansweredButWritten
    }
    await log.close()
  }
  expect(await allFlaws(path)).toEqual([])
  // Without these the rounds have proved nothing.
  expect(tally.acknowledged).toBeGreaterThan(ROUNDS)
  expect(tally.unanswered).toBeGreaterThan(0)
})

/** Lets a child append until some time after its first acknowledgement; the moment is drawn anew each time. */
async function appendAndKill(run: string): Promise<readonly BatchLine[]> {
  const child = programs.start('append-until-killed', [path, run])
  let output = ''
  const ended = once(child.stdout as NonNullable<ChildProcess['stdout']>, 'end')
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const exited = once(child, 'exit')
  while (!output.includes('ack')) await sleep(1)
  await sleep(Math.random() * 40)
  child.kill('SIGKILL')
  const [[, signal]] = await Promise.all([exited, ended])
  expect(signal).toBe('SIGKILL')
  return readLines(output)
}

/** Checks what a run left in one stream, then tries its last batch again if it was never answered. */
async function checkStream(log: EventLog, stream: string, start: number, lines: readonly BatchLine[]) {
  const events = await eventsFrom(log, stream, start)
  expect(flawsOf(events, start)).toEqual([])
  const acknowledged = lines.filter(({ kind }) => kind === 'ack')
  for (const line of acknowledged) expect(idsAt(events, start, line)).toEqual(idsOf(line))

  const last = lines.at(-1)
  if (last?.kind !== 'try') return { acknowledged: acknowledged.length, unanswered: 0, unansweredButWritten: 0 }
  const wasWritten = events.some(({ envelope }) => envelope.eventId === idsOf(last)[0])
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const outcome = await log.append(stream, last.expectedRevision, batchOf(last.name, last.size))
    expect(outcome).toEqual(E.right({ headRevision: last.expectedRevision + last.size }))
  }
  const after = await eventsFrom(log, stream, start)
  expect(flawsOf(after, start)).toEqual([])
  expect(idsAt(after, start, last)).toEqual(idsOf(last))
  expect(after.length).toBe(last.expectedRevision + last.size + 1 - start)
  return { acknowledged: acknowledged.length, unanswered: 1, unansweredButWritten: wasWritten ? 1 : 0 }
}

function idsOf({ name, size }: BatchLine): readonly string[] {
  return batchOf(name, size).map(({ eventId }) => eventId)
}

function idsAt(
  events: readonly RecordedEvent[],
  start: number,
  { expectedRevision, size }: BatchLine,
): readonly string[] {
  const first = expectedRevision + 1 - start
  return events.slice(first, first + size).map(({ envelope }) => envelope.eventId)
}

async function eventsFrom(log: EventLog, stream: string, fromRevision: number): Promise<readonly RecordedEvent[]> {
  const read = await log.read(stream, { fromRevision, maxCount: Number.POSITIVE_INFINITY })
  if (E.isRight(read)) return read.right
  throw new Error(JSON.stringify(read.left))
}

async function headsOf(file: string): Promise<readonly number[]> {
  const log = await openLog({ path: file })
  const heads = await Promise.all(streams.map((stream) => log.headRevision(stream)))
  await log.close()
  return heads.map((head) => E.getOrElse(() => -2)(head))
}

async function allFlaws(file: string): Promise<readonly string[]> {
  const log = await openLog({ path: file })
  const flaws = await Promise.all(streams.map(async (stream) => flawsOf(await eventsFrom(log, stream, 0), 0)))
  await log.close()
  return flaws.flat()
}

function integrityOf(file: string): unknown {
  const database = new DatabaseSync(file)
  const { integrity_check } = database.prepare('PRAGMA integrity_check').get() ?? {}
  database.close()
  return integrity_check
}
