import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RecordedEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchOf, flawsOf, readLines } from './batches.js'
import { buildPrograms, type ChildPrograms } from './child-program.js'
import { openLog, temporaryFolder } from './temporary-log.js'

const WRITERS = 4
const BATCHES = 40
const folder = temporaryFolder()

let programs: ChildPrograms
beforeAll(async () => {
  programs = await buildPrograms(['race-appends'])
}, 60_000)
afterAll(() => {
  programs.remove()
  folder.remove()
})

test('four processes make the file and append to one stream: no gap, and each batch once where its writer was told', {
  timeout: 60_000,
}, async () => {
  const path = join(folder.path, 'events.db')
  const names = Array.from({ length: WRITERS }, (_, i) => `writer${i}`)
  const children = names.map((name) => programs.start('race-appends', [path, name, String(BATCHES)]))
  await Promise.all(children.map((child) => once(child, 'message')))
  const outputs = await Promise.all(children.map(outputOf))
  const acknowledged = outputs.flatMap(readLines)
  expect(acknowledged.length).toBe(WRITERS * BATCHES)
  expect(new Set(acknowledged.map(({ name }) => name)).size).toBe(WRITERS * BATCHES)

  const log = await openLog({ path })
  const read = await log.read('mesh-race', { fromRevision: 0, maxCount: 100_000 })
  await log.close()
  const events = E.getOrElseW(() => [])(read)
  expect(events.length).toBe(WRITERS * BATCHES * 3)
  expect(flawsOf(events, 0)).toEqual([])
  // One after the other would be no race.
  expect(turnsTaken(events)).toBeGreaterThan(WRITERS)
  for (const { name, expectedRevision, size } of acknowledged) {
    const there = events
      .slice(expectedRevision + 1, expectedRevision + 1 + size)
      .map(({ envelope }) => envelope.eventId)
    expect(there).toEqual(batchOf(name, size).map(({ eventId }) => eventId))
  }
})

/** How often two batches that follow each other in the stream come from different writers. */
function turnsTaken(events: readonly RecordedEvent[]): number {
  const writers = events.map(({ envelope }) => String(envelope.eventId).split('-')[0])
  return writers.filter((writer, i) => i > 0 && writer !== writers[i - 1]).length
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.send('go')
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  return output
}
