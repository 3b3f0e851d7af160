/** B1: a gateway's declared endpoint is unproven until a peer says that it arrived there. */
import { hostCapabilities, udpEndpoint } from '@meshfold/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

const endpoint = udpEndpoint('203.0.113.5:51821')
const peers = udpEndpoint('203.0.113.6:51821')

let test: TestServer
let gateway: FakeAgent
let peer: FakeAgent
const { ok } = commandLineOf(() => test)

beforeEach(async () => {
  test = await startTestServer()
  await ok('network', 'create', 'office', '--range', '10.66.0.0/24')
  const networkIds = [(await test.call('GET', '/networks')).json.networks[0].networkId]
  const key = await test.call('POST', '/enrollment-keys', { name: 'first', networkIds, maxUses: 2 })
  const join = async (name: string, change: Parameters<typeof claimsOf>[1]) => {
    const keys = freshKeys()
    return new FakeAgent(test.url, await enroll(test.url, key.json.token, keys, claimsOf(name, change)), keys)
  }
  gateway = await join('gw', { endpoints: [{ endpoint, origin: 'declared' }], capabilities: [...hostCapabilities] })
  peer = await join('alpha', {
    endpoints: [{ endpoint: peers, origin: 'declared' }],
    capabilities: [...hostCapabilities],
  })
  await until(() => gateway.table !== undefined && peer.table !== undefined)
  await ok('command', 'CreateGateway', '--node-id', 'gw')
})

afterEach(async () => {
  await Promise.all([gateway, peer].map((each) => each.close()))
  await test.dispose()
})

const proof = async (gatewayName = 'gw'): Promise<string> => {
  const { nodes } = (await test.call('GET', '/nodes')).json
  return nodes.find(({ name }: { name: string }) => name === gatewayName).gateway.endpoints[0].proof
}
const saysReached = (agent: FakeAgent) =>
  agent.send({
    type: 'observations',
    observations: [{ type: 'endpoints-reached', reached: [{ hostId: gateway.enrolled.hostId, endpoint }] }],
  })

it('says so in lists, with what to look at, and writes nothing when it is proven', async () => {
  expect(await proof()).toBe('unproven')
  const before = await ok('node', 'list')
  expect(before).toMatch(/^gw +office .* gateway, unproven /m)
  expect(before).toContain(
    'gw.office: no peer has told this server that it arrived at 203.0.113.5:51821, which was declared. Is that UDP port forwarded to the host, and let in?\n',
  )
  expect(await ok('host', 'show', 'gw')).toContain('203.0.113.5:51821 (unproven)\n')
  const revision = test.revision()
  saysReached(gateway)
  saysReached(peer)
  await until(async () => (await proof()) === 'proven')
  expect(await ok('node', 'list')).not.toContain('unproven')
  expect(await ok('host', 'show', 'gw')).toContain('203.0.113.5:51821 (proven)\n')
  expect(test.revision()).toBe(revision)
})

it('is not proven by the gateway itself', async () => {
  await ok('command', 'CreateGateway', '--node-id', 'alpha')
  const reached = [
    { hostId: gateway.enrolled.hostId, endpoint },
    { hostId: peer.enrolled.hostId, endpoint: peers },
  ]
  gateway.send({ type: 'observations', observations: [{ type: 'endpoints-reached', reached }] })
  await until(async () => (await proof('alpha')) === 'proven')
  expect(await proof()).toBe('unproven')
})
