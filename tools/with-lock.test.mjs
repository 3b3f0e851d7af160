import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from './with-lock.mjs'

let folder = ''
let lock = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-lock-'))
  lock = join(folder, 'inside', 'a.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('withLock', () => {
  it('lets one in at a time, and everybody in the end', async () => {
    let inside = 0
    let most = 0
    const enter = () =>
      withLock(lock, async () => {
        inside += 1
        most = Math.max(most, inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside -= 1
      })
    await Promise.all([enter(), enter(), enter()])
    expect(most).toBe(1)
    expect(existsSync(lock)).toBe(false)
  })
  it('is free again after a failure', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(lock, () => 'yes')).toBe('yes')
  })
  it('takes over from a process that died', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const file = join(folder, 'b.lock')
    writeFileSync(file, String(pid))
    expect(await withLock(file, () => 'yes')).toBe('yes')
  })
})
