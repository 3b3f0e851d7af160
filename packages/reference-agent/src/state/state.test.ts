import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileSecretVault } from './file-secret-vault.js'
import { lockHolder, takeLock } from './lock-file.js'
import { StateFolder } from './state-folder.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-agent-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const secret = Uint8Array.from({ length: 32 }, (_, i) => i)

test('a secret is kept for its owner alone, replaced, and taken away', async () => {
  const vault = createFileSecretVault(join(folder, 'keys'))
  expect(await vault.read('wireguard')).toEqual(E.right(undefined))
  expect(await vault.write('wireguard', secret)).toEqual(E.right(undefined))
  expect(await vault.read('wireguard')).toEqual(E.right(secret))
  expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'keys', 'wireguard')).mode & 0o777).toBe(0o600)
  await vault.write('wireguard', new Uint8Array(32))
  expect(await vault.read('wireguard')).toEqual(E.right(new Uint8Array(32)))
  expect(await vault.remove('wireguard')).toEqual(E.right(undefined))
  expect(await vault.remove('wireguard')).toEqual(E.right(undefined))
  expect(await vault.read('wireguard')).toEqual(E.right(undefined))
})

test.runIf(process.platform === 'linux')('where there can be no folder, that is said at once', async () => {
  const nothing = new StateFolder('/proc/nothing/below')
  expect(await nothing.make()).toMatchObject(E.left({ code: 'state-unavailable' }))
  const made = new StateFolder(join(folder, 'some', 'below'))
  expect(await Promise.all([made.make(), made.make()])).toEqual([E.right(undefined), E.right(undefined)])
  expect(statSync(join(folder, 'some')).mode & 0o777).toBe(0o700)
})

test('what a writer left that was killed holds a secret, too: it goes with the next change', async () => {
  const vault = createFileSecretVault(folder)
  const left = ['.wireguard.0a1b2c.tmp', '.wireguard-next.0a1b2c.tmp']
  for (const name of left) writeFileSync(join(folder, name), 'a secret', { mode: 0o600 })
  await vault.write('wireguard', secret)
  expect(readdirSync(folder).sort()).toEqual(['.wireguard-next.0a1b2c.tmp', 'wireguard'])
  await vault.remove('wireguard-next')
  expect(readdirSync(folder)).toEqual(['wireguard'])
})

test('a secret that others could read, or that is damaged, is not used, and not repeated', async () => {
  const vault = createFileSecretVault(folder)
  await vault.write('wireguard', secret)
  chmodSync(join(folder, 'wireguard'), 0o644)
  expect(await vault.read('wireguard')).toMatchObject(E.left({ code: 'secret-exposed' }))
  chmodSync(join(folder, 'wireguard'), 0o600)
  writeFileSync(join(folder, 'wireguard'), 'half a sec')
  const damaged = await vault.read('wireguard')
  expect(damaged).toMatchObject(E.left({ code: 'secret-vault-unavailable' }))
  expect(JSON.stringify(damaged)).not.toContain('half a sec')
  await expect(async () => vault.read('../wireguard')).rejects.toThrow(TypeError)
})

test('one process at a time holds a lock, until it is released', async () => {
  const file = join(folder, 'agent.lock')
  const first = await takeLock(file)
  expect(E.isRight(first)).toBe(true)
  expect(await takeLock(file)).toEqual(E.left({ code: 'lock-held', pid: process.pid }))
  expect(await lockHolder(file)).toBe(process.pid)
  if (E.isRight(first)) first.right.release()
  expect(existsSync(file)).toBe(false)
  expect(E.isRight(await takeLock(file))).toBe(true)
})

test('a lock of a process that died, or whose number another has now, is taken over', async () => {
  const file = join(folder, 'agent.lock')
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('exit', resolve))
  for (const holder of [
    { pid: child.pid, started: '' },
    { pid: process.pid, started: 'another boot 17' },
  ]) {
    writeFileSync(file, JSON.stringify(holder))
    expect(await lockHolder(file)).toBeUndefined()
    const taken = await takeLock(file)
    expect(E.isRight(taken)).toBe(true)
    if (E.isRight(taken)) taken.right.release()
  }
  writeFileSync(file, 'half a li')
  expect(E.isRight(await takeLock(file))).toBe(true)
})

test('of many who want a stale lock one gets it', async () => {
  const file = join(folder, 'agent.lock')
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'another boot 17' }))
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => takeLock(file)))
  expect(outcomes.filter(E.isRight)).toHaveLength(1)
  expect(readFileSync(file, 'utf8')).toContain(String(process.pid))
})
