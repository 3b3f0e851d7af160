/** Whole servers on SQLite: what agents see becomes events, once, through restarts and with two servers on one mesh. */
import { rm } from 'node:fs/promises'
import { hostCapabilities, type NodeId, type RelayProbeWanted, type ReportedObservation } from '@meshfold/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimsOf, endpointsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer, temporaryFolder, until } from './support/test-server.js'

interface Member {
  readonly nodeId: NodeId
  readonly connect: (server: TestServer) => FakeAgent
}

const NAMES = ['gate-1', 'gate-2', 'web', 'shop', 'desk'] as const

let data: string
let one: TestServer
let members: Readonly<Record<(typeof NAMES)[number], Member>>
const agents: FakeAgent[] = []
const servers: TestServer[] = []

const start = async (token?: string): Promise<TestServer> => {
  const server = await startTestServer({ data, ...(token === undefined ? {} : { token }) })
  servers.push(server)
  return server
}

const command = async (server: TestServer, body: object): Promise<void> => {
  const answer = await server.call('POST', '/commands', body)
  if (answer.status !== 200) throw new Error(answer.text)
}

const memberOf = async (name: string, place: number, token: string): Promise<Member> => {
  const keys = freshKeys()
  const endpoints = endpointsOf(`192.0.2.${place + 1}:51821`)
  const claims = claimsOf(name, { endpoints, capabilities: hostCapabilities, localPrefixes: ['192.0.2.0/24' as never] })
  const enrolled = await enroll(one.url, token, keys, claims)
  const { nodes } = (await one.call('GET', `/nodes?hostId=${enrolled.hostId}`)).json
  const connect = ({ url }: TestServer) => {
    const agent = new FakeAgent(url, enrolled, keys)
    agents.push(agent)
    return agent
  }
  return { nodeId: nodes[0].nodeId, connect }
}

beforeEach(async () => {
  data = await temporaryFolder()
  one = await start()
  const network = await one.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  const { networkId } = network.json.network
  await command(one, { type: 'UpdateNetwork', networkId, settings: { privateUnderlay: true } })
  const key = await one.call('POST', '/enrollment-keys', { name: 'k', networkIds: [networkId], maxUses: 9 })
  const joined: [string, Member][] = []
  for (const [place, name] of NAMES.entries()) joined.push([name, await memberOf(name, place, key.json.token)])
  members = Object.fromEntries(joined) as typeof members
  for (const gateway of [members['gate-1'], members['gate-2']])
    await command(one, { type: 'CreateGateway', nodeId: gateway.nodeId })
}, 30_000)

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()))
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  await rm(data, { recursive: true, force: true })
})

const sees = (agent: FakeAgent, ...observations: readonly ReportedObservation[]) =>
  agent.send({ type: 'observations', observations })

const asked = ({ received }: FakeAgent): RelayProbeWanted | undefined =>
  received.findLast((message): message is RelayProbeWanted => message.type === 'probe-relays')

const unreachable = (from: Member, to: Member): ReportedObservation => ({
  type: 'pair-unreachable',
  nodeId: from.nodeId,
  otherNodeId: to.nodeId,
  failure: { kind: 'broken', unansweredForMs: 20_000, missedProbes: 3, handshakeAgeMs: null },
})

const answer = (agent: FakeAgent): void => {
  const wanted = asked(agent)
  if (wanted === undefined) throw new Error('it was not asked')
  const { nodeId, otherNodeId, gatewayIds } = wanted
  const probed = gatewayIds.map((gatewayId) => ({
    gatewayId,
    roundTripMs: gatewayId === members['gate-2'].nodeId ? 4 : 40,
  }))
  sees(agent, { type: 'relays-probed', nodeId, otherNodeId, probed })
}

const told = (sequence: number, ...gatewayIds: readonly NodeId[]): ReportedObservation => ({
  type: 'vector-told',
  sequence,
  gatewayIds,
  figures: [],
})

const eventsOf = async (server: TestServer, type: string): Promise<readonly unknown[]> => {
  const { events } = (await server.call('GET', '/events?limit=1000')).json
  return events.filter((event: { type: string }) => event.type === type)
}

it('gives a pair its relay although the server is stopped in the middle of the search', {
  timeout: 60_000,
}, async () => {
  const { web, shop } = members
  const first = web.connect(one)
  shop.connect(one)
  await until(() => agents.every((agent) => agent.kinds().includes('snapshot')))
  sees(first, unreachable(web, shop))
  await until(() => agents.every((agent) => asked(agent) !== undefined))
  const { token } = one
  await one.stop()
  // Nobody remembers the search; the agents say anew what still holds.
  const again = await start(token)
  const [left, right] = [web.connect(again), shop.connect(again)]
  await until(() => [left, right].every((agent) => agent.kinds().length > 0))
  answerNobodyAsked(left)
  sees(right, unreachable(shop, web))
  await until(() => [left, right].every((agent) => asked(agent) !== undefined))
  answer(left)
  answer(right)
  await until(async () => (await eventsOf(again, 'AutoRelayEngaged')).length > 0)
  const [event] = await eventsOf(again, 'AutoRelayEngaged')
  expect(event).toMatchObject({
    actor: 'system:reactions',
    data: { gatewayIds: [members['gate-2'].nodeId, members['gate-1'].nodeId] },
  })
  const metrics = await again.call('GET', '/metrics')
  expect(metrics.text).toContain('meshfold_reaction_events_total{type="AutoRelayEngaged"} 1')
  expect(metrics.text).toContain('meshfold_auto_relayed_pairs 1')
  expect(metrics.text).toContain('meshfold_observations_total{outcome="taken"} 4')
})

/** It still answers what the stopped server had asked. */
const answerNobodyAsked = (agent: FakeAgent): void =>
  sees(agent, { type: 'relays-probed', nodeId: members.web.nodeId, otherNodeId: members.shop.nodeId, probed: [] })

it('records a move once, whichever of two servers its owner is connected to', { timeout: 60_000 }, async () => {
  const { desk, web } = members
  const gateways = [members['gate-1'].nodeId, members['gate-2'].nodeId] as const
  await command(one, { type: 'AssignRelay', nodeId: desk.nodeId, gatewayIds: gateways })
  const two = await start(one.token)
  const before = desk.connect(one)
  const elsewhere = web.connect(two)
  await until(() => [before, elsewhere].every((agent) => agent.kinds().length > 0))
  sees(before, told(7, gateways[1], gateways[0]))
  await until(async () => (await eventsOf(two, 'RelayMoved')).length === 1)
  // It loses its server, comes to the other one, and says the same again, as agents do.
  await before.close()
  const after = desk.connect(two)
  await until(() => after.kinds().length > 0)
  sees(after, told(7, gateways[1], gateways[0]))
  // Somebody else's word on it counts nowhere.
  sees(elsewhere, told(9, gateways[0], gateways[1]))
  await until(() => two.server.context.reactor.memory.hosts.entries.size === 2)
  sees(after, told(8, gateways[0], gateways[1]))
  await until(async () => (await eventsOf(one, 'RelayMoved')).length === 2)
  const moves = await eventsOf(one, 'RelayMoved')
  expect(moves).toMatchObject([
    { data: { nodeId: desk.nodeId, sequence: 7, cause: 'own-choice' } },
    { data: { nodeId: desk.nodeId, sequence: 8, cause: 'own-choice' } },
  ])
})
