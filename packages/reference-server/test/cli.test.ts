/** The command line against a real server: what it prints, its exit codes, and that every refusal names the way out. */

import { getEventListeners } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostCapabilities } from '@meshfold/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../src/cli/program.js'
import { runCli } from '../src/cli/run-cli.js'
import { commandLineOf, type Run, recordingIo, runLine } from './support/command-line.js'
import { claimsOf, endpointsOf, enroll, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'meshfold-cli-'))
  const socket = join(home, 's.sock')
  test = await startTestServer({
    listen: [
      { kind: 'tcp', host: '127.0.0.1', port: 0 },
      { kind: 'unix', path: socket },
    ],
  })
})
afterAll(async () => {
  await test.dispose()
  await rm(home, { recursive: true, force: true })
})

const ioOf = (env: Record<string, string>, secret: string, interrupted: AbortSignal) =>
  recordingIo({ HOME: home, ...env }, secret, interrupted)

const cliWith = (env: Record<string, string>, args: readonly string[], secret = ''): Promise<Run> =>
  runLine({ HOME: home, ...env }, args, secret)

const { cli, ok } = commandLineOf(() => test)

describe('the commands', () => {
  it('look after networks, keys, hosts and nodes, by name', async () => {
    expect(await ok('network', 'list')).toContain('meshfold network create')
    expect(await ok('network', 'create', 'office', '--range', '10.66.0.0/24', '--range6', 'fd66::/64')).toContain(
      'office',
    )
    expect(await ok('network', 'update', 'office', '--approval', 'required', '--mtu', '1400')).toContain('required')
    const key = JSON.parse(
      await ok(
        'key',
        'create',
        'k',
        '--network',
        'office',
        '--uses',
        '5',
        '--expires',
        '24h',
        '--pre-approved',
        '--json',
      ),
    )
    expect(key.enrollmentKey).toMatchObject({ maxUses: 5, preApproved: true, ephemeral: false })
    const claims = claimsOf('alpha', { endpoints: endpointsOf('192.0.2.1:51821') })
    await enroll(test.url, key.token, freshKeys(), claims)
    expect(await ok('key', 'list')).toMatch(/k +usable +1\/5/)
    expect(await ok('host', 'list')).toMatch(/alpha +not seen +- +10\.66\.0\.1 fd66::1 +192\.0\.2\.1:51821/)
    expect(await ok('host', 'show', 'alpha')).toContain('192.0.2.1:51821 (local)')
    expect(await ok('host', 'config', 'alpha')).toContain('Address = 10.66.0.1, fd66::1')
    expect(await ok('host', 'update', 'alpha', '--port', '51900', '--mtu', '1300')).toContain('51900')
    expect(await ok('node', 'disconnect', 'alpha.office')).toContain('disconnected')
    expect(await ok('node', 'connect', 'alpha')).toContain('active')
    expect(await ok('node', 'expire', 'alpha', '7d')).not.toContain('never')
    expect(await ok('node', 'expire', 'alpha', 'never')).toContain('never')
    expect(await ok('node', 'list', '--network', 'office')).toContain('alpha')
    await ok('key', 'revoke', 'k', '--reason', 'no longer needed')
    expect(await ok('node', 'remove', 'alpha.office')).toContain('out of its network')
    expect(await ok('node', 'add', 'office', 'alpha', '--address', '10.66.0.9')).toContain('10.66.0.9')
    expect(await ok('host', 'remove', 'alpha')).toContain('out of the mesh')
    expect(await ok('network', 'remove', 'office', '--even-with-nodes')).toContain('gone')
    const events = await ok('events')
    expect(events).toContain('joined network')
    expect(events).toContain('[admin: no longer needed]')
  })

  it('name the DNS servers of a network, and take them back', async () => {
    await ok('network', 'create', 'named', '--range', '10.68.0.0/24', '--dns', '10.0.0.53', '--dns', '10.0.0.54')
    const dns = async () =>
      JSON.parse(await ok('network', 'list', '--json')).networks.find(({ name }: { name: string }) => name === 'named')
        ?.clientDns
    expect(await dns()).toEqual(['10.0.0.53', '10.0.0.54'])
    await ok('network', 'update', 'named', '--dns', 'none')
    expect(await dns()).toEqual([])
  })

  it('make gateways where the underlay is private, and say who goes through whom', async () => {
    await ok('network', 'create', 'site', '--range', '10.67.0.0/24')
    const { token } = JSON.parse(await ok('key', 'create', 'many', '--network', 'site', '--uses', '5', '--json'))
    for (const [at, name] of ['gate', 'spare', 'user'].entries()) {
      const endpoints = endpointsOf(`192.0.2.${at + 10}:51821`)
      await enroll(test.url, token, freshKeys(), claimsOf(name, { endpoints, capabilities: hostCapabilities }))
    }
    expect((await cli('command', 'CreateGateway', '--node-id', 'gate')).err).toContain('privateUnderlay')
    await ok('network', 'update', 'site', '--private-underlay', 'yes', '--virtual-pool', '10.90.0.0/16')
    expect(await ok('events')).toContain('underlay private')
    for (const name of ['gate', 'spare']) await ok('command', 'CreateGateway', '--node-id', name)
    await ok('command', 'AssignRelay', '--node-id', 'user', '--gateway-ids', 'gate', '--gateway-ids', 'spare')
    const nodes = await ok('node', 'list', '--network', 'site')
    expect(nodes).toMatch(/gate .*active +gateway +direct +never/)
    expect(nodes).toMatch(/user .*active +- +gate, then spare +never/)
    expect((await cli('command', 'SetAutoGateway', '--node-id', 'gate')).err).not.toMatch(/node_/)
    expect((await cli('command', 'AssignRelay', '--node-id', 'spare', '--gateway-ids', 'user.site')).err).toContain(
      'Node "user" of network "site" is no gateway',
    )
    expect((await cli('key', 'create', 'via', '--network', 'site', '--gateway', 'user')).err).toMatch(
      /^Node "user" of network "site" is not a gateway of /,
    )
    await ok('network', 'remove', 'site', '--even-with-nodes')
    for (const name of ['gate', 'spare', 'user']) await ok('host', 'remove', name)
  })

  it('show and change the mesh', async () => {
    expect(await ok('status')).toContain('hosts')
    expect(await ok('mesh', 'update', '--name', 'home', '--ephemeral-grace', '60')).toContain('home')
    expect(JSON.parse(await ok('mesh', 'show', '--json')).mesh).toMatchObject({
      name: 'home',
      ephemeralGraceSeconds: 60,
    })
    expect((await cli('mesh', 'raise-epoch')).code).toBe(2)
    expect(await ok('mesh', 'raise-epoch', '--yes')).toContain('2')
  })

  it('print events in pages, as JSON, and as they happen', async () => {
    const all = (await ok('events', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(all.map(({ revision }) => revision)).toEqual(all.map((_, i) => i))
    expect((await ok('events', '--from', '1', '--limit', '2', '--json')).trim().split('\n')).toHaveLength(2)

    const stop = new AbortController()
    const { io, run } = ioOf({ MESHFOLD_URL: test.url, MESHFOLD_TOKEN: test.token }, '', stop.signal)
    const following = runCli(['events', '--follow', '--from', String(all.length), '--json'], io)
    await ok('network', 'create', 'followed', '--range', '10.77.0.0/24')
    await until(() => run.out.includes('followed'))
    stop.abort()
    expect(await following).toBe(0)
    expect(run.out.trim().split('\n')).toHaveLength(1)
  })

  it('go on following when the server comes back, and say once that it was away', { timeout: 20_000 }, async () => {
    const first = await startTestServer()
    const { port } = new URL(first.url)
    const stop = new AbortController()
    const { io, run } = ioOf({ MESHFOLD_URL: first.url, MESHFOLD_TOKEN: first.token }, '', stop.signal)
    const following = runCli(['events', '--follow'], io)
    await until(() => run.out.includes('was created'))
    await first.stop()
    await until(() => run.err.includes('away'))
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const listen = [{ kind: 'tcp', host: '127.0.0.1', port: Number(port) }] as const
    const second = await startTestServer({ data: first.data, token: first.token, listen })
    await second.call('POST', '/networks', { name: 'later', range4: '10.79.0.0/24' })
    await until(() => run.out.includes('later'))
    expect(getEventListeners(stop.signal, 'abort').length).toBeLessThan(3)
    stop.abort()
    expect(await following).toBe(0)
    expect(run.err).toBe('The server is away; waiting for it.\nThe server is back.\n')
    await second.dispose()
  })

  it('print events with the names that held then', async () => {
    const from = String(test.revision() + 1)
    await ok('network', 'create', 'before', '--range', '10.78.0.0/24')
    await ok('network', 'update', 'before', '--name', 'after')
    await ok('network', 'remove', 'after')
    const lines = (await ok('events', '--from', from)).trim().split('\n')
    expect(lines[1]).toContain('Network "before" is now: name "after"')
    expect(lines[2]).toContain('Network "after" was removed')
  })

  it('reach a server by its unix socket', async () => {
    const { code, out } = await cliWith({ MESHFOLD_TOKEN: test.token }, [
      'status',
      '--url',
      `unix:${join(home, 's.sock')}`,
    ])
    expect([code, out]).toEqual([0, expect.stringContaining('mesh')])
  })
})

describe('what goes wrong', () => {
  it.each([
    [1, ['network', 'create', 'x', '--range', '10.0.0.0/33'], '0 to 32'],
    [1, ['network', 'create', 'x', '--range', ' 10.0.0.0/8'], 'range4'],
    [1, ['network', 'create', 'x'], 'at least one'],
    [1, ['host', 'show', 'nobody'], 'meshfold host list'],
    [1, ['key', 'create', 'k', '--network', 'nowhere'], 'meshfold network list'],
    [2, ['key', 'create', 'k'], '--network'],
    [2, ['network', 'create'], 'name'],
    [2, ['network', 'frobnicate'], 'frobnicate'],
    [2, ['key', 'create', 'k', '--network', 'n', '--expires', 'tomorrow'], '30m, 24h, 7d'],
    [2, ['events', '--from', 'x'], 'whole number'],
    [2, ['serve', '--listen', 'localhost'], '127.0.0.1:7400'],
    [2, ['status', '--url', 'ftp://x'], 'http://'],
    [2, ['host', 'update', 'alpha', '--mtu', 'large'], '--mtu'],
    [2, ['host', 'update', 'alpha', '--mtu', '99999'], '--mtu <bytes>'],
    [2, ['host', 'update', 'alpha', '--port', '99999'], "'--port <port>' argument '99999' is invalid. Give a whole"],
    [
      2,
      ['key', 'create', 'k', '--network', 'n', '--uses', '0'],
      "'--uses <count>' argument '0' is invalid. Give a whole",
    ],
    [2, ['network', 'create', 'x', '--keepalive', '99999'], '--keepalive'],
    [2, ['network', 'create', 'x', '--mtu', '1279'], '1280'],
    [2, ['mesh', 'update', '--ephemeral-grace', '0'], '--ephemeral-grace'],
    [
      2,
      ['mesh', 'update', '--domain', 'bad_domain'],
      "'--domain <domain>' argument 'bad_domain' is invalid. Give a DNS domain",
    ],
    [2, ['serve', '--domain', 'bad_domain'], 'a DNS domain'],
    [2, ['serve', '--mesh-name', ''], '--mesh-name'],
    [2, ['node', 'expire', 'alpha', 'tomorrow'], '30m, 24h, 7d'],
    [3, ['status', '--url', 'http://127.0.0.1:1'], 'meshfold serve'],
    [3, ['status', '--url', 'unix:/nowhere.sock'], 'meshfold serve'],
  ] as const)('ends with %s: %j', async (code, args, word) => {
    const run = await cli(...args)
    expect(run.err).toContain(word)
    expect(run.code).toBe(code)
    expect(run.out).toBe('')
  })

  it('is a way out in words of the command line', async () => {
    await ok('network', 'create', 'full', '--range', '10.80.0.0/24')
    const { token } = JSON.parse(await ok('key', 'create', 'full', '--network', 'full', '--json'))
    await enroll(test.url, token, freshKeys(), claimsOf('resident'))
    const { code, err } = await cli('network', 'remove', 'full')
    expect([code, err]).toEqual([1, expect.stringContaining('--even-with-nodes')])
    await ok('network', 'remove', 'full', '--even-with-nodes')
  })

  it('is said of a malformed domain by the API too', async () => {
    const answer = await test.call('PATCH', '/mesh', { domain: 'bad_domain' })
    expect(answer.status).toBe(400)
    expect(answer.json.error.message).toMatch(/\$\.domain: .*a DNS domain in lower case/)
  })

  it('is JSON for programs that ask for it', async () => {
    const { err, code } = await cli('host', 'show', 'nobody', '--json')
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'host-unknown' } })
    expect(code).toBe(1)
  })

  it('is said of a missing and of a wrong token', async () => {
    const without = await cliWith({ MESHFOLD_URL: test.url }, ['status'])
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('meshfold login')])
    const wrong = await cliWith({ MESHFOLD_URL: test.url, MESHFOLD_TOKEN: 'mft_wrong' }, ['status'])
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('token rotate')])
  })
})

