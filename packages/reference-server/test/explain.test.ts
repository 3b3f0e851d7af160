/** Why two can or can't talk, over HTTP and from the command line: whom people mean, what they are told, what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, freshKeys } from './support/fake-agent.js'
import { type Answer, callApi, startTestServer, type TestServer } from './support/test-server.js'

let test: TestServer

const { cli, ok } = commandLineOf(() => test)

/** Alpha and beta are in the office, alpha and gamma in the lab; in the office alpha may reach port 443 of beta and nothing else. */
beforeAll(async () => {
  test = await startTestServer()
  const joins = async (network: string, range: string, ...hosts: readonly Parameters<typeof claimsOf>[]) => {
    await ok('network', 'create', network, '--range', range)
    const { token } = JSON.parse(await ok('key', 'create', network, '--network', network, '--json'))
    for (const host of hosts) await enroll(test.url, token, freshKeys(), claimsOf(...host))
  }
  const filters = { capabilities: ['filter', 'isolate-networks'] } as const
  await joins('office', '10.66.0.0/24', ['alpha', filters], ['beta', filters])
  await joins('lab', '10.67.0.0/24', ['gamma', filters])
  await ok('node', 'add', 'lab', 'alpha')
  const { networks } = (await test.call('GET', '/networks')).json
  const { networkId } = networks.find(({ name }: { name: string }) => name === 'office')
  const id = async (name: string) => (await explain({ from: name, to: 'beta' })).json.from.nodeId
  const [alpha, beta] = [await id('alpha'), await id('beta')]
  const node = (nodeId: string) => [{ kind: 'node', nodeId }]
  const traffic = [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }]
  const policy = { type: 'AddPolicy', networkId, name: 'web', sources: node(alpha), destinations: node(beta), traffic }
  await test.call('POST', '/commands', { type: 'SwitchDefaultPolicy', networkId, everyoneAllowed: false })
  expect((await test.call('POST', '/commands', policy)).status).toBe(200)
})
afterAll(() => test.dispose())

const explain = (query: Record<string, string>): Promise<Answer> =>
  test.call('GET', `/explain?${new URLSearchParams(query)}`)

