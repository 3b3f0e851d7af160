/** The recorded hosts are still what this machine's tools print; with `MESHFOLD_RECORD=1` they are recorded anew. */
import { writeFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { type Host, Lab, leaveOut } from '../../lab/src/index.js'
import type { CommandRunner } from '../src/command.js'
import { openUserspaceSocket } from '../src/userspace-socket.js'
import {
  fixtureNames,
  fixturePath,
  fixtureTimeEpochMs,
  fixtureVariables,
  observationAsJson,
  readFixture,
  recordingsOf,
} from './support/fixtures.js'
import { driverOptions, interfaceName, opened } from './support/lab-driver.js'

const isRecording = process.env.MESHFOLD_RECORD === '1'
/** What a second run can't repeat. */
const passing = new Set(['latestHandshakeAtEpochMs', 'receivedBytes', 'sentBytes', 'listenPort'])

test.for(fixtureNames)('%s', async (name, { skip }) => {
  await using lab = await Lab.open()
  const [host] = await lab.hosts(['recorded'])
  const setup = readFixture(name, 'setup.sh')
  if (setup === undefined) throw new Error(`${name} has no setup.sh`)
  if (setup.includes('type wireguard') && !(await hasKernelWireguard(host)))
    leaveOut(skip, { lack: 'kernel-module', reason: 'the kernel has no WireGuard' })
  await host.sh(`set -e\n${fixtureVariables}\n${setup}`)
  const found = observationAsJson(await observeWith(host, name))
  if (isRecording) return writeFileSync(fixturePath(name, 'expected.json'), `${JSON.stringify(found, null, 2)}\n`)
  const expected: unknown = JSON.parse(readFixture(name, 'expected.json') ?? 'null')
  expect(withoutPassing(found)).toEqual(withoutPassing(expected))
})

async function observeWith(host: Host, name: string) {
  const options = driverOptions(host, () => new Uint8Array(32))
  const runner = options.commandRunner
  if (runner === undefined) throw new Error('no runner')
  const commandRunner = isRecording ? recordingRunner(runner, name) : runner
  if (isRecording) await recordSocket(host, name)
  const driver = await opened({ ...options, commandRunner, nowEpochMs: () => fixtureTimeEpochMs })
  const observed = await driver.observe()
  if (E.isLeft(observed)) throw new Error(JSON.stringify(observed.left))
  return observed.right
}

function recordingRunner(runner: CommandRunner, name: string): CommandRunner {
  return async (command) => {
    const ended = await runner(command)
    const files = recordingsOf(command)
    if (E.isLeft(ended) || ended.right.exitCode !== 0) return ended
    const { stdout } = ended.right
    for (const [at, text] of (files.length === 1 ? [stdout] : stdout.split('\n')).entries()) {
      const file = files[at]
      if (file === undefined) continue
      const shown = file.endsWith('.json') ? `${JSON.stringify(JSON.parse(text || '[]'), null, 1)}\n` : text
      writeFileSync(fixturePath(name, file), shown)
    }
    return ended
  }
}

async function recordSocket(host: Host, name: string): Promise<void> {
  const folder = `/proc/${host.pid}/root/run/wireguard`
  const lines = await openUserspaceSocket({ folder, interfaceName }).get()
  if (E.isRight(lines) && lines.right !== undefined)
    writeFileSync(fixturePath(name, 'uapi-get.txt'), lines.right.join('\n'))
}

async function hasKernelWireguard(host: Host): Promise<boolean> {
  return (await host.trySh('ip link add probe0 type wireguard && ip link del probe0')).code === 0
}

function withoutPassing(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (key, value) => (passing.has(key) ? typeof value : value))
}
