/** A client's file and the verdicts of policy tests, over HTTP and from the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { commandId, encodeBase64, encodeMeshEvent, epochMs, eventId, networkId as toNetworkId } from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { freshKeys, publicKeysOf } from './support/fake-agent.js'
import { callApi, startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let folder: string
const keys = nodeCrypto.generateX25519()
const privateKey = encodeBase64(keys.privateKey, 'standard')
const publicKey = encodeBase64(keys.publicKey, 'standard')

const { cli, ok } = commandLineOf(() => test)
const given = async (...args: readonly string[]) => JSON.parse(await ok('command', ...args, '--json')).events[0]

beforeAll(async () => {
  test = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'meshfold-client-'))
  await ok('network', 'create', 'office', '--range', '10.66.0.0/24')
  const host = {
    ...{ type: 'RegisterHost', name: 'gw', listenPort: 51821, mtuBytes: null, ...publicKeysOf(freshKeys()) },
    system: { os: 'linux', osVersion: '1', arch: 'x64', agentVersion: '1' },
    endpoints: [{ endpoint: '203.0.113.5:51821', origin: 'declared' }],
    localPrefixes: [],
    capabilities: ['forward', 'filter', 'isolate-networks'],
  }
  expect((await test.call('POST', '/commands', host)).status).toBe(200)
  await ok('node', 'add', 'office', 'gw')
  await given('CreateGateway', '--node-id', 'gw')
  await given('AddClient', '--gateway-id', 'gw', '--name', 'phone', '--public-key', publicKey)
})
afterAll(async () => {
  await test.dispose()
  await rm(folder, { recursive: true })
})

const privateKeyFile = async (text: string): Promise<string> => {
  const path = join(folder, 'key')
  await writeFile(path, text)
  return path
}

describe('meshfold client file', () => {
  it('prints the file with a placeholder for the private key, which the server never has', async () => {
    const text = await ok('client', 'file', 'phone')
    expect(text).toMatch(/^\[Interface\]\nAddress = 10\.66\.0\.254\/32\nPrivateKey = <private key of .{44}>\n/)
    expect(text).toContain('Endpoint = 203.0.113.5:51821')
    const { json } = await test.call('GET', `/clients/${(await clientOf('phone.office')).id}/file`)
    expect(json).toMatchObject({ name: 'phone', publicKey, text, isStale: false, warnings: [] })
  })

  it('puts the private key in on this machine alone, and only the right one', async () => {
    const path = await privateKeyFile(`${privateKey}\n`)
    expect(await ok('client', 'file', 'phone.office', '--private-key-file', path)).toContain(
      `PrivateKey = ${privateKey}\n`,
    )
    expect(test.logged.join()).not.toContain(privateKey)
    const other = encodeBase64(nodeCrypto.generateX25519().privateKey, 'standard')
    for (const [text, words] of [
      [other, 'not that of client "phone"'],
      ['PrivateKey = x', 'no WireGuard private key'],
      [privateKey.slice(4), 'no WireGuard private key'],
    ] as const) {
      const run = await cli('client', 'file', 'phone', '--private-key-file', await privateKeyFile(text))
      expect([run.code, run.out]).toEqual([1, ''])
      expect(run.err).toContain(words)
      expect(run.err).not.toContain(text)
    }
  })

  it('B8 shows a QR code to whoever has the private key, and records that only then', async () => {
    const revision = test.revision()
    const without = await cli('client', 'file', 'phone', '--qr', '--handed-out')
    expect([without.code, without.out, test.revision()]).toEqual([1, '', revision])
    expect(without.err).toContain('--private-key-file')
    const path = await privateKeyFile(privateKey)
    const shown = await ok('client', 'file', 'phone', '--private-key-file', path, '--qr')
    expect(stripVTControlCharacters(shown)).toMatch(/^([█▀▄ ]{50,80}\n){25,40}$/)
    const { qr, text } = JSON.parse(await ok('client', 'file', 'phone', '--private-key-file', path, '--qr', '--json'))
    expect(qr).toBe(shown)
    expect(text).toContain(`PrivateKey = ${privateKey}`)
  })

  it('records that it was handed out only when that is said, and tells when it is stale', async () => {
    const revision = test.revision()
    await ok('client', 'file', 'phone')
    expect(test.revision()).toBe(revision)
    await ok('client', 'file', 'phone', '--handed-out')
    await ok('client', 'file', 'phone', '--handed-out')
    expect(test.revision()).toBe(revision + 1)
    expect(JSON.parse(await ok('client', 'file', 'phone', '--json')).isStale).toBe(false)
    await ok('network', 'update', 'office', '--mtu', '1300')
    expect(JSON.parse(await ok('client', 'file', 'phone', '--json')).isStale).toBe(true)
    expect((await cli('client', 'file', 'phone')).err).toMatch(
      /^What was handed out for client "phone" .*--handed-out\n$/,
    )
    await ok('client', 'file', 'phone', '--handed-out')
    await ok('client', 'file', 'phone')
  })

  it('says what its user should know, beside the file', async () => {
    await given('DisableClient', '--client-id', 'phone')
    const run = await cli('client', 'file', 'phone')
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\[Interface\]/),
      err: expect.stringContaining('disabled'),
    })
  })

  it('is refused for clients that are not there, and without the token', async () => {
    expect((await cli('client', 'file', 'nobody')).err).toContain('There is no client "nobody"')
    expect((await test.call('GET', '/clients/__proto__/file')).json.error.code).toBe('client-unknown')
    const { id } = await clientOf('phone.office')
    expect((await callApi(test.url, null, 'GET', `/clients/${id}/file`)).status).toBe(401)
  })
})

const clientOf = async (name: string): Promise<{ readonly id: string }> =>
  (await test.call('GET', '/state?kind=clients')).json.things.find((thing: { name: string }) => thing.name === name)

describe('meshfold policy tests', () => {
  it('tells the verdict of each test, and ends with 1 when one is broken', async () => {
    expect(await ok('policy', 'tests', 'office')).toContain('No tests yet')
    const ends = ['--from', '{"kind":"client","clientId":"phone"}', '--to', '{"kind":"node","nodeId":"gw"}']
    const asked = ['AddPolicyTest', '--network-id', 'office', ...ends, '--protocol', 'tcp', '--port', '22']
    await given(...asked, '--name', 'ssh', '--expect', 'allow')
    expect(await ok('policy', 'tests', 'office')).toMatch(/^NAME +VERDICT +EXPECTS +ID\nssh +holds +allow tcp 22 +/)
    const { json } = await test.call('GET', `/networks/${await networkId()}/policy-tests`)
    expect(json.tests).toMatchObject([{ name: 'ssh', verdict: 'holds', allowedBy: ['everyone'] }])

    await asByAnOlderRule()
    const run = await cli('policy', 'tests', 'office')
    expect([run.code, run.err]).toEqual([1, '"ssh" is broken: it is not allowed.\n'])
    expect(run.out).toMatch(/ssh +broken +allow tcp 22 /)
  })

  it('are refused for networks that are not there, and without the token', async () => {
    expect((await cli('policy', 'tests', 'nowhere')).err).toContain('"nowhere"')
    expect((await test.call('GET', '/networks/constructor/policy-tests')).json.error.code).toBe('network-unknown')
    expect((await callApi(test.url, null, 'GET', `/networks/${await networkId()}/policy-tests`)).status).toBe(401)
  })
})

/** Commands that break a test are refused: another server of the same log, of an older version, knew no tests. */
const asByAnOlderRule = async (): Promise<void> => {
  const { log, stream } = test.server.context
  const event = {
    type: 'DefaultPolicySwitched',
    atEpochMs: epochMs(Date.now()),
    networkId: toNetworkId(await networkId()),
    everyoneAllowed: false,
  } as const
  const about = {
    eventId: eventId('0196f1c2-7a3b-7000-8000-000000000001'),
    commandId: commandId('0196f1c2-7a3b-7000-8000-000000000002'),
    actor: 'old',
    reason: null,
    source: null,
  }
  const revision = test.revision()
  expect(await log.append(stream, revision, [encodeMeshEvent(event, about)])).toMatchObject({ _tag: 'Right' })
  await until(() => test.revision() > revision)
}

