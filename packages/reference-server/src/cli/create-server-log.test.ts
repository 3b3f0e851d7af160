import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createServerLog } from './create-server-log.js'

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
  const log = createServerLog('info', fd)
  for (let line = 0; line < 20_000; line += 1) log.info({ line }, 'a line that nobody can take')
  await pause(20)
  log.info({}, 'and one more')
  await pause(20)
  closeSync(fd)
  expect(thrown).toEqual([])
})
