import { closeSync, statfsSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { openNamelessFile, readNamelessFile, writeAnew } from './nameless-file.js'

/** Memory that is nearly full: a part is written, and nothing said of the rest until it is tried too. */
const left = vi.hoisted(() => ({ bytes: Number.POSITIVE_INFINITY }))
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  return {
    ...real,
    writeSync: (file: number, bytes: Buffer, from: number, length: number, at: number) => {
      const taken = Math.min(length, left.bytes)
      if (taken === 0) throw new Error('ENOSPC')
      left.bytes -= taken
      return real.writeSync(file, bytes, from, taken, at)
    },
  }
})

test('a file has all that was written, or none is had', () => {
  const file = openNamelessFile('a long text')
  writeAnew(file, 'short')
  left.bytes = 3
  expect(() => writeAnew(file, 'a rule; another')).toThrow('ENOSPC')
  left.bytes = 3
  expect(() => openNamelessFile('a rule; another')).toThrow('ENOSPC')
  left.bytes = Number.POSITIVE_INFINITY
  writeAnew(file, 'ü')
  expect(readNamelessFile(file)).toBe('ü')
})

test('it is in memory where there is some', () => {
  const file = openNamelessFile('a key')
  expect(statfsSync(`/proc/self/fd/${file}`).type).toBe(statfsSync('/dev/shm').type)
  closeSync(file)
})