describe('login', () => {
  it('keeps URL and token for the user alone, and for that server alone', async () => {
    const env = { XDG_CONFIG_HOME: join(home, 'config') }
    const login = await cliWith(env, ['login', '--url', test.url], test.token)
    expect(login).toMatchObject({ code: 0, err: '' })
    expect(login.out).not.toContain(test.token)
    const path = join(home, 'config', 'meshfold', 'login.json')
    expect((await stat(path)).mode & 0o077).toBe(0)
    expect((await cliWith(env, ['status'])).code).toBe(0)
    // The token is not shown to another server.
    const other = await startTestServer()
    expect((await cliWith(env, ['status', '--url', other.url])).err).toContain('needs the admin token')
    await other.dispose()
    const wrong = await cliWith(env, ['login', '--url', test.url], 'mft_wrong')
    expect(wrong.code).toBe(1)
    expect(JSON.parse(await readFile(path, 'utf8')).token).toBe(test.token)
  })

  it('is refused when others may read it', async () => {
    const path = join(home, 'exposed.json')
    await writeFile(path, JSON.stringify({ url: test.url, token: test.token }), { mode: 0o644 })
    const run = await cliWith({ MESHFOLD_CONFIG: path }, ['status'])
    expect([run.code, run.err]).toEqual([1, expect.stringContaining('chmod go=')])
  })
})

