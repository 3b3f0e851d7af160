/** B7: whether what was last changed of a client is in effect where it connects, over HTTP and from the command line. */
import { rm } from 'node:fs/promises'
import { encodeBase64, hostCapabilities, udpEndpoint } from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { callApi, startTestServer, type TestServer, temporaryFolder, until } from './support/test-server.js'

let data: string
let test: TestServer
let agent: FakeAgent
const others: { close(): Promise<void> }[] = []
const keys = freshKeys()
const { ok } = commandLineOf(() => test)

beforeEach(async () => {
  data = await temporaryFolder()
  test = await startTestServer({ data })
  await ok('network', 'create', 'office', '--range', '10.66.0.0/24')
  const networkIds = [(await test.call('GET', '/networks')).json.networks[0].networkId]
  const key = await test.call('POST', '/enrollment-keys', { name: 'first', networkIds })
  const claims = claimsOf('gw', {
    endpoints: [{ endpoint: udpEndpoint('203.0.113.5:51821'), origin: 'declared' }],
    capabilities: [...hostCapabilities],
  })
  agent = new FakeAgent(test.url, await enroll(test.url, key.json.token, keys, claims), keys)
  await until(() => agent.table !== undefined)
  const publicKey = encodeBase64(nodeCrypto.generateX25519().publicKey, 'standard')
  await ok('command', 'CreateGateway', '--node-id', 'gw')
  await ok('command', 'AddClient', '--gateway-id', 'gw', '--name', 'phone', '--public-key', publicKey)
})

afterEach(async () => {
  await Promise.all([agent, ...others.splice(0)].map((each) => each.close()))
  await test.stop()
  await rm(data, { recursive: true, force: true })
})

const pendingAt = async ({ call }: TestServer = test): Promise<string | null> =>
  (await call('GET', '/clients')).json.clients[0].pending?.reason ?? null

it('shows what there is of a client, page by page, of one network or gateway', async () => {
  await until(async () => (await pendingAt()) === null)
  expect(await ok('client', 'list')).toMatch(
    /^NAME +NETWORK +ADDRESSES +GATEWAY +STATE +FILE +ID\nphone +office +10\.66\.0\.254\/32 +gw +enabled +- +\S+\n$/,
  )
  const { clients, next } = (await test.call('GET', '/clients?limit=1')).json
  expect([clients.length, next]).toEqual([1, null])
  const { networkId, gateway } = clients[0]
  const foundBy = async (query: string) => (await test.call('GET', `/clients?${query}`)).json.clients.length
  expect(await foundBy(`networkId=${networkId}`)).toBe(1)
  expect(await foundBy(`gatewayId=${gateway.nodeId}`)).toBe(1)
  expect(await foundBy(`gatewayId=${networkId}`)).toBe(0)
  expect((await callApi(test.url, null, 'GET', '/clients')).status).toBe(401)
})

it('B7 a change is pending while the gateway is away, and done when it came and took it over', async () => {
  await until(async () => (await pendingAt()) === null)
  await agent.close()
  await until(async () => !(await test.call('GET', '/hosts')).json.hosts[0].presence.online)
  expect(await pendingAt()).toBeNull()
  await ok('command', 'DisableClient', '--client-id', 'phone')
  const list = await ok('client', 'list')
  expect(list).toMatch(/phone .* disabled, pending /)
  expect(list).toContain(
    "\nphone: its gateway gw isn't connected to this server: what was changed last is done when it is",
  )
  agent = new FakeAgent(test.url, agent.enrolled, keys, { from: agent.table })
  await until(async () => (await pendingAt()) === null)
  expect(await ok('client', 'list')).toMatch(/phone .* disabled +-/)
})

it('B7 a gateway that is not as configured may not have done it', async () => {
  await until(async () => (await pendingAt()) === null)
  const asOf = agent.reached
  if (asOf === undefined) throw new Error('the gateway holds nothing')
  agent.send({ type: 'ack', asOf, outcome: 'failed', detail: 'no room' })
  await until(async () => (await pendingAt()) === 'gateway-diverged')
  expect(await ok('client', 'list')).toContain(
    'phone: its gateway gw is not as configured: meshfold host list says why',
  )
})

it('what does not concern the gateway is not waited for', async () => {
  await until(async () => (await pendingAt()) === null)
  await agent.close()
  await ok('client', 'file', 'phone', '--handed-out')
  await ok('network', 'create', 'elsewhere', '--range', '10.77.0.0/24')
  expect(await pendingAt()).toBeNull()
})

it('a server to which the gateway is not connected says that it knows no better; it is back to knowing after a start', async () => {
  await until(async () => (await pendingAt()) === null)
  const second = await startTestServer({ data, token: test.token })
  others.push({ close: () => second.stop() })
  expect(await pendingAt(second)).toBe('gateway-not-connected')
  const there = new FakeAgent(second.url, agent.enrolled, keys, { from: agent.table })
  others.push(there)
  await until(async () => (await pendingAt(second)) === null)
})
