/** What a change would do, asked of every route and command line that changes something: it is told, and nothing is written. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allRoutes } from '../src/http/all-routes.js'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer } from './support/test-server.js'

let test: TestServer
let network: string
let node: string
let host: string
let key: string

const { cli, ok } = commandLineOf(() => test)

beforeAll(async () => {
  test = await startTestServer()
  const created = await ok('network', 'create', 'office', '--range', '10.66.0.0/24', '--json')
  network = JSON.parse(created).network.networkId
  const { token, enrollmentKey } = JSON.parse(await ok('key', 'create', 'k', '--network', 'office', '--json'))
  key = enrollmentKey.keyId
  for (const name of ['alpha', 'beta', 'gamma']) await enroll(test.url, token, freshKeys(), claimsOf(name))
  const { nodes } = (await test.call('GET', '/nodes')).json
  const alpha = nodes.find(({ name }: { name: string }) => name === 'alpha')
  node = alpha.nodeId
  host = alpha.hostId
})
afterAll(() => test.dispose())

interface Told {
  readonly type: string
  readonly description: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Of an event, without what each call has of its own: its time, and ids that are made anew. */
const essence = ({ type, description, data: { atEpochMs: _at, ...data } }: Told): unknown =>
  JSON.parse(JSON.stringify({ type, description, data }).replaceAll(/\b(net|node|key)_[a-z2-7]{20}/g, '$1'))

