import { DatabaseSync } from 'node:sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { attempt } from './sqlite-failure.js'

const inMemory = new DatabaseSync(':memory:')

test('what succeeds is handed through', () => {
  expect(attempt(() => 7)).toEqual(E.right(7))
})

test.each([
  [
    'unavailable',
    () => new DatabaseSync('/nowhere/at/all.db'),
    'the file can not be opened (SQLite 14: unable to open database file)',
  ],
  ['unavailable', () => inMemory.exec('SELECT nonsense'), 'no such column: nonsense (SQLite 1: SQL logic error)'],
  [
    'damaged',
    () => inMemory.prepare('SELECT 9007199254740993').get(),
    'Value is too large to be represented as a JavaScript number: 9007199254740993',
  ],
] as const)('SQLite says no: %s', (kind, action, reason) => {
  expect(attempt<unknown>(action)).toEqual(E.left({ kind, reason }))
})

test('a mistake in the program is thrown on', () => {
  const mistake = () => {
    throw new TypeError('a mistake')
  }
  expect(() => attempt(mistake)).toThrow(TypeError)
})
