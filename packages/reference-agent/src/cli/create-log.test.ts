import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createLog } from './create-log.js'

const thrown: unknown[] = []
const note = (error: unknown) => void thrown.push(error)
const others = process.listeners('uncaughtException')
afterEach(() => {
  process.removeAllListeners('uncaughtException')
  for (const other of others) process.on('uncaughtException', other)
})

test('a log whose disk is full loses lines, and ends nobody', async () => {
  process.removeAllListeners('uncaughtException').on('uncaughtException', note)
  const fd = openSync('/dev/full', 'w')
  const log = createLog({ level: 'info', isJson: true, host: 'a' }, fd)
  for (let line = 0; line < 20_000; line += 1) log.info({ line }, 'a line that nobody can take')
  await pause(20)
  log.info({}, 'and one more')
  await pause(20)
  closeSync(fd)
  expect(thrown).toEqual([])
})
