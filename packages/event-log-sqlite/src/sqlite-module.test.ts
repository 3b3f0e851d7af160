import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { loadSqlite, type SqliteModule } from './sqlite-module.js'

test('finds the SQLite of this Node', () => {
  expect(E.isRight(loadSqlite())).toBe(true)
})

const missing = E.left({
  code: 'node-sqlite-missing',
  nodeVersion: '20.19.0',
  reason: 'Node 20.19.0 has no built-in SQLite that can be used: Node 22.18 or newer is needed',
})

test('a Node without one says which Node is needed', () => {
  expect(loadSqlite(() => undefined, '20.19.0')).toEqual(missing)
})

test('a Node with an early one too', () => {
  class StatementSync {}
  expect(loadSqlite(() => ({ StatementSync }) as unknown as SqliteModule, '20.19.0')).toEqual(missing)
})
