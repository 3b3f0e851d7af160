import { expect, test } from 'vitest'
import { type SeriesRun, seriesPage } from './series-log.js'

const run = (scenario: string, number: number, outage: number, passed = true): SeriesRun => ({
  number,
  startedAt: new Date('2026-05-01T10:00:00Z'),
  seconds: 12.5,
  result: {
    scenario,
    passed,
    checks: [{ name: 'it is back', passed, detail: 'after 12 s | late' }],
    metrics: { 'outage-s': outage },
    skipped: [],
  },
})

const origin = { command: 'lab run a b --times 3', machine: 'Linux 6.18, 2 processors.' }
const page = seriesPage([run('a', 1, 3), run('b', 1, 2), run('a', 2, 1), run('a', 3, 9, false)], origin)

test('each scenario’s runs that passed, and the least, middle and greatest of each figure', () => {
  expect(page).toContain('| a | 2 of 3 | outage-s | 1 | 3 | 9 |')
  expect(page).toContain('| b | 1 of 1 | outage-s | 2 | 2 | 2 |')
  expect(page).toContain('4 runs, 1 failed.')
})

test('a run that failed says why, on its one line', () => {
  expect(page).toContain(
    '| 2026-05-01 10:00:00 | a | 3 | 12.5 s | **failed**: it is back: after 12 s \\| late | outage-s 9 |',
  )
})