describe('serve', () => {
  const startedWith = async (...args: readonly string[]): Promise<string> => {
    const stop = new AbortController()
    const { io, run } = ioOf({}, '', stop.signal)
    const serving = runCli(['serve', '--listen', '127.0.0.1:0', '--log-level', 'silent', ...args], io)
    await until(() => /Admin token|admin token|adminToken/.test(run.out))
    stop.abort()
    expect(await serving).toBe(0)
    return run.out
  }

  it('shows the admin token once, and later says how to make another', async () => {
    const data = join(home, 'served')
    expect(await startedWith('--data', data)).toMatch(/Admin token: mft_/)
    const again = await startedWith('--data', data)
    expect(again).toContain(`meshfold token rotate --data ${data}`)
    expect(again).not.toContain('mft_')
    expect(JSON.parse(await startedWith('--data', data, '--json'))).toMatchObject({ ready: true, adminToken: null })
  })
})

describe('token rotate', () => {
  it('makes a new token, and the old one is worth nothing within a second', async () => {
    const server = await startTestServer()
    const { out, code } = await cliWith({}, ['token', 'rotate', '--data', server.data, '--json'])
    expect(code).toBe(0)
    const { adminToken } = JSON.parse(out)
    const statusOf = async (token: string) =>
      (await cliWith({ MESHFOLD_URL: server.url, MESHFOLD_TOKEN: token }, ['status'])).code
    await until(async () => (await statusOf(adminToken)) === 0, 3000)
    expect(await statusOf(server.token)).toBe(1)
    await server.dispose()
    expect((await cliWith({}, ['token', 'rotate', '--data', join(home, 'nothing')])).err).toContain('no folder')
  })
})

describe('help', () => {
  it('has examples for every command, and each of them can be read', async () => {
    const { io } = ioOf({}, '', new AbortController().signal)
    for (const command of createProgram(io).commands) {
      const { code, out } = await cliWith({}, [command.name(), '--help'])
      expect(code).toBe(0)
      expect(out, command.name()).toContain('Examples:')
      expect(out).toContain(`$ meshfold ${command.name()}`)
    }
    expect((await cliWith({}, ['--help'])).out).toContain('MESHFOLD_URL')
    for (const args of [['serve'], ['host', 'update'], ['key', 'create'], ['network', 'remove'], ['events']]) {
      const { out } = await cliWith({}, [...args, '--help'])
      expect(out, args.join(' ')).toContain('--token-file')
      expect(out, args.join(' ')).not.toMatch(/default: (\[\]|false)/)
    }
    expect((await cliWith({}, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