const networkId = async (): Promise<string> => (await test.call('GET', '/networks')).json.networks[0].networkId

describe('meshfold key create --gateway', () => {
  it('C2 makes a key whose nodes come in relayed, with tags', async () => {
    const { enrollmentKey } = JSON.parse(
      await ok('key', 'create', 'branch', '--network', 'office', '--gateway', 'gw', '--tag', 'branch', '--json'),
    )
    expect(enrollmentKey).toMatchObject({ gateway: { mode: 'manual' }, tags: ['branch'], status: 'usable' })
    const nodes = (await test.call('GET', '/nodes')).json.nodes
    expect(enrollmentKey.gateway.nodeId).toBe(nodes.find(({ name }: { name: string }) => name === 'gw').nodeId)
  })

  it('takes "auto", and refuses what is no node', async () => {
    const made = JSON.parse(await ok('key', 'create', 'roaming', '--network', 'office', '--gateway', 'auto', '--json'))
    expect(made.enrollmentKey.gateway).toEqual({ mode: 'auto' })
    const refused = await cli('key', 'create', 'lost', '--network', 'office', '--gateway', 'nobody')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('There is no node "nobody"') })
  })

  it.each([
    ['a gateway of no mode', { gateway: { nodeId: 'n' } }],
    ['a gateway without a node', { gateway: { mode: 'manual' } }],
    ['a tag that is none', { tags: ['Not A Tag'] }],
  ])('%s is refused over HTTP', async (_, fields) => {
    const { networks } = (await test.call('GET', '/networks')).json
    const body = { name: 'bad', networkIds: [networks[0].networkId], ...fields }
    expect((await test.call('POST', '/enrollment-keys', body)).status).toBe(400)
  })
})
