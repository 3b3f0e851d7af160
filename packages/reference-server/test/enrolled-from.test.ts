/** A3: a machine's call comes from where its NAT is; until it has been seen, ports of its neighbours go by that. */
import { encodeHostClaims, type Host, largeMapValues } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf, endpointsOf, enroll, FakeAgent, freshKeys, prove, readToken } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let token: string

beforeEach(async () => {
  test = await startTestServer()
  const network = await test.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  const { networkId } = network.json.network
  token = (await test.call('POST', '/enrollment-keys', { name: 'k', networkIds: [networkId] })).json.token
})

afterEach(() => test.dispose())

const atHome = (name: string) => claimsOf(name, { endpoints: endpointsOf('192.168.1.10:51821') })

/** The proof's call comes from there. */
const enrolFrom = async (name: string, source: string | null): Promise<Host> => {
  const proof = await prove(test.url, readToken(token), freshKeys(), encodeHostClaims(atHome(name)))
  const answer = await test.server.context.desk.prove(proof, source)
  if (E.isLeft(answer)) throw new Error(answer.left.message)
  return hostCalled(name)
}

const hostCalled = (name: string): Host => {
  const host = [...largeMapValues(test.server.context.service.state.hosts)].find((each) => each.name === name)
  if (host === undefined) throw new Error(`${name} is not there`)
  return host
}

describe('the address from which a host enrols', () => {
  it('is that of its connection, and of no account where the server has a proxy on its own machine', async () => {
    await enroll(test.url, token, freshKeys(), atHome('alpha'))
    await enroll(test.url, token, freshKeys(), atHome('beta'))
    const { events } = (await test.call('GET', '/events')).json
    const registered = events.filter(({ type }: { type: string }) => type === 'HostRegistered')
    expect(registered.map(({ data }: { data: object }) => data)).toMatchObject([
      { name: 'alpha', enrolledFrom: '127.0.0.1', listenPort: 51_821 },
      { name: 'beta', enrolledFrom: '127.0.0.1', listenPort: 51_821 },
    ])
    expect(hostCalled('alpha').enrolledFrom).toBeNull()
  })

  it('keeps two behind one NAT on different ports, after a restart as well', async () => {
    expect(await enrolFrom('alpha', '203.0.113.9')).toMatchObject({ listenPort: 51_821, enrolledFrom: '203.0.113.9' })
    await test.stop()
    test = await startTestServer({ data: test.data, token: test.token })
    const beta = await enrolFrom('beta', '203.0.113.9')
    expect(beta).toMatchObject({ listenPort: 51_823, endpoints: [{ endpoint: '192.168.1.10:51823' }] })
    expect(await enrolFrom('gamma', '203.0.113.10')).toMatchObject({ listenPort: 51_821 })
  })

  it.each([
    ['2001:DB8:0::9', '2001:db8::9'],
    ['unix', null],
    ['fe80::1%eth0', null],
    ['192.168.1.1', null],
    [null, null],
  ])('counts by its text in short, if it has one: %s', async (source, enrolledFrom) => {
    expect(await enrolFrom('alpha', source)).toMatchObject({ enrolledFrom })
  })

  it('is told to no agent', async () => {
    await enrolFrom('alpha', '203.0.113.9')
    const keys = freshKeys()
    const beta = new FakeAgent(test.url, await enroll(test.url, token, keys, atHome('beta')), keys)
    await until(() => beta.kinds().length === 1)
    await enrolFrom('gamma', '203.0.113.9')
    await until(() => beta.kinds().length === 2)
    const told = JSON.stringify(beta.received)
    expect(told).toContain('192.168.1.10:51823')
    expect(told).not.toContain('203.0.113.9')
    await beta.close()
  })
})
