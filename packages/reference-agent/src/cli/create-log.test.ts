import { closeSync, openSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createLog } from './create-log.js'

test('a log whose disk is full loses lines, and ends nobody', () => {
  const fd = openSync('/dev/full', 'w')
  const log = createLog({ level: 'info', isJson: true, host: 'a' }, fd)
  // A destination that nobody listens to throws its error at whoever writes: each line is tried at once.
  const write = () => {
    for (let line = 0; line < 20_000; line += 1) log.info({ line }, 'a line that nobody can take')
  }
  expect(write).not.toThrow()
  closeSync(fd)
})
