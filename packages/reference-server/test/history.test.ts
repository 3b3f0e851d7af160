/** The mesh as it was, over HTTP and from the command line: state, differences, configs, and why two could talk then. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, freshKeys } from './support/fake-agent.js'
import { ManualClock } from './support/manual-clock.js'
import { callApi, startTestServer, type TestServer } from './support/test-server.js'

const HOUR_MS = 3_600_000

const clock = new ManualClock()
let test: TestServer
/** By name. */
let nodes: Record<string, { readonly nodeId: string; readonly hostId: string; readonly address4: string }>
/** Right after the three nodes came, and when that was. */
let early: number
let earlyTime: string

const { cli, ok } = commandLineOf(() => test)
const get = async (path: string) => (await test.call('GET', path)).json

beforeAll(async () => {
  test = await startTestServer({ clock })
  await ok('network', 'create', 'office', '--range', '10.66.0.0/24')
  await ok('network', 'create', 'lab', '--range', '10.67.0.0/24')
  const tokenFor = async (network: string) =>
    JSON.parse(await ok('key', 'create', network, '--network', network, '--json')).token
  const office = await tokenFor('office')
  for (const name of ['alpha', 'beta']) await enroll(test.url, office, freshKeys(), claimsOf(name))
  await enroll(test.url, await tokenFor('lab'), freshKeys(), claimsOf('gamma'))
  early = test.revision()
  earlyTime = new Date(clock.nowEpochMs()).toISOString()
  const list: { name: string; nodeId: string; hostId: string; address4: string }[] = (await get('/nodes')).nodes
  nodes = Object.fromEntries(list.map((node) => [node.name, node]))
  clock.advance(HOUR_MS)
  await ok('node', 'disconnect', 'beta.office')
  await ok('host', 'update', 'alpha', '--name', 'alpha2')
  clock.advance(HOUR_MS)
})
afterAll(() => test.dispose())

const expectRefused = async (path: string, status: number, code: string, words = '') => {
  const answer = await test.call('GET', path)
  expect([answer.status, answer.json.error.code], path).toEqual([status, code])
  expect(answer.json.error.message).toContain(words)
}

describe('GET /explain', () => {
  it('says why they could talk then, and why they can not now', async () => {
    const then = await get(`/explain?from=alpha&to=beta&protocol=tcp&port=443&at=${early}`)
    expect(then).toMatchObject({ works: true, asOf: { revision: early } })
    expect(then.description[0]).toBe('alpha (10.66.0.1) to beta (10.66.0.2), TCP 443: works')
    const now = await get('/explain?from=alpha&to=beta')
    expect(now.works).toBe(false)
    expect(now.description.join('\n')).toContain('beta takes no part: it is disconnected')
  })

  it('takes names and ids of hosts too, as they were then', async () => {
    const wanted = await get(`/explain?from=alpha&to=beta&at=${early}`)
    expect(await get(`/explain?from=alpha&to=${nodes.beta?.hostId}&at=${early}`)).toEqual(wanted)
    // The host has another name by now, its node has not.
    expect((await get('/explain?from=alpha2&to=beta')).from).toEqual({ kind: 'node', nodeId: nodes.alpha?.nodeId })
    await expectRefused(`/explain?from=alpha2&to=beta&at=${early}`, 404, 'end-unknown', `meshfold state --at ${early}`)
  })

  it('names the way out for a host in no network', async () => {
    await test.call('DELETE', `/nodes/${nodes.gamma?.nodeId}`)
    await expectRefused('/explain?from=alpha&to=gamma', 409, 'end-in-no-network', 'meshfold node add')
    expect((await get(`/explain?from=gamma&to=gamma&at=${early}`)).works).toBe(true)
  })
})

