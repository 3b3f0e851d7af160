/** Every command of the domain over HTTP and from the command line: what the server adds, what it refuses, what it says. */
import { meshCommandFields, meshCommandTypes } from '@meshfold/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineOf, runLine } from './support/command-line.js'
import { claimsOf, enroll, freshKeys, publicKeysOf } from './support/fake-agent.js'
import { startTestServer, type TestServer } from './support/test-server.js'

let test: TestServer
let networkId: string
let nodeIds: readonly string[]

const { cli, ok } = commandLineOf(() => test)

beforeAll(async () => {
  test = await startTestServer()
  networkId = JSON.parse(await ok('network', 'create', 'office', '--range', '10.66.0.0/24', '--json')).network.networkId
  const { token } = JSON.parse(await ok('key', 'create', 'k', '--network', 'office', '--json'))
  for (const name of ['alpha', 'beta']) await enroll(test.url, token, freshKeys(), claimsOf(name))
  const { nodes } = (await test.call('GET', '/nodes')).json
  nodeIds = ['alpha', 'beta'].map((name) => nodes.find((node: { name: string }) => node.name === name).nodeId)
})
afterAll(() => test.dispose())

const give = (body: unknown) => test.call('POST', '/commands', body)

describe('POST /commands', () => {
  it('makes the ids of what is new, each beginning with a word for its kind', async () => {
    const user = await give({
      type: 'AddUser',
      login: 'ann',
      displayName: 'Ann',
      role: 'admin',
      signIn: { kind: 'password' },
    })
    expect(user.json.events[0]).toMatchObject({
      type: 'UserAdded',
      userId: expect.stringMatching(/^user_[a-z2-7]{20}$/),
    })
    const policy = await give({
      type: 'AddPolicy',
      networkId,
      name: 'web',
      sources: [{ kind: 'node', nodeId: nodeIds[0] }],
      destinations: [{ kind: 'node', nodeId: nodeIds[1] }],
      traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
    })
    expect(policy.json.events[0].policyId).toMatch(/^policy_/)
  })

  it('works out what follows from a key, and shows no hash of a secret', async () => {
    const { identityKey, wireguardKey } = publicKeysOf(freshKeys())
    const system = { os: 'linux', osVersion: '1', arch: 'x64', agentVersion: '1' }
    const facts = { listenPort: 51821, mtuBytes: null, endpoints: [], localPrefixes: [], capabilities: [] }
    const host = await give({ type: 'RegisterHost', name: 'gamma', system, wireguardKey, identityKey, ...facts })
    expect(host.json.events[0]).toMatchObject({ type: 'HostRegistered', controlAddress6: expect.stringMatching(/^fd/) })
    const terms = {
      networkIds: [networkId],
      maxUses: null,
      expiresAtEpochMs: null,
      preApproved: true,
      ephemeral: false,
    }
    const key = await give({ type: 'CreateEnrollmentKey', name: 'by hash', secretHash: 'ab'.repeat(32), ...terms })
    expect(key.json.events[0]).toMatchObject({ type: 'EnrollmentKeyCreated' })
    expect(key.text).not.toContain('abab')
  })

  it.each([
    ['a time', { type: 'RaiseMeshEpoch', atEpochMs: 0 }, '$.atEpochMs: the server sets the time'],
    ['another name', { type: 'RemoveGroup', groupId: 'g', byUserId: 'u' }, '$.byUserId: who asks is known'],
    ['a name of Object', { type: '__proto__' }, '$.type'],
    ['a method of Object', { type: 'toString', toString: 1 }, '$.type'],
    ['no type', {}, '$.type'],
    ['a list as its type', { type: ['RaiseMeshEpoch'] }, '$.type'],
    ['a field that nobody knows', { type: 'RemoveNode', nodeId: 'n', force: true }, '$.force'],
    ['a text for a number', { type: 'UpdateHost', hostId: 'h', mtuBytes: '1400' }, '$.mtuBytes'],
    ['seconds with a fraction', { type: 'UpdateMeshSettings', ephemeralGraceSeconds: 1.5 }, '$.ephemeralGraceSeconds'],
    ['a list without an end', { type: 'AssignRelay', nodeId: 'n', gatewayIds: Array(5000).fill('g') }, '$.gatewayIds'],
    [
      'a deep object',
      { type: 'AddPolicyTest', from: JSON.parse(`${'{"a":'.repeat(900)}1${'}'.repeat(900)}`) },
      '$.from',
    ],
  ])('refuses %s', async (_, body, words) => {
    const revision = test.revision()
    const { status, json } = await give(body)
    expect([status, json.error.code]).toEqual([400, 'invalid-input'])
    expect(json.error.message).toContain(words)
    expect(json.error.message.length).toBeLessThan(600)
    expect(test.revision()).toBe(revision)
  })

  it('answers as the domain does when it says no', async () => {
    const { status, json } = await give({ type: 'RemovePolicy', policyId: 'gone' })
    expect([status, json.error.code]).toEqual([404, 'policy-unknown'])
  })
})

