import { expect, test } from 'vitest'
import { allRows, rowComplaints } from './check-rows.mjs'
import { rowsOf, testNames } from './row-tests.mjs'

const known = { commands: ['AddThing'], events: ['ThingAdded'], errors: ['thing-taken'] }
const named = { commands: 'AddThing', events: 'ThingAdded', errors: 'thing-taken' }
const tests = allRows.map((id) => ({ file: 'things.test.ts', name: `${id} holds`, rows: [id] }))
const rows = Object.fromEntries(allRows.map((id) => [id, { rule: `The rule ${id}.`, ...named }]))
const book = { rows, ofNoRow: {}, notYet: [] }

/** @param {Partial<import('./check-rows.mjs').Book>} changes @param {typeof tests} [others] */
const complaints = (changes, others = tests) => rowComplaints({ ...book, ...changes }, known, others)

test('a complete book has nothing to complain of', () => {
  expect(complaints({})).toEqual([])
})

test('names that core does not know, and names of core that no row has', () => {
  const [first, ...others] = complaints({ rows: { ...rows, A1: { rule: 'One.', ...named, errors: 'thing-gone' } } })
  expect(first).toContain("A1 names thing-gone, which is none of core's errors")
  expect(others).toEqual([])
  const without = Object.fromEntries(allRows.map((id) => [id, { rule: 'One.', lives: 'agent' }]))
  expect(complaints({ rows: without })).toEqual([
    expect.stringContaining('no row names AddThing: add it to the commands'),
    expect.stringContaining('no row names ThingAdded: add it to the events'),
    expect.stringContaining('no row names thing-taken: add it to the errors'),
  ])
  const ofNoRow = { AddThing: 'a', ThingAdded: 'b', 'thing-taken': 'c', NothingAtAll: 'd' }
  expect(complaints({ rows: without, ofNoRow })).toEqual([expect.stringContaining('ofNoRow names NothingAtAll')])
})

test('rows without tests, without a place, or not there at all', () => {
  const { B3: _left, ...others } = rows
  expect(complaints({ rows: others })).toEqual([expect.stringContaining('row B3 is missing')])
  expect(complaints({}, tests.slice(1))).toEqual([expect.stringContaining('A1 has no test: begin the name of one')])
  expect(complaints({ rows: { ...rows, C7: { rule: 'One.' } } })).toEqual([
    expect.stringContaining('C7 has neither commands nor a word'),
  ])
  expect(complaints({ rows: { ...rows, C7: { rule: 'One.', lives: 'agent cloud' } } })).toEqual([
    expect.stringContaining('C7 lives in "cloud": write projection, driver, agent, server'),
  ])
})

test('a test elsewhere proves a row while it is there', () => {
  const others = [...tests.slice(1), { file: 'more.test.ts', name: 'all of it holds', rows: [] }]
  const proofs = ['more.test.ts › all of it']
  expect(complaints({ rows: { ...rows, A1: { rule: 'One.', ...named, proofs } } }, others)).toEqual([])
  expect(complaints({ rows: { ...rows, A1: { rule: 'One.', ...named, proofs } } })).toEqual([
    expect.stringContaining('A1 is proved by "more.test.ts › all of it", which there is not'),
  ])
})

test('rows to come may lack what they lack, and only while they do', () => {
  expect(complaints({ notYet: ['A1'] }, tests.slice(1))).toEqual([])
  expect(complaints({ notYet: ['A1'], rows: { ...rows, A1: { rule: 'One.', commands: 'AddMore' } } })).toEqual([])
  expect(complaints({ notYet: ['A1'] })).toEqual([expect.stringContaining('A1 has all that a row needs')])
})

test('tests of rows that there are not', () => {
  const others = [...tests, { file: 'more.test.ts', name: 'H1 holds', rows: ['H1'] }]
  expect(complaints({ notYet: ['A99'] }, others)).toEqual([
    expect.stringContaining('there is no row A99'),
    expect.stringContaining('more.test.ts: "H1 holds" is of H1'),
  ])
})

test('names of tests and suites are found, and the rows that they begin with', () => {
  const text = `describe('B5 files', () => {
    test.each(['a'])('B5 D6 %s', () => undefined)
    it(\`G1 \${name} is\`, () => undefined)
    test.skipIf(true)('nothing', () => expect('A1 no name').toBe(1))
  })`
  const names = testNames('x.test.ts', text)
  expect(names).toEqual(['B5 files', 'B5 D6 %s', 'G1 ', 'nothing'])
  expect(names.map(rowsOf)).toEqual([['B5'], ['B5', 'D6'], ['G1'], []])
  expect(rowsOf('X25519 is no row')).toEqual([])
})
