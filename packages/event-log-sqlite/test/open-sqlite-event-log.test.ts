import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { EventLog } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteEventLog, type SqliteEventLogOptions } from '../src/index.js'
import { batchOf } from './batches.js'
import { openLog, type TemporaryFolder, temporaryFolder } from './temporary-log.js'

let folder: TemporaryFolder
let path: string
beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder.path, 'events.db')
})
afterEach(() => folder.remove())

/** The refusal; nothing may have been written to the file. */
async function refusal(options: Partial<SqliteEventLogOptions> = {}) {
  const file = options.path ?? path
  const before = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
  const opened = await openSqliteEventLog({ path, lockTimeoutMs: 50, ...options })
  if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true)
  if (E.isLeft(opened)) return opened.left
  await opened.right.close()
  throw new Error('it opened')
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777
}

function foreignDatabase(sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

describe('the file', () => {
  test('is made, with its companions, for its owner only, whatever the umask', async () => {
    const umask = process.umask(0)
    const log = await openLog({ path }).finally(() => process.umask(umask))
    await log.append('mesh-1', -1, batchOf('a', 3))
    expect(readdirSync(folder.path).sort()).toEqual(['events.db', 'events.db-shm', 'events.db-wal'])
    for (const name of readdirSync(folder.path)) expect(modeOf(join(folder.path, name))).toBe(0o600)
    await log.close()
    expect(readdirSync(folder.path)).toEqual(['events.db'])
  })

  test('is taken from others when it was theirs to read', async () => {
    await openLog({ path }).then((log) => log.close())
    chmodSync(path, 0o644)
    await openLog({ path }).then((log) => log.close())
    expect(modeOf(path)).toBe(0o600)
  })

  test('is in write-ahead mode', async () => {
    const log = await openLog({ path })
    const other = new DatabaseSync(path)
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    other.close()
    await log.close()
  })

  test('may be made by several at once', async () => {
    const logs = await Promise.all(Array.from({ length: 8 }, () => openLog({ path })))
    const outcomes = await Promise.all(logs.map((log, i) => log.append(`mesh-${i}`, -1, batchOf('a', 1))))
    expect(outcomes.filter(E.isLeft)).toEqual([])
    await Promise.all(logs.map((log) => log.close()))
  })

  test('may be reached through a link, and by a relative path', async () => {
    const link = join(folder.path, 'link.db')
    const log: EventLog = await openLog({ path })
    symlinkSync(path, link)
    const other = await openLog({ path: link })
    await other.append('mesh-1', -1, batchOf('a', 3))
    expect(await log.headRevision('mesh-1')).toEqual(E.right(2))
    await Promise.all([log.close(), other.close()])
  })
})

describe('a file that is not ours is refused and left as it is', () => {
  test('of a newer layout', async () => {
    await openLog({ path }).then((log) => log.close())
    foreignDatabase('PRAGMA user_version = 2')
    expect(await refusal()).toEqual({
      code: 'event-log-schema-newer',
      foundVersion: 2,
      supportedVersion: 1,
      reason: 'the file has layout 2 and this program knows 1 at most: update it',
    })
  })

  test.each([
    ['with tables of its own', 'CREATE TABLE events (a)'],
    ['with a version of its own', 'PRAGMA user_version = 1'],
    ['of another application', 'PRAGMA application_id = 77; PRAGMA user_version = 1'],
  ])('a database %s', async (_name, sql) => {
    foreignDatabase(sql)
    expect(await refusal()).toEqual({
      code: 'not-an-event-log',
      reason: 'the file is an SQLite database of another program',
    })
  })

  test('no database', async () => {
    writeFileSync(path, 'just a text, long enough to have a header of the wrong kind '.repeat(100))
    expect(await refusal()).toMatchObject({ code: 'not-an-event-log' })
  })
})

describe('a place where no file can be', () => {
  test('a folder that is missing', async () => {
    const missing = join(folder.path, 'missing')
    expect(await refusal({ path: join(missing, 'events.db') })).toEqual({
      code: 'event-log-unavailable',
      reason: `there is no folder ${missing}`,
    })
  })

  test.each(['', ':memory:'])('%j', async (nowhere) => {
    expect(await refusal({ path: nowhere })).toEqual({
      code: 'event-log-unavailable',
      reason: 'the event log needs the path of a file',
    })
  })

  test('a folder instead of a file, and a path that is none', async () => {
    expect(await refusal({ path: folder.path })).toMatchObject({ code: 'event-log-unavailable' })
    expect(await refusal({ path: `${path}\u0000` })).toMatchObject({ code: 'event-log-unavailable' })
  })

  test('a file that someone keeps locked', async () => {
    await openLog({ path }).then((log) => log.close())
    const other = new DatabaseSync(path)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    expect(await refusal()).toMatchObject({
      code: 'event-log-unavailable',
      reason: 'another process holds the lock (SQLite 5: database is locked)',
    })
    other.close()
    await openLog({ path }).then((log) => log.close())
  })
})
