import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../src/wait-until.js'

const sandboxExec = fileURLToPath(new URL('../dist/sandbox-exec.js', import.meta.url))

/** Processes that sleep for this long. */
function sleepersFor(word: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(readCommandLine).filter((line) => line.endsWith(`sleep\0${word}\0`) && !line.startsWith('setsid'))
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function start(...command: readonly string[]) {
  const child = spawn(process.execPath, [sandboxExec, ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test('the exit code is passed on, and inside there is nothing but loopback', () => {
  const run = () => execFileSync(process.execPath, [sandboxExec, 'sh', '-c', 'ls /sys/class/net; exit 9'])
  expect(run).toThrow(expect.objectContaining({ status: 9, stdout: Buffer.from('lo\n') }))
})

test("the machine's /etc can be read and not written", () => {
  const script = 'test -r /etc/hosts || exit 2; touch /etc/hosts 2>&1; touch /etc/meshfold-sandbox 2>&1'
  const run = () => execFileSync(process.execPath, [sandboxExec, 'sh', '-c', script])
  expect(run).toThrow(expect.objectContaining({ status: 1, stdout: expect.anything() }))
  expect(existsSync('/etc/meshfold-sandbox')).toBe(false)
})

test('no command: usage and a code of its own', () => {
  expect(() => execFileSync(process.execPath, [sandboxExec], { stdio: 'pipe' })).toThrow(
    expect.objectContaining({ status: 2 }),
  )
})

test('SIGTERM reaches the command, which may end in its own way', async () => {
  const child = start('sh', '-c', 'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done')
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([3, null])
})

test('kill -9 leaves nothing of it, not even what had gone into the background', async () => {
  const child = start('sh', '-c', 'setsid sleep 31977 & setsid sleep 31977 & echo up; wait')
  await once(child.stdout, 'data')
  await waitUntil('both have become what they are', () => sleepersFor('31977').length === 2)
  child.kill('SIGKILL')
  await waitUntil('nothing is left', () => sleepersFor('31977').length === 0)
})
