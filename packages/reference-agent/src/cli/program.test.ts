import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverFingerprint } from '@meshfold/core'
import { sampleCreateMesh } from '@meshfold/core/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import { sampleKeys } from '../../test/support/sample-world.js'
import { createFileSecretVault } from '../state/file-secret-vault.js'
import { runProgram } from './program.js'
import { TOKEN_VARIABLE } from './read-token.js'

let folder = ''
let stdout = ''
let stderr = ''
const cwd = process.cwd()
const path = process.env.PATH

/** A machine on which `ip` finds nothing. */
const quietIp = `#!/bin/sh
case "$1" in -V) echo 'ip utility, iproute2-6.1.0' ;; *) echo '[]' ;; esac
`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshfold-agent-'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'ip'), quietIp, { mode: 0o755 })
  process.env.PATH = `${join(folder, 'bin')}:${path}`
  stdout = ''
  stderr = ''
  const take = (add: (text: string) => void) => (text: unknown) => {
    add(String(text))
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(
    take((text) => {
      stdout += text
    }),
  )
  vi.spyOn(process.stderr, 'write').mockImplementation(
    take((text) => {
      stderr += text
    }),
  )
})
afterEach(() => {
  vi.restoreAllMocks()
  delete process.env[TOKEN_VARIABLE]
  process.env.PATH = path
  process.chdir(cwd)
  rmSync(folder, { recursive: true })
})

const agent = (...args: readonly string[]) => runProgram(['node', 'meshfold-agent', ...args])

const token = `key_1.${'A'.repeat(43)}.${'A'.repeat(43)}`

test('help has examples, the version is the package', async () => {
  expect(await agent('--help')).toBe(0)
  expect(stdout).toContain('Examples:')
  expect(await agent('--version')).toBe(0)
  expect(stdout).toMatch(/\n\d+\.\d+\.\d+\n$/)
})

test('wrong usage exits with 2 and says how it is written', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['enroll'], /--server <url>/],
    [['enroll', '--server', 'mesh.example.com'], /is written https:/],
    [['enroll', '--server', 'http://a', '--listen-port', '0'], /1 to 65535/],
    [['enroll', '--server', 'http://a', '--endpoint', '10.0.0.1'], /203\.0\.113\.5:51820/],
    [['enroll', '--server', 'http://a', '--endpoint', '127.0.0.1:1'], /loopback/],
    [['enroll', '--server', 'http://a', '--exclude-prefix', '10.0.0.0/33'], /prefix|length/],
    [['enroll', '--server', 'http://a', '--name', 'Über'], /a-z, 0-9/],
    [['enroll', '--server', 'http://a', '--interface', 'much-too-long-name'], /1 to 15/],
    [['run', '--log-level', 'loud'], /Allowed choices/],
    [['fly'], /unknown command/],
  ]
  for (const [args, words] of wrong) {
    stderr = ''
    expect(await agent(...args), args.join(' ')).toBe(2)
    expect(stderr, args.join(' ')).toMatch(words)
  }
})

test('commands of a folder without a host say how to enrol, as JSON too', async () => {
  for (const command of ['run', 'status', 'down']) {
    stderr = ''
    expect(await agent(command, '--state', folder)).toBe(1)
    expect(stderr).toContain('meshfold-agent enroll')
  }
  expect(await agent('status', '--state', folder, '--json')).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not-enrolled' } })
})

test('a damaged enrolment is named, with the way out', async () => {
  writeFileSync(join(folder, 'enrollment.json'), '{"format":1')
  expect(await agent('run', '--state', folder)).toBe(1)
  expect(stderr).toMatch(/enrollment\.json is damaged.*backup/)
})

test('what is no token is refused without repeating it; a token on the command line is warned of', async () => {
  process.env[TOKEN_VARIABLE] = 'key_1.secret'
  expect(await agent('enroll', '--server', 'http://127.0.0.1:1', '--state', folder)).toBe(2)
  expect(stderr).toContain('not an enrolment token')
  expect(stderr).not.toContain('secret.')
  const code = await agent('enroll', '--server', 'http://127.0.0.1:1', '--state', folder, '--token', token)
  expect(code).toBe(3)
  expect(stderr).toContain('every user of this machine can read')
  expect(stderr).not.toContain('AAAA')
})

test('a server that is not there: exit code 3, the keys are made and stay the same', async () => {
  process.env[TOKEN_VARIABLE] = token
  const args = ['enroll', '--server', 'http://127.0.0.1:1', '--state', join(folder, 'new', 'state')]
  expect(await agent(...args)).toBe(3)
  expect(stderr).toContain('No answer from http://127.0.0.1:1')
  const key = join(folder, 'new', 'state', 'keys', 'wireguard')
  const made = readFileSync(key, 'utf8')
  expect(statSync(join(folder, 'new', 'state')).mode & 0o777).toBe(0o700)
  expect(await agent(...args)).toBe(3)
  expect(readFileSync(key, 'utf8')).toBe(made)
})

test('a state folder that others may change is refused', async () => {
  const open = join(folder, 'open')
  mkdirSync(open)
  writeFileSync(join(folder, 'token'), token)
  chmodSync(open, 0o777)
  expect(
    await agent('enroll', '--server', 'http://127.0.0.1:1', '--state', open, '--token-file', join(folder, 'token')),
  ).toBe(1)
  expect(stderr).toContain('chmod 700')
})

test("a token of another server is refused, with both ways out; so is a change of the interface's name", async () => {
  const keys = sampleKeys()
  const { meshId } = sampleCreateMesh()
  const record = {
    ...{ format: 1, serverUrl: 'http://127.0.0.1:1/', serverCa: null, agentUrlPath: '/agent', meshId, epoch: 1 },
    ...{ serverIdentityKey: keys.identityKey, identityKey: keys.identityKey, wireguardKey: keys.wireguardKey },
    ...{ hostId: 'host-1', name: 'web-1', interfaceName: 'wg0', listenPort: 51_821 },
    ...{ declaredEndpoints: [], excludedPrefixes: [] },
  }
  writeFileSync(join(folder, 'enrollment.json'), JSON.stringify(record))
  const vault = createFileSecretVault(join(folder, 'keys'))
  await vault.write('wireguard', keys.wireguardPrivateKey)
  await vault.write('identity', keys.identityPrivateKey)
  process.env[TOKEN_VARIABLE] = token
  const args = ['enroll', '--server', 'http://127.0.0.1:1', '--state', folder]
  expect(await agent(...args)).toBe(1)
  expect(stderr).toMatch(/another server's.*--interface wg1.*--purge/)
  const pin = serverFingerprint(nodeCrypto, nodeCrypto.ed25519PublicKeyOf(keys.identityPrivateKey))
  process.env[TOKEN_VARIABLE] = `key_1.${'A'.repeat(43)}.${pin}`
  expect(await agent(...args, '--interface', 'wg7')).toBe(2)
  expect(stderr).toContain("This host's interface is wg0")
  expect(await agent(...args)).toBe(3)
  await vault.write('wireguard', sampleKeys().wireguardPrivateKey)
  expect(await agent('run', '--state', folder)).toBe(1)
  expect(stderr).toContain('not those that this host enrolled with')
})
