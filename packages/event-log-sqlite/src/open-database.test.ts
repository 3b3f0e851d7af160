import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sqlite from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './open-database.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-open-database-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['full', 2],
  ['normal', 1],
] as const)(
  'synchronous %s is PRAGMA synchronous = %d, in write-ahead mode, with a short lock wait',
  async (synchronous, level) => {
    const opened = await openDatabase(sqlite, { path: join(folder, 'events.db'), synchronous, lockTimeoutMs: 100 })
    if (E.isLeft(opened)) throw new Error(opened.left.reason)
    const value = (name: string) => Object.values(opened.right.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect([value('synchronous'), value('journal_mode'), value('busy_timeout')]).toEqual([level, 'wal', 5])
    opened.right.close()
  },
)
