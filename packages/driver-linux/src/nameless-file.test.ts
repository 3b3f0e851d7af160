import { closeSync, statfsSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openNamelessFile, readNamelessFile, writeAnew } from './nameless-file.js'

/** Memory that is nearly full: a part is written, and nothing said of the rest until it is tried too. */
const nearlyFull = (bytesLeft: number) => {
  let left = bytesLeft
  return (file: number, bytes: Buffer, at: number) => {
    const taken = Math.min(bytes.length - at, left)
    if (taken === 0) throw new Error('ENOSPC')
    left -= taken
    return writeSync(file, bytes, at, taken, at)
  }
}

test('a file has all that was written, in place of what was there', () => {
  const file = openNamelessFile('a long text')
  writeAnew(file, 'short')
  expect(() => writeAnew(file, 'a rule; another', nearlyFull(3))).toThrow('ENOSPC')
  writeAnew(file, 'ü')
  expect(readNamelessFile(file)).toBe('ü')
})

test('it is in memory where there is some', () => {
  const file = openNamelessFile('a key')
  expect(statfsSync(`/proc/self/fd/${file}`).type).toBe(statfsSync('/dev/shm').type)
  closeSync(file)
})
