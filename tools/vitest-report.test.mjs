import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './toolchain.mjs'
import { readVitestReport } from './vitest-report.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-report-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** @param {unknown} testResults @param {number} exitCode @param {string} [output] */
const read = (testResults, exitCode, output = '') => {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify({ testResults }))
  return readVitestReport(file, exitCode, output)
}
const test = (/** @type {string} */ status) => ({ status, fullName: `a ${status} test`, failureMessages: ['because'] })
const file = (/** @type {string} */ status, /** @type {unknown[]} */ assertionResults, message = '') => ({
  name: join(root, 'packages', 'a.test.ts'),
  status,
  message,
  assertionResults,
})

describe('readVitestReport', () => {
  it('counts tests; skipped ones count neither way', () => {
    const report = read([file('passed', [test('passed'), test('passed'), test('skipped'), test('todo')])], 0)
    expect(report).toEqual({ passed: 2, failed: 0, details: '' })
  })
  it('names failed tests with the file and the reason', () => {
    const report = read([file('failed', [test('passed'), test('failed')])], 1)
    expect(report).toMatchObject({ passed: 1, failed: 1 })
    expect(report.details).toMatch(/a\.test\.ts › a failed test\nbecause/)
  })
  it('counts a file that cannot be run', () => {
    const report = read([file('failed', [], 'syntax error')], 1)
    expect(report).toMatchObject({ passed: 0, failed: 1 })
    expect(report.details).toContain('syntax error')
  })
  it('counts a bad end that no test explains', () => {
    const report = read([file('passed', [test('passed')])], 1, 'Unhandled rejection')
    expect(report).toMatchObject({ passed: 1, failed: 1 })
    expect(report.details).toContain('Unhandled rejection')
  })
  it('counts a missing report as a failure', () => {
    expect(readVitestReport(join(folder, 'absent.json'), 1, 'crashed')).toMatchObject({ passed: 0, failed: 1 })
    expect(readVitestReport(join(folder, 'absent.json'), 0, '')).toMatchObject({ passed: 0, failed: 1 })
  })
})
