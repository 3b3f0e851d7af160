import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLogError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batchOf } from './batches.js'
import { openLog, type TemporaryFolder, temporaryFolder } from './temporary-log.js'

let folder: TemporaryFolder
let path: string
beforeEach(async () => {
  folder = temporaryFolder()
  path = join(folder.path, 'events.db')
  const log = await openLog({ path })
  await log.append('mesh-1', -1, batchOf('a', 10))
  await log.append('mesh-2', -1, batchOf('a', 10))
  await log.close()
})
afterEach(() => folder.remove())

function spoil(sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA ignore_check_constraints = ON; ${sql}`)
  database.close()
}

/** What a subscription from the start is given before it ends. */
async function subscribed(): Promise<{
  readonly revisions: readonly number[]
  readonly errors: readonly EventLogError[]
}> {
  const log = await openLog({ path })
  const revisions: number[] = []
  const errors: EventLogError[] = []
  log.subscribe('mesh-1', 0, {
    onEvents: (events) => void revisions.push(...events.map(({ revision }) => revision)),
    onError: (error) => errors.push(error),
  })
  for (let waited = 0; errors.length === 0 && waited < 1000; waited += 1) await sleep(2)
  await sleep(20)
  await log.close()
  return { revisions, errors }
}

const row = "stream_id = (SELECT id FROM streams WHERE name = 'mesh-1') AND revision = 6"

describe.each([
  ['data that is no JSON', `UPDATE events SET data = '{"cut' WHERE ${row}`, 'the event is no JSON'],
  [
    'data that is a list',
    `UPDATE events SET data = '[]' WHERE ${row}`,
    '$.data: expected an object, got an array of 0',
  ],
  [
    'metadata that lacks its actor',
    `UPDATE events SET metadata = json_remove(metadata, '$.actor') WHERE ${row}`,
    '$.metadata.actor: ',
  ],
  ['an event id that is none', `UPDATE events SET event_id = 'a b' WHERE ${row}`, '$.eventId: '],
  ['a type that was never stored', `UPDATE events SET type = '\\x' WHERE ${row}`, 'the event is no JSON'],
  ['a version that is none', `UPDATE events SET schema_version = 0 WHERE ${row}`, '$.schemaVersion: '],
  [
    'a number too large for JavaScript',
    `UPDATE events SET schema_version = 9007199254740993 WHERE ${row}`,
    'Value is too large',
  ],
  ['a lost row', `DELETE FROM events WHERE ${row}`, 'the event is missing'],
])('%s', (_name, sql, reason) => {
  beforeEach(() => spoil(sql))
  const corrupt = { code: 'event-log-corrupt', revision: 6, reason: expect.stringContaining(reason) }

  test('a read that meets it is event-log-corrupt and says where', async () => {
    const log = await openLog({ path })
    expect(await log.read('mesh-1', { fromRevision: 0, maxCount: 100 })).toEqual(E.left(corrupt))
    expect(await log.read('mesh-1', { fromRevision: 6, maxCount: 1 })).toEqual(E.left(corrupt))
    await log.close()
  })

  test('what stands elsewhere can be read', async () => {
    const log = await openLog({ path })
    const before = await log.read('mesh-1', { fromRevision: 0, maxCount: 6 })
    const behind = await log.read('mesh-1', { fromRevision: 7, maxCount: 100 })
    const other = await log.read('mesh-2', { fromRevision: 0, maxCount: 100 })
    expect([before, behind, other].map((read) => E.isRight(read) && read.right.length)).toEqual([6, 3, 10])
    await log.close()
  })

  test('a subscription hands over what stands before it, and ends', async () => {
    expect(await subscribed()).toEqual({ revisions: [0, 1, 2, 3, 4, 5], errors: [corrupt] })
  })
})

test('a file overwritten in the middle answers every call with an error, and throws nowhere', async () => {
  const file = openSync(path, 'r+')
  for (let at = 4096; at < statSync(path).size; at += 4096) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, at)
  closeSync(file)
  const log = await openLog({ path })
  expect(await log.read('mesh-1', { fromRevision: 0, maxCount: 100 })).toMatchObject(
    E.left({ code: 'event-log-corrupt' }),
  )
  expect(await log.headRevision('mesh-1')).toMatchObject(E.left({ code: 'event-log-corrupt' }))
  expect(await log.append('mesh-1', 9, batchOf('b', 1))).toMatchObject(
    E.left({ code: 'event-log-corrupt', revision: 10 }),
  )
  await log.close()
  expect(await subscribed()).toMatchObject({ revisions: [], errors: [{ code: 'event-log-corrupt' }] })
})