describe('dryRun=true', () => {
  /** One after the other: each is planned, then done, on what those before it left. */
  const calls = (): readonly (readonly [string, string, unknown?])[] => [
    ['PATCH', '/mesh', { ephemeralGraceSeconds: 60 }],
    ['POST', '/mesh/raise-epoch'],
    ['POST', '/networks', { name: 'lab', range4: '10.67.0.0/24' }],
    ['PATCH', `/networks/${network}`, { mtuBytes: 1300 }],
    ['POST', `/nodes/${node}/disconnect`],
    ['POST', `/nodes/${node}/connect`],
    ['POST', `/nodes/${node}/approve`],
    ['PATCH', `/nodes/${node}`, { expiresAtEpochMs: 4_000_000_000_000 }],
    ['DELETE', `/nodes/${node}`],
    ['POST', `/networks/${network}/nodes`, { hostId: host, address4: '10.66.0.77' }],
    ['PATCH', `/hosts/${host}`, { mtuBytes: 1280 }],
    ['POST', '/enrollment-keys', { name: 'another', networkIds: [network] }],
    ['POST', `/enrollment-keys/${key}/revoke`],
    ['POST', '/commands', { type: 'UpdateMeshSettings', name: 'other' }],
    ['DELETE', `/hosts/${host}`],
    ['DELETE', `/networks/${network}?evenWithNodes=true`],
  ]

  it('is taken by every route that changes the mesh, and by no other', () => {
    const routes = allRoutes(test.server.context, { version: '0', page: false })
    const plannable = routes.flatMap((route) => (route.kind === 'json' && route.plan !== undefined ? [route] : []))
    const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path.replaceAll(/:\w+/g, 'x')}`
    const changing = routes.filter(({ access, method }) => access === 'admin' && method !== 'GET').map(nameOf)
    // Which key a host will make, nobody knows before it has.
    const planless = 'POST /api/v1/hosts/x/rotate-key'
    expect(changing).toContain(planless)
    expect(plannable.map(nameOf)).toEqual(changing.filter((name) => name !== planless))
    const tried = calls().map(([method, path]) =>
      `${method} /api/v1${path}`.replace(/\?.*/, '').replaceAll(/(net|node|key|host)_\w+/g, 'x'),
    )
    expect([...tried].sort()).toEqual(plannable.map(nameOf).sort())
  })

  it('writes nothing, and says what then happens', async () => {
    for (const [method, path, body] of calls()) {
      const name = `${method} ${path}`
      const revision = test.revision()
      const dryRun = `${path}${path.includes('?') ? '&' : '?'}dryRun=true`
      const plan = await test.call(method, dryRun, body)
      expect([plan.status, plan.json.dryRun, plan.json.asOf.revision], name).toEqual([200, true, revision])
      expect(test.revision(), name).toBe(revision)
      expect(plan.text).not.toMatch(/secret|mft_|mfk_|"token"/i)
      const done = await test.call(method, path, body)
      expect(done.status, name).toBeLessThan(300)
      const happened = (await test.call('GET', `/events?from=${revision + 1}`)).json.events
      expect(plan.json.events.map(essence), name).toEqual(happened.map(essence))
    }
  })
})

describe('a plan', () => {
  let revision: number
  let nodes: Record<string, string>

  beforeAll(async () => {
    await ok('network', 'create', 'plans', '--range', '10.68.0.0/24')
    const { token } = JSON.parse(await ok('key', 'create', 'plans', '--network', 'plans', '--json'))
    for (const name of ['delta', 'eps'])
      await enroll(test.url, token, freshKeys(), claimsOf(name, { capabilities: ['isolate-networks'] }))
    const all: { name: string; nodeId: string }[] = (await test.call('GET', '/nodes')).json.nodes
    nodes = Object.fromEntries(all.map(({ name, nodeId }) => [name, nodeId]))
  })
  beforeEach(() => {
    revision = test.revision()
  })

  const expectRefused = async (path: string, body: unknown, status: number, code: string, method = 'POST') => {
    const answer = await test.call(method, path, body)
    expect([answer.status, answer.json.error.code], path).toEqual([status, code])
    expect(test.revision()).toBe(revision)
  }

  it('tells whose configs change and how, and who loses whom', async () => {
    const { json } = await test.call('POST', `/nodes/${nodes.delta}/disconnect?dryRun=true`)
    expect(json.hosts).toHaveLength(2)
    expect(json.configs.flatMap((config: { differences: unknown[] }) => config.differences)).toContainEqual(
      expect.objectContaining({ part: 'peer', what: 'delta', change: 'goes' }),
    )
    const pair = { from: expect.arrayContaining([nodes.delta]), to: expect.arrayContaining([nodes.eps]) }
    expect(json.reachability.lost).toContainEqual(expect.objectContaining(pair))
    expect(json.reachability.isComplete).toBe(true)
    expect(json.description.join('\n')).toMatch(
      /This would happen:\n {2}.*delta[\s\S]*2 hosts change[\s\S]*Can talk no more:/,
    )
  })

  it('is refused as the change is', async () => {
    await expectRefused('/networks?dryRun=true', { name: 'plans', range4: '10.9.0.0/24' }, 409, 'network-name-taken')
    await expectRefused('/networks?dryRun=true', { name: 'x', rang4: '' }, 400, 'invalid-input')
    await expectRefused('/nodes/none?dryRun=true', undefined, 404, 'node-unknown', 'DELETE')
    await expectRefused('/commands?dryRun=true', { type: 'constructor' }, 400, 'invalid-input')
  })

  it.each(['dryRun=maybe', 'dryRun=', 'dryRun=1', 'dryRun=true&dryRun=true', 'dryrun=true', 'dry-run=true'])(
    'is not asked for by %s: nothing is done at all',
    (query) => expectRefused(`/networks?${query}`, { name: 'slip', range4: '10.9.0.0/24' }, 400, 'invalid-input'),
  )

  it.each([{ dryRun: true }, [], 'true', 1])('is not asked for in a body that is not wanted: %j', async (body) => {
    const revision = test.revision()
    for (const [method, path] of [
      ['DELETE', `/hosts/${host}`],
      ['POST', '/mesh/raise-epoch'],
    ] as const)
      expect((await test.call(method, path, body)).status).toBe(400)
    expect(test.revision()).toBe(revision)
  })

  it('is not to be had without a token, nor of the steps of enrolment', async () => {
    const response = await fetch(`${test.url}/api/v1/mesh/raise-epoch?dryRun=true`, { method: 'POST' })
    expect(response.status).toBe(401)
    await expectRefused('/enrollment/challenge?dryRun=true', {}, 400, 'invalid-input')
  })

  it('uses no idempotency key up', async () => {
    const headers = { 'idempotency-key': 'once' }
    const body = { name: 'keyed', range4: '10.69.0.0/24' }
    expect((await test.call('POST', '/networks?dryRun=true', body, headers)).json.dryRun).toBe(true)
    expect((await test.call('POST', '/networks', body, headers)).status).toBe(201)
    expect((await test.call('POST', '/networks?dryRun=true', body, headers)).json.error.code).toBe('network-name-taken')
  })

  it('says so when it is so already', async () => {
    const { json } = await test.call('POST', `/nodes/${nodes.delta}/connect?dryRun=true`)
    expect(json).toMatchObject({ events: [], hosts: [], description: ['It is so already: nothing would change.'] })
  })
})

describe('--dry-run', () => {
  const lines: readonly (readonly [string, ...string[]])[] = [
    ['network', 'create', 'new', '--range', '10.99.0.0/24'],
    ['network', 'update', 'plans', '--mtu', '1350'],
    ['network', 'remove', 'plans', '--even-with-nodes'],
    ['key', 'create', 'new', '--network', 'plans'],
    ['key', 'revoke', 'plans'],
    ['host', 'update', 'delta', '--mtu', '1280'],
    ['host', 'remove', 'delta'],
    ['node', 'add', 'lab', 'delta'],
    ['node', 'approve', 'delta.plans'],
    ['node', 'disconnect', 'delta.plans'],
    ['node', 'connect', 'delta.plans'],
    ['node', 'expire', 'delta.plans', '7d'],
    ['node', 'remove', 'delta.plans'],
    ['mesh', 'update', '--name', 'new'],
    ['mesh', 'raise-epoch'],
    ['command', 'UpdateMeshSettings', '--name', 'new'],
  ]

  it.each(lines)('changes nothing: meshfold %s %s', async (...args) => {
    const revision = test.revision()
    expect(await ok(...args, '--dry-run')).toMatch(
      /^Nothing was changed\.\n(It is so already|Th(is|ese .*) would happen)/,
    )
    expect(JSON.parse(await ok(...args, '--dry-run', '--json'))).toMatchObject({ dryRun: true })
    expect(test.revision()).toBe(revision)
  })

  it('ends with 1 when the change would be refused, and names the way out', async () => {
    const { code, out, err } = await cli('network', 'remove', 'plans', '--dry-run')
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('--even-with-nodes')
  })

  it('is refused by commands that change nothing', async () => {
    for (const args of [['network', 'list'], ['status'], ['events'], ['host', 'rotate-key', 'delta']]) {
      const { code, err } = await cli(...args, '--dry-run')
      expect([code, err]).toEqual([2, expect.stringContaining('--dry-run')])
    }
  })
})
