import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEventLog } from '../src/open-sqlite-event-log.js'
import { batchOf } from './batches.js'
import { openLog, type TemporaryFolder, temporaryFolder } from './temporary-log.js'

let folder: TemporaryFolder
let path: string
beforeEach(async () => {
  folder = temporaryFolder()
  path = join(folder.path, 'events.db')
  const log = await openLog({ path })
  await log.append('mesh-1', -1, batchOf('a', 3))
  await log.close()
})
afterEach(() => folder.remove())

const locked = E.left({
  code: 'event-log-unavailable',
  reason: 'another process holds the lock (SQLite 5: database is locked)',
})

describe('while another process holds the write lock', () => {
  let other: DatabaseSync
  beforeEach(() => {
    other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
  })
  afterEach(() => other.close())

  test('an append waits, reads go on, and the process is not held up', async () => {
    const log = await openLog({ path })
    const pending = log.append('mesh-1', 2, batchOf('b', 2))
    let longestMs = 0
    for (let i = 0; i < 20; i += 1) {
      const started = performance.now()
      expect(await log.headRevision('mesh-1')).toEqual(E.right(2))
      await sleep(5)
      longestMs = Math.max(longestMs, performance.now() - started)
    }
    other.exec('ROLLBACK')
    expect(await pending).toEqual(E.right({ headRevision: 4 }))
    // SQLite's own waiting would stop it for all of the 5 s.
    expect(longestMs).toBeLessThan(2000)
    await log.close()
  })

  test('an append gives up in time, has written nothing, and the same append succeeds later', async () => {
    const log = await openLog({ path, lockTimeoutMs: 60 })
    const started = performance.now()
    expect(await log.append('mesh-1', 2, batchOf('b', 2))).toEqual(locked)
    expect(performance.now() - started).toBeGreaterThanOrEqual(60)
    expect(await log.headRevision('mesh-1')).toEqual(E.right(2))
    other.exec('ROLLBACK')
    expect(await log.append('mesh-1', 2, batchOf('b', 2))).toEqual(E.right({ headRevision: 4 }))
    await log.close()
  })

  test('closing waits for the appends that were taken', async () => {
    const log = await openLog({ path, lockTimeoutMs: 60 })
    const pending = log.append('mesh-1', 2, batchOf('b', 2))
    await log.close()
    expect(await pending).toEqual(locked)
  })
})

describe('when the medium refuses', () => {
  test('a full disk: nothing of the append is there, and it succeeds when there is room again', async () => {
    const database = new DatabaseSync(path)
    const log = createEventLog(database, 25, 1000)
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {}
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`)
    const [large, alsoLarge] = await Promise.all([
      log.append('mesh-1', 2, batchOf('b', 200)),
      log.append('mesh-2', -1, batchOf('b', 200)),
    ])
    const full = E.left({
      code: 'event-log-unavailable',
      reason: 'the disk is full (SQLite 13: database or disk is full)',
    })
    expect([large, alsoLarge]).toEqual([full, full])
    expect(await log.headRevision('mesh-1')).toEqual(E.right(2))
    expect(await log.headRevision('mesh-2')).toEqual(E.right(-1))
    database.exec('PRAGMA max_page_count = 100000')
    expect(await log.append('mesh-1', 2, batchOf('b', 200))).toEqual(E.right({ headRevision: 202 }))
    await log.close()
  })

  test('a read-only file: reads work, appends say why not', async () => {
    const log = createEventLog(new DatabaseSync(path, { readOnly: true }), 25, 1000)
    expect(await log.headRevision('mesh-1')).toEqual(E.right(2))
    expect(await log.append('mesh-1', 2, batchOf('b', 1))).toMatchObject(
      E.left({ code: 'event-log-unavailable', reason: expect.stringContaining('the file or its folder is read-only') }),
    )
    await log.close()
  })
})

describe('group commit', () => {
  test('a thousand appends at once cost one commit, and one that is refused does not fail the others', async () => {
    const log = await openLog({ path })
    const run = vi.spyOn(StatementSync.prototype, 'run')
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => log.append(`mesh-${i}`, -1, batchOf(`b${i}`, i === 500 ? 0 : 1))),
    )
    const commits = run.mock.contexts.filter((statement) => (statement as StatementSync).sourceSQL === 'COMMIT')
    run.mockRestore()
    expect(outcomes.filter(E.isRight).length).toBe(999)
    expect(outcomes[1]).toEqual(E.left({ code: 'wrong-expected-revision', expectedRevision: -1, actualRevision: 2 }))
    expect(commits.length).toBe(1)
    await log.close()
  })
})
