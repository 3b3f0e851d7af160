import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder, obstacleToFolder } from './make-folder.js'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a folder and those above it, for their owner alone; again changes nothing', () => {
  const folder = scratch()
  for (const _ of ['first', 'again']) makeFolder(join(folder, 'deep', 'down'))
  for (const name of ['deep', 'deep/down']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700)
})

test('where no folder can be made it says so, and ends', () => {
  const folder = scratch()
  writeFileSync(join(folder, 'file'), '')
  expect(obstacleToFolder('/proc/nothing/below')).toBe(
    "The folder /proc/nothing/below can't be made (ENOENT). Name another one.",
  )
  expect(obstacleToFolder(join(folder, 'file'))).toMatch(/EEXIST/)
  expect(obstacleToFolder(join(folder, 'file', 'below'))).toMatch(/EEXIST/)
  expect(obstacleToFolder(join(folder, 'new'))).toBeUndefined()
})
