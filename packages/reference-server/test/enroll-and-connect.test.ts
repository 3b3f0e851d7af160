import { projectSnapshot, tableOfSnapshot } from '@meshfold/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf, endpointsOf, enroll, FakeAgent, freshKeys, type HostKeyPairs } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let token: string

beforeEach(async () => {
  test = await startTestServer()
  const network = await test.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24', range6: 'fd66::/64' })
  const key = await test.call('POST', '/enrollment-keys', {
    name: 'first',
    networkIds: [network.json.network.networkId],
  })
  token = key.json.token
})

afterEach(() => test.dispose())

const join = async (name: string): Promise<{ keys: HostKeyPairs; agent: FakeAgent }> => {
  const keys = freshKeys()
  const enrolled = await enroll(test.url, token, keys, claimsOf(name, { endpoints: endpointsOf('192.0.2.1:51821') }))
  return { keys, agent: new FakeAgent(test.url, enrolled, keys) }
}

const expectUpToDate = (agent: FakeAgent) => {
  const { state } = test.server.context.service
  const wanted = tableOfSnapshot(agent.enrolled.hostId, projectSnapshot(state, agent.enrolled.hostId))
  expect(agent.table?.fragments).toEqual(wanted.fragments)
}

describe('a host that enrols and connects', () => {
  it('gets a snapshot, and a patch for each change that it may see', async () => {
    const alpha = await join('alpha')
    await until(() => alpha.agent.kinds().length === 1)
    expect(alpha.agent.kinds()).toEqual(['snapshot'])
    const beta = await join('beta')
    await until(() => alpha.agent.kinds().length === 2 && beta.agent.kinds().length === 1)
    expect(alpha.agent.kinds()).toEqual(['snapshot', 'patch'])
    expectUpToDate(alpha.agent)
    expectUpToDate(beta.agent)
    const { json } = await test.call('GET', '/hosts')
    expect(json.hosts.map((host: { presence: { online: boolean } }) => host.presence.online)).toEqual([true, true])
    await Promise.all([alpha.agent.close(), beta.agent.close()])
  })

  it('tells its endpoints, which others learn by a patch', async () => {
    const alpha = await join('alpha')
    await until(() => alpha.agent.kinds().length === 1)
    const beta = await join('beta')
    await until(() => alpha.agent.kinds().length === 2 && beta.agent.kinds().length === 1)
    alpha.agent.report({ endpoints: endpointsOf('192.0.2.77:4000') })
    await until(() => beta.agent.kinds().length === 2)
    expect(beta.agent.kinds()).toEqual(['snapshot', 'patch'])
    expectUpToDate(beta.agent)
    const revision = test.revision()
    alpha.agent.report({ endpoints: endpointsOf('192.0.2.77:4000') })
    alpha.agent.report({ endpoints: endpointsOf('127.0.0.1:4000') })
    await until(() => alpha.agent.kinds().includes('report-refused'))
    expect(alpha.agent.received.find(({ type }) => type === 'report-refused')).toMatchObject({
      code: 'endpoint-refused',
    })
    expect(test.revision()).toBe(revision)
    await Promise.all([alpha.agent.close(), beta.agent.close()])
  })
})