describe('GET /explain', () => {
  it('tells policy, hops and the way back as data, and in words', async () => {
    const { status, json } = await explain({ from: 'alpha', to: 'beta', protocol: 'tcp', port: '443' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      works: true,
      traffic: { protocol: 'tcp', port: 443 },
      flows: [
        {
          source: '10.66.0.1',
          destination: '10.66.0.2',
          policy: { allowed: true, by: expect.stringMatching(/^policy_/) },
          request: { hops: [{ action: 'sent' }, { action: 'delivered' }], verdict: { kind: 'delivered' } },
          reply: { verdict: { kind: 'delivered' } },
        },
      ],
    })
    expect(json.description[0]).toBe('alpha (10.66.0.1) to beta (10.66.0.2), TCP 443: works')
    expect(json.asOf.revision).toBe(test.revision())
  })

  it('tells what stops the rest, and the way out', async () => {
    const { json } = await explain({ from: 'alpha', to: 'beta', protocol: 'tcp', port: '22' })
    expect(json).toMatchObject({ works: false, flows: [{ policy: { allowed: false, by: null }, works: false }] })
    expect(json.description.join('\n')).toContain('way out: add a policy')
  })

  it('takes names, names with their network, ids and addresses', async () => {
    const { json } = await explain({ from: 'alpha.office', to: 'beta' })
    for (const from of ['alpha', json.from.nodeId, '10.66.0.1'])
      for (const to of ['beta.office', json.to.nodeId, '10.66.0.2'])
        expect((await explain({ from, to })).json.flows, `${from} to ${to}`).toEqual(json.flows)
  })

  it('looks for two that are in one network', async () => {
    expect((await explain({ from: 'alpha', to: 'gamma' })).json.flows[0].source).toMatch(/^10\.67\./)
    expect((await explain({ from: 'beta', to: 'gamma' })).json.error.code).toBe('ends-apart')
    const both = await explain({ from: 'alpha', to: 'alpha' })
    expect([both.status, both.json.error.code]).toEqual([409, 'end-ambiguous'])
    expect(both.json.error.message).toContain('lab, office')
  })

  it.each([
    ['no ends', {}, 400, 'invalid-input', '$.from'],
    ['one end', { from: 'alpha' }, 400, 'invalid-input', '$.to'],
    ['nobody', { from: 'alpha', to: 'nobody' }, 404, 'end-unknown', '"nobody"'],
    ['a property of Object', { from: '__proto__', to: 'constructor' }, 404, 'end-unknown', '__proto__'],
    ['a name that is too long', { from: 'a'.repeat(101), to: 'beta' }, 400, 'invalid-input', '$.from'],
    ['a line break', { from: 'alpha\n', to: 'beta' }, 400, 'invalid-input', '$.from'],
    ['two addresses beyond the mesh', { from: '192.0.2.1', to: '192.0.2.2' }, 409, 'ends-apart', 'networks'],
    ['a protocol that nobody knows', { from: 'alpha', to: 'beta', protocol: 'sctp' }, 400, 'invalid-input', 'protocol'],
    ['TCP without a port', { from: 'alpha', to: 'beta', protocol: 'tcp' }, 400, 'invalid-input', '$.port'],
    ['a ping to a port', { from: 'alpha', to: 'beta', port: '7' }, 400, 'invalid-input', '$.port'],
    ['port 0', { from: 'alpha', to: 'beta', protocol: 'udp', port: '0' }, 400, 'invalid-input', '$.port'],
    ['port 1e3', { from: 'alpha', to: 'beta', protocol: 'udp', port: '1e3' }, 400, 'invalid-input', '$.port'],
    ['a parameter that nobody knows', { from: 'alpha', to: 'beta', prot: 'tcp' }, 400, 'invalid-input', '$.prot'],
  ])('refuses %s', async (_, query: object, status, code, words) => {
    const answer = await explain(query as Record<string, string>)
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
    expect(answer.json.error.message).toContain(words)
    expect(answer.json.error.message.length).toBeLessThan(400)
  })

  it('does not repeat what may be a token', async () => {
    const token = `mft_${'x'.repeat(43)}`
    expect((await explain({ from: token, to: 'beta' })).text).not.toContain('xxx')
  })

  it('is for the administrator, and writes nothing', async () => {
    const revision = test.revision()
    expect((await callApi(test.url, null, 'GET', '/explain?from=alpha&to=beta')).status).toBe(401)
    await explain({ from: 'alpha', to: 'beta' })
    expect(test.revision()).toBe(revision)
  })
})

describe('meshfold explain', () => {
  it('prints the way in words, or as JSON', async () => {
    expect(await ok('explain', 'alpha', 'beta', '--tcp', '443')).toMatch(
      /TCP 443: works\n {2}policy: .*"web"\n {2}host "alpha" sends/,
    )
    expect(await ok('explain', 'alpha', 'beta')).toContain('ICMP: does not work')
    expect(await ok('explain', 'alpha', 'beta', '--icmp')).toContain('ICMP')
    expect(JSON.parse(await ok('explain', 'alpha', 'beta', '--udp', '53', '--json'))).toMatchObject({
      works: false,
      traffic: { protocol: 'udp', port: 53 },
    })
  })

  it('ends with 1 where it does not work, for who asks with --exit-code', async () => {
    expect((await cli('explain', 'alpha', 'beta', '--tcp', '443', '--exit-code')).code).toBe(0)
    const { code, out, err } = await cli('explain', 'alpha', 'beta', '--exit-code')
    expect([code, out, err]).toEqual([
      1,
      expect.stringContaining('does not work'),
      expect.stringContaining('--exit-code'),
    ])
    const asJson = await cli('explain', 'alpha', 'beta', '--exit-code', '--json')
    expect(JSON.parse(asJson.out).works).toBe(false)
    expect(JSON.parse(asJson.err).error.code).toBe('does-not-work')
  })

  it.each([
    [2, ['alpha'], "'to'"],
    [2, ['alpha', 'beta', '--tcp', 'https'], '--tcp'],
    [2, ['alpha', 'beta', '--tcp', '70000'], '65535'],
    [2, ['alpha', 'beta', '--tcp', '443', '--udp', '53'], '--udp'],
    [2, ['alpha', 'beta', '--icmp', '--udp', '53'], '--udp'],
    [1, ['alpha', 'nobody'], 'nobody'],
  ] as const)('ends with %s: %j', async (code, args, word) => {
    const run = await cli('explain', ...args)
    expect(run.err).toContain(word)
    expect([run.code, run.out]).toEqual([code, ''])
  })
})