describe('places in history', () => {
  const routes = ['/state?at=', '/diff?from=', '/explain?from=alpha&to=beta&at=']

  it.each(routes)('are refused when they are none: %s', async (path) => {
    for (const at of ['-1', '1.5', 'x', '1e3', '', '0x10', ' 1', 'yesterday', '2031-01-31T12:00', '99999999999999999'])
      await expectRefused(`${path}${encodeURIComponent(at)}`, 400, 'invalid-input')
    await expectRefused(`${path}__proto__`, 400, 'invalid-input')
  })

  it.each(routes)('are refused when they are ahead, or before the mesh: %s', async (path) => {
    await expectRefused(`${path}999999`, 404, 'revision-ahead', 'the newest is')
    await expectRefused(`${path}2999-01-01`, 404, 'time-ahead', 'Leave the time out')
    await expectRefused(`${path}1999-01-01`, 404, 'time-before-mesh', 'The mesh began at')
  })

  it('are the same by revision and by time', async () => {
    const byRevision = await get(`/state?at=${early}`)
    expect(byRevision.asOf.revision).toBe(early)
    expect(await get(`/state?at=${earlyTime}`)).toEqual(byRevision)
    const justBefore = new Date(Date.parse(earlyTime) + HOUR_MS - 1).toISOString()
    expect(await get(`/state?at=${justBefore}`)).toEqual(byRevision)
    const offset = earlyTime.replace('Z', encodeURIComponent('+00:00'))
    expect(await get(`/state?at=${offset}`)).toEqual(byRevision)
    expect(await get('/state?at=0')).toMatchObject({ asOf: { revision: 0 }, counts: { nodes: 0 } })
  })

  it('are not shown without a token', async () => {
    for (const path of [...routes.map((route) => `${route}0`), `/hosts/${nodes.alpha?.hostId}/config?at=0`])
      for (const token of [null, 'mft_wrong'])
        expect((await callApi(test.url, token, 'GET', path)).status, path).toBe(401)
  })

  it('are looked at without a trace in the log', async () => {
    const revision = test.revision()
    for (const route of routes) await get(`${route}1`)
    expect(test.revision()).toBe(revision)
  })
})

