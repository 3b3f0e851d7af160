import { expect, test } from 'vitest'
import { mayHaveRow, rowPattern } from './vitest-rows.mjs'

const names = [
  'B3 a gateway goes',
  'clients > B3 they move',
  'clients > A2 B3 B4 they keep their address',
  'clients > B31 there is no such row',
  'clients > a B3 in the middle',
  'B5 files > they are exact',
]
const found = (/** @type {RegExp} */ pattern) => names.filter((name) => name.match(rowPattern(pattern)))

test('a row is found alone, in suites, and among others', () => {
  expect(found(/^B3 /)).toEqual(names.slice(0, 3))
  expect(found(/^B3/)).toEqual(names.slice(0, 3))
})

test('what comes after the row narrows it', () => {
  expect(found(/^B3 they/)).toEqual(['clients > B3 they move'])
})

test('what names no row stays as it is', () => {
  expect(rowPattern(/^clients/)).toEqual(/^clients/)
  expect(found(/B3/)).toHaveLength(5)
})

test('a file without the row need not be loaded', () => {
  expect(mayHaveRow(/^B3 /, "test('A2 B3 B4 they keep it', …)")).toBe(true)
  expect(mayHaveRow(/^B3 they/, 'test(`B3 everybody keeps it`, …)')).toBe(true)
  expect(mayHaveRow(/^B3 /, "test('B31 is none', …) // as B3 says")).toBe(false)
  expect(mayHaveRow(/clients/, 'anything')).toBe(true)
})
