import { afterEach, expect, it } from 'vitest'
import { byName, timeText } from './cli-io.js'
import { parsePast } from './parse-options.js'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

it('times that are printed are understood as they are meant, in every time zone', () => {
  process.env.TZ = 'America/New_York'
  const atEpochMs = 1_700_000_000_000
  expect(timeText(atEpochMs)).toBe('2023-11-14 22:13:20Z')
  expect(Date.parse(parsePast(() => 0)(timeText(atEpochMs)))).toBe(atEpochMs)
})

it('names are sorted as people count', () => {
  expect(byName(['web-10', 'web-9', 'db'].map((name) => ({ name }))).map(({ name }) => name)).toEqual([
    'db',
    'web-9',
    'web-10',
  ])
})
