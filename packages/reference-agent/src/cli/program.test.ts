import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverFingerprint } from '@meshfold/core'
import { sampleCreateMesh } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import { sampleKeys } from '../../test/support/sample-world.js'
import { createFileSecretVault } from '../state/file-secret-vault.js'
import { claimInterface } from '../system/interface-claim.js'
import { enrollFailure, folderFailure } from './cli-failure.js'
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

/** A folder of a host that enrolled. */
const enrolled = async (interfaceName: string) => {
  const keys = sampleKeys()
  const { meshId } = sampleCreateMesh()
  const record = {
    ...{ format: 1, serverUrl: 'http://127.0.0.1:1/', serverCa: null, agentUrlPath: '/agent', meshId, epoch: 1 },
    ...{ serverIdentityKey: keys.identityKey, identityKey: keys.identityKey, wireguardKey: keys.wireguardKey },
    ...{ hostId: 'host-1', name: 'web-1', interfaceName, listenPort: 51_821 },
    ...{ declaredEndpoints: [], excludedPrefixes: [] },
  }
  writeFileSync(join(folder, 'enrollment.json'), JSON.stringify(record))
  const vault = createFileSecretVault(join(folder, 'keys'))
  await vault.write('wireguard', keys.wireguardPrivateKey)
  await vault.write('identity', keys.identityPrivateKey)
  return { keys, vault }
}

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
    [['enroll', '--server', 'http://a', '--interface', 'wg+'], /not end with \+/],
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

test('a damaged enrolment does not keep a host from enrolling: anew, with the same keys and on the same interface', async () => {
  const vault = createFileSecretVault(join(folder, 'keys'))
  const keys = sampleKeys()
  await vault.write('wireguard', keys.wireguardPrivateKey)
  await vault.write('identity', keys.identityPrivateKey)
  writeFileSync(join(folder, 'enrollment.json'), '{"format":1,"interfaceName": "mesh0","name"')
  process.env[TOKEN_VARIABLE] = token
  const args = ['enroll', '--server', 'http://127.0.0.1:1', '--state', folder]
  expect(await agent(...args)).toBe(3)
  expect(stderr).toMatch(/enrollment\.json is damaged.*enrolling anew with the same keys.*mesh0.*give them again/)
  expect(await vault.read('wireguard')).toEqual(E.right(keys.wireguardPrivateKey))
  expect(await agent(...args, '--interface', 'wg7')).toBe(2)
  expect(stderr).toContain("This host's interface is mesh0")
})

test.each([
  ['damaged, the interface still named', '{"interfaceName": "mesh0"', 'mesh0'],
  ['damaged', 'half a rec', null],
  ['never written', undefined, null],
])('down --purge empties a folder whose record is %s', async (_, record, interfaceName) => {
  mkdirSync(join(folder, 'keys'))
  writeFileSync(join(folder, 'keys', 'wireguard'), 'no base64!', { mode: 0o600 })
  if (record !== undefined) writeFileSync(join(folder, 'enrollment.json'), record)
  const args = ['down', '--state', folder, '--purge', '--json']
  expect(await agent(...args, '--yes')).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    ...{ name: null, hostId: null, interface: interfaceName, wasRunning: false, purged: true },
  })
  expect(readdirSync(folder)).toEqual(['bin'])
  stdout = ''
  expect(await agent(...args, '--yes')).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not-enrolled' } })
})

test('a key that is no base64 is named, with the way out', async () => {
  process.env[TOKEN_VARIABLE] = token
  mkdirSync(join(folder, 'keys'))
  writeFileSync(join(folder, 'keys', 'wireguard'), 'no base64!', { mode: 0o600 })
  expect(await agent('enroll', '--server', 'http://127.0.0.1:1', '--state', folder)).toBe(1)
  expect(stderr).toMatch(
    /keys\/wireguard is damaged: it holds no base64\. .*backup.*down --state .* --purge, then enroll/,
  )
  expect(stderr).not.toContain('no base64!')
})

test.each([
  [404, '<html>Not Found</html>', /does not speak like a Meshfold server: HTTP status 404\. Check the URL/],
  [200, '<html>Welcome</html>', /does not speak like a Meshfold server: it is no JSON\. Check the URL/],
  [405, '{"message":"no such method"}', /does not speak like a Meshfold server: HTTP status 405\. Check the URL/],
  [301, '', /does not speak like a Meshfold server: it redirects/],
])('a server that answers %i %s is not taken for a mesh server', async (status, body, words) => {
  process.env[TOKEN_VARIABLE] = token
  const server = createServer((_, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await agent('enroll', '--server', `http://127.0.0.1:${port}`, '--state', folder)).toBe(1)
  expect(stderr).toMatch(words)
  stderr = ''
  expect(await agent('enroll', '--server', `https://127.0.0.1:${port}`, '--state', folder)).toBe(3)
  expect(stderr).toContain('is it http:// instead of https://')
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('a proxy without its server behind it is a server that is away', () => {
  const refusal = { code: 'server-refused', status: 502, refusal: '', message: '' } as const
  const failure = enrollFailure(refusal, 'https://mesh.example.com')
  expect(failure.exitCode).toBe(3)
  expect(failure.message).toMatch(/HTTP status 502: a proxy.*Is the server running/)
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
  const { keys, vault } = await enrolled('wg0')
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

test("an interface that another agent has is refused, and left where it is, by whoever's folder says it is theirs", async () => {
  const interfaceName = `t${process.pid}`
  const claimed = await claimInterface(interfaceName)
  const { vault } = await enrolled(interfaceName)
  expect(await agent('run', '--state', folder)).toBe(1)
  expect(await agent('down', '--state', folder)).toBe(1)
  expect(stderr.match(new RegExp(`has ${interfaceName}.*--interface <name>.*--control-range`, 'g'))).toHaveLength(2)
  expect(await vault.read('wireguard')).toMatchObject({ _tag: 'Right' })
  expect(await agent('down', '--state', folder, '--purge', '--yes')).toBe(0)
  expect(stdout).toContain(`${interfaceName} stays: another agent has it`)
  process.chdir(cwd)
  process.env[TOKEN_VARIABLE] = token
  const enroll = ['enroll', '--server', 'http://127.0.0.1:1', '--state', folder, '--interface', interfaceName]
  expect(await agent(...enroll)).toBe(1)
  if (E.isRight(claimed)) claimed.right.release()
  expect(await agent(...enroll)).toBe(3)
})

test('a state folder that is somebody else’s is told with the way out', () => {
  const failure = (reason: string) => folderFailure({ code: 'state-unavailable', reason }).message
  expect(failure("EACCES: permission denied, mkdir '/var/lib/meshfold-agent'")).toMatch(/Run it as root, .*--state/)
  expect(failure('ENOSPC: no space left on device')).not.toContain('root')
})
