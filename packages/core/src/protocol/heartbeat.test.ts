import { expect, test } from 'vitest'
import { createManualTimers } from '../testing/manual-timers.js'
import { startHeartbeat } from './heartbeat.js'

function start() {
  const timers = createManualTimers()
  const log: string[] = []
  const heartbeat = startHeartbeat({
    intervalMs: 1000,
    timers,
    beat: () => log.push('beat'),
    onSilent: (silentMs) => log.push(`silent for ${silentMs}`),
  })
  return { timers, log, heartbeat }
}

test('beats once per interval as long as it hears something', () => {
  const { timers, log, heartbeat } = start()
  for (let n = 0; n < 10; n++) {
    timers.advance(1000)
    heartbeat.heard()
  }
  expect(log).toEqual(Array(10).fill('beat'))
})

test('gives up within half an interval after the third heartbeat that did not come, once', () => {
  const { timers, log } = start()
  timers.advance(3000)
  expect(log).toEqual(['beat', 'beat', 'beat'])
  timers.advance(500)
  expect(log.at(-1)).toBe('silent for 3000')
  timers.advance(60_000)
  expect(log).toHaveLength(4)
  expect(timers.pending()).toBe(0)
})

test('a sign of life of any time counts for three intervals', () => {
  const { timers, log, heartbeat } = start()
  timers.advance(2900)
  heartbeat.heard()
  timers.advance(2900)
  expect(log.at(-1)).toBe('beat')
  timers.advance(700)
  expect(log.at(-1)).toBe('silent for 3000')
})

test('stops', () => {
  const { timers, log, heartbeat } = start()
  heartbeat.stop()
  heartbeat.stop()
  timers.advance(60_000)
  expect(log).toEqual([])
})