describe('GET /state', () => {
  it('has everything, in pages that do not overlap', async () => {
    const whole = await get(`/state?at=${early}`)
    expect(whole.next).toBeNull()
    const paged: unknown[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: { things: unknown[]; next: string | null } = await get(`/state?at=${early}&limit=2${after}`)
      paged.push(...page.things)
      after = page.next === null ? null : `&after=${encodeURIComponent(page.next)}`
    }
    expect(paged).toEqual(whole.things)
    expect(Object.values(whole.counts).reduce((sum: number, count) => sum + Number(count), 0)).toBe(paged.length)
    const { things } = await get(`/state?at=${early}&kind=nodes`)
    expect(things).toEqual(whole.things.filter(({ kind }: { kind: string }) => kind === 'nodes'))
    expect(things.map(({ name }: { name: string }) => name).sort()).toEqual([
      'alpha.office',
      'beta.office',
      'gamma.lab',
    ])
  })

  it('shows no hash of a secret, however deep, and is plain JSON', async () => {
    const key = { type: 'CreateEnrollmentKey', name: 'hashed', secretHash: 'ab'.repeat(32), networkIds: [] }
    const terms = { maxUses: 1, expiresAtEpochMs: null, preApproved: true, ephemeral: false }
    const { networks } = await get('/networks')
    const networkIds = [networks[0].networkId]
    expect((await test.call('POST', '/commands', { ...key, ...terms, networkIds })).status).toBe(200)
    const from = test.revision() - 1
    for (const path of ['/state?kind=enrollmentKeys', '/state', `/diff?from=${from}`, '/diff?from=0']) {
      const { text, status } = await test.call('GET', path)
      expect(status).toBe(200)
      expect(text).toContain('hashed')
      expect(text).not.toMatch(/abab|secret|"root"|"pool/i)
    }
  })

  it.each(['kind=hosts&kind=nodes', 'kind=constructor', 'limit=0', 'limit=10001', 'after=x', 'after=nodes/../etc'])(
    'refuses %s',
    (query) => expectRefused(`/state?${query}`, 400, 'invalid-input'),
  )
})

describe('GET /diff', () => {
  it('tells what followed for hosts, and for who can talk to whom, when that is asked', async () => {
    expect((await get(`/diff?from=${early}`)).effects).toBeNull()
    const { effects } = await get(`/diff?from=${early}&effects=true`)
    const [alpha, beta] = [nodes.alpha?.nodeId, nodes.beta?.nodeId]
    expect(effects.hosts.map(({ hostId }: { hostId: string }) => hostId)).toContain(nodes.alpha?.hostId)
    expect(effects.reachability.lost).toContainEqual(expect.objectContaining({ from: [beta], to: [alpha] }))
    expect(effects.description.join('\n')).toContain('Can talk no more:')
    expect(await ok('diff', '--from', String(early), '--effects')).toContain('Can talk no more:')
    const same = await get(`/diff?from=${early}&to=${early}&effects=true`)
    expect(same.effects.description).toEqual(["No host's config changes."])
    await expectRefused(`/diff?from=${early}&to=0&effects=true`, 400, 'diff-backwards', '"from"')
    await expectRefused(`/diff?from=${early}&effects=yes`, 400, 'invalid-input', '$.effects')
  })

  it('says what came, went and changed, either way round', async () => {
    const to = early + 2
    const { differences, from } = await get(`/diff?from=${early}&to=${to}`)
    expect(from.asOf.revision).toBe(early)
    expect(differences).toContainEqual(
      expect.objectContaining({ kind: 'hosts', change: 'changed', description: expect.stringContaining('alpha2') }),
    )
    const back = await get(`/diff?from=${to}&to=${early}`)
    expect(back.differences).toHaveLength(differences.length)
    expect((await get(`/diff?from=${early}&to=${early}`)).differences).toEqual([])
    expect((await get('/diff?from=0&to=1')).differences[0]).toMatchObject({ kind: 'networks', change: 'came' })
  })
})

describe('GET /hosts/:hostId/config', () => {
  it('is the config of then', async () => {
    const path = `/hosts/${nodes.alpha?.hostId}/config`
    const then = await get(`${path}?at=${early}`)
    expect(then.asOf.revision).toBe(early)
    expect(then.peers.map(({ name }: { name: string }) => name)).toEqual(['beta'])
    expect((await get(path)).peers).toEqual([])
    await expectRefused(`${path}?at=0`, 404, 'host-unknown')
    await expectRefused(`${path}?when=0`, 400, 'invalid-input')
  })
})

describe('the command line', () => {
  it('asks the same', async () => {
    expect(await ok('explain', 'alpha', 'beta', '--tcp', '443', '--at', String(early))).toMatch(/TCP 443: works\n/)
    const diff = await ok('diff', '--from', String(early), '--to', String(early + 2))
    expect(diff).toMatch(new RegExp(`^From revision ${early} \\(.*\\) to revision ${early + 2} \\(.*\\):\\n`))
    expect(diff).toMatch(/host alpha2 changed: name alpha → alpha2/)
    expect(await ok('diff', '--from', String(early), '--to', String(early))).toContain('nothing is different')
    const state = await ok('state', '--at', earlyTime)
    expect(state).toMatch(new RegExp(`^mesh at revision ${early} `))
    expect(state).toMatch(/nodes \(3\)\n {2}.*alpha\.office.*10\.66\.0\.1/)
    expect(JSON.parse(await ok('state', '--at', '0', '--json'))).toMatchObject({ asOf: { revision: 0 }, things: [] })
    expect(await ok('state', '--kind', 'hosts')).not.toContain('nodes (')
    expect(await ok('state', '--kind', 'autoRelays')).toMatch(/ at revision .*\n\nno autoRelays\n$/)
  })

  it('shows configs of hosts by the names of then', async () => {
    expect(await ok('host', 'config', 'alpha', '--at', String(early))).toContain('# beta')
    expect(await ok('host', 'config', 'alpha2')).not.toContain('# beta')
    const { code, err } = await cli('host', 'config', 'alpha2', '--at', String(early))
    expect([code, err]).toEqual([1, expect.stringContaining(`meshfold state --kind hosts --at ${early}`)])
  })

  it.each([
    [2, ['explain', 'alpha', 'beta', '--at', 'x'], '30m, 24h, 7d ago'],
    [2, ['diff'], '--from'],
    [2, ['diff', '--from', 'yesterday'], '30m, 24h, 7d ago'],
    [2, ['state', '--at', '-1'], '--at'],
    [2, ['state', '--at', '2031-99-99'], '--at'],
    [2, ['state', '--kind', 'things'], 'networks'],
    [1, ['state', '--at', '999999'], 'the newest is'],
    [1, ['state', '--at', '2999-01-01'], 'Leave the time out'],
    [3, ['state', '--url', 'http://127.0.0.1:1'], 'meshfold serve'],
  ] as const)('ends with %s: %j', async (code, args, word) => {
    const run = await cli(...args)
    expect(run.err).toContain(word)
    expect([run.code, run.out]).toEqual([code, ''])
  })
})
