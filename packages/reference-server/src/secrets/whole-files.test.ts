import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeWhole } from './whole-files.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-whole-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what could not be written leaves nothing behind', async () => {
  const path = join(folder, 'taken')
  mkdirSync(path)
  writeFileSync(join(path, 'by'), 'others')
  await expect(writeWhole(path, new TextEncoder().encode('new'))).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['taken'])
  await writeWhole(join(folder, 'file'), new TextEncoder().encode('new'))
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new')
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken'])
})