describe('meshfold command', () => {
  it('tells all types, and of each its fields', async () => {
    const { out } = await runLine({}, ['command', '--help'])
    for (const type of meshCommandTypes) expect(out).toMatch(new RegExp(`\\b${type}\\b`))
    const help = (await runLine({}, ['command', 'AddEgress', '--help'])).out.replaceAll(/\s+/g, ' ')
    expect(help).toContain('--egress-id <value> id of an egress; made by the server when left out')
    expect(help).toContain('--ranges <value> required; a range such as 10.66.0.0/24; may be given again')
    expect(help).toContain('--return-route <value> none | external')
    // Inside JSON as it stands there: what help shows can be typed.
    const users = (await runLine({}, ['command', 'AddUser', '--help'])).out.replaceAll(/\s+/g, ' ')
    expect(users).toContain('--sign-in <value> required; {"kind": "password"} | {"kind": "oidc", "issuer": a text')
    const wrong = await cli(
      'command',
      'AddUser',
      '--login',
      'a',
      '--display-name',
      'A',
      '--role',
      'user',
      '--sign-in',
      'x',
    )
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('\nSee: meshfold command AddUser --help\n')])
    const lists = (await runLine({}, ['command', 'EnableInternetGateway', '--help'])).out.replaceAll(/\s+/g, ' ')
    expect(lists).toContain("required; id of a node; may be given again; '[]' for none")
  })

  it('has an option for each field, and none that means something else already', async () => {
    for (const type of meshCommandTypes) {
      const { code, out } = await runLine({}, ['command', type, '--help'])
      expect(code, type).toBe(0)
      for (const { name } of meshCommandFields(type)) {
        const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
        expect(out, type).toContain(`${flag} <value>`)
        expect(['--json', '--url', '--ca', '--token-file', '--reason', '--dry-run', '--help']).not.toContain(flag)
      }
    }
  })

  it('gives a command from options, and says what came of it', async () => {
    const [alpha = ''] = nodeIds
    expect(await ok('command', 'AssignTag', '--member-id', alpha, '--tag', 'web', '--reason', 'new')).toMatch(
      /^ *\d+ {2}.*alpha.*\[admin: new\]\n$/,
    )
    expect(await ok('command', 'AssignTag', '--member-id', alpha, '--tag', 'web')).toContain('nothing changed')
    const until = await ok('command', 'UpdateNode', '--node-id', alpha, '--expires-at-epoch-ms', '24h', '--json')
    expect(JSON.parse(until).events[0].expiresAtEpochMs).toBeGreaterThan(Date.now() + 86_000_000)
    const never = await ok('command', 'UpdateNode', '--node-id', alpha, '--expires-at-epoch-ms', 'null', '--json')
    expect(JSON.parse(never).events[0].expiresAtEpochMs).toBeNull()
  })

  it('takes names for ids', async () => {
    const [alpha = '', beta = ''] = nodeIds
    const given = async (...args: readonly string[]) => JSON.parse(await ok('command', ...args, '--json')).events[0]
    expect(await given('DisconnectNode', '--node-id', 'alpha.office')).toMatchObject({ nodeId: alpha })
    expect(await given('ConnectNode', '--node-id', 'alpha')).toMatchObject({ nodeId: alpha })
    expect(await given('AssignTag', '--member-id', 'beta', '--tag', 'named')).toMatchObject({ memberId: beta })
    const added = await given('AddGroup', '--name', 'crew')
    expect(await given('UpdateGroup', '--group-id', 'crew', '--name', 'staff')).toMatchObject({
      groupId: added.groupId,
    })
    const { hostId } = (await test.call('GET', `/nodes/${alpha}`)).json.node
    await give({ type: 'UpdateHost', hostId, capabilities: ['isolate-networks'] })
    await ok('network', 'create', 'second', '--range', '10.67.0.0/24')
    await ok('node', 'add', 'second', 'alpha')
    const { code, err } = await cli('command', 'DisconnectNode', '--node-id', 'alpha')
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/alpha\.(office|second).*alpha\.(office|second).*Give the id/),
    ])
  })

  it('takes names for ids inside of objects, where they stand for ids', async () => {
    const [alpha = '', beta = ''] = nodeIds
    const policy = ['command', 'AddPolicy', '--network-id', 'office', '--traffic', '{"protocol":"any"}', '--json']
    const selectors = (...texts: readonly string[]) => texts.flatMap((text) => ['--destinations', text])
    const named = JSON.parse(
      await ok(
        ...[...policy, '--name', 'named', '--sources', '{"kind":"node","nodeId":"alpha.office"}'],
        ...selectors('{"kind":"node","nodeId":"beta"}', '{"kind":"tag","tag":"beta"}'),
      ),
    ).events[0]
    expect(named).toMatchObject({
      sources: [{ kind: 'node', nodeId: alpha }],
      destinations: [
        { kind: 'node', nodeId: beta },
        { kind: 'tag', tag: 'beta' },
      ],
    })
    await ok('command', 'RemovePolicy', '--policy-id', 'named')
    const { code, err } = await cli(...policy, '--name', 'none', '--sources', '{"kind":"client","clientId":"alpha"}')
    expect([code, err]).toEqual([2, expect.stringContaining('--destinations')])
  })

  it('takes lists by repetition or as JSON, objects and whole commands as JSON', async () => {
    const [alpha = '', beta = ''] = nodeIds
    const added = JSON.parse(
      await ok(
        ...['command', 'AddPolicy', '--network-id', networkId, '--name', 'ssh', '--enabled', 'false', '--json'],
        ...['--sources', `{"kind":"node","nodeId":"${alpha}"}`, '--sources', '{"kind":"tag","tag":"web"}'],
        ...['--destinations', `[{"kind":"node","nodeId":"${beta}"}]`, '--traffic', '{"protocol":"icmp"}'],
      ),
    ).events[0]
    expect(added).toMatchObject({ type: 'PolicyAdded', enabled: false, sources: { length: 2 } })
    await ok('command', 'RemovePolicy', '--json', JSON.stringify({ policyId: added.policyId }))
    const settings = { type: 'UpdateMeshSettings', name: '7' }
    expect(await ok('command', 'UpdateMeshSettings', '--name', '7', '--ephemeral-grace-seconds', '70')).toContain('7')
    expect((await give(settings)).json.events).toEqual([])
  })

  it.each([
    [2, ['command', 'Reboot'], 'Reboot'],
    [2, ['command', 'constructor'], 'constructor'],
    [2, ['command', 'addpolicy'], 'Is it AddPolicy?'],
    [2, ['command', 'create-policy', '--dry-run'], 'AddPolicy'],
    [2, ['command', 'create-policy'], 'AddPolicy'],
    [2, ['command', 'RemovePolicy'], '--policy-id'],
    [2, ['command', 'RemovePolicy', '--policy', 'x'], '--policy'],
    [2, ['command', 'RemovePolicy', '{"policyId":'], 'single quotes'],
    [2, ['command', 'RemovePolicy', '[]'], 'JSON object'],
    [2, ['command', 'AddEgress', '--routers', '{x}'], '--routers'],
    [2, ['command', 'UpdateNode', '--node-id', 'x', '--expires-at-epoch-ms', 'soon'], '30m, 24h, 7d'],
    [1, ['command', 'RemovePolicy', '--policy-id', 'gone'], 'gone'],
    [2, ['command', 'UpdateGateway', '--node-id', 'x', '--auto-relay', 'perhaps'], '$.autoRelay'],
  ] as const)('ends with %s: %j', async (code, args, word) => {
    const run = await cli(...args)
    expect(run.err).toContain(word)
    expect([run.code, run.out]).toEqual([code, ''])
  })
})
