import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, expect, test } from 'vitest'
import { createSchema, inspectSchema } from './schema.js'

const folder = mkdtempSync(join(tmpdir(), 'meshfold-schema-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("a file that another process makes while it is looked at is fresh or ours, never somebody else's", () => {
  const path = join(folder, 'events.db')
  const [one, other] = [new DatabaseSync(path), new DatabaseSync(path)]
  one.exec('PRAGMA journal_mode = WAL')
  const prepare = one.prepare.bind(one)
  one.prepare = (sql: string) => {
    if (sql.includes('sqlite_schema')) createSchema(other)
    return prepare(sql)
  }
  expect(inspectSchema(one)).toEqual(E.right('empty'))
  one.prepare = prepare
  expect(inspectSchema(one)).toEqual(E.right('ready'))
  one.close()
  other.close()
})
