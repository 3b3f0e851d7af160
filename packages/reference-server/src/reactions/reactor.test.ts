import {
  epochMs,
  type GatewayFigure,
  gatewayVerdictOf,
  largeMapGet,
  largeMapKeys,
  largeMapValues,
  type PairId,
  type ReportedObservation,
  reactionTimes,
} from '@meshfold/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { node, type ReactingAgent, ReactingServer } from '../../test/support/reacting-server.js'
import { until } from '../../test/support/test-server.js'

let server: ReactingServer
const others: ReactingServer[] = []

beforeEach(async () => {
  server = await ReactingServer.start()
})
afterEach(async () => {
  await Promise.all([server, ...others.splice(0)].map((each) => each.close()))
})

const figure = (number: number, roundTripMs: number | null): GatewayFigure => ({
  gatewayId: node(number),
  roundTripMs,
  lossPercent: roundTripMs === null ? 100 : 0,
  missedProbes: roundTripMs === null ? 3 : 0,
  handshakeAgeMs: 5000,
})
const measured = (...figures: readonly (readonly [number, number | null])[]): ReportedObservation => ({
  type: 'gateways-measured',
  figures: figures.map(([number, roundTripMs]) => figure(number, roundTripMs)),
})
const told = (sequence: number, ...gateways: readonly number[]): ReportedObservation => ({
  type: 'vector-told',
  sequence,
  gatewayIds: gateways.map(node),
  figures: [],
})
const assign = (number: number, ...gateways: readonly number[]) =>
  server.submit({ type: 'AssignRelay', nodeId: node(number), gatewayIds: gateways.map(node) } as never)

describe("a pair that can't connect", () => {
  let five: ReactingAgent
  let six: ReactingAgent

  beforeEach(async () => {
    const [one, other] = server.agents(5, 6)
    if (one === undefined || other === undefined) throw new Error('no agents')
    five = one
    six = other
    await server.pass(100)
  })

  it('C3 C4 is asked at both ends, and gets the relay that is nearest to both, with the evidence', async () => {
    const { revision } = server
    six.cannotReach(5)
    await server.pass(100)
    const gatewayIds = [node(1), node(2), node(3)]
    const asked = { type: 'probe-relays', gatewayIds, forMs: reactionTimes.probeForMs }
    expect(five.wanted()).toEqual([{ ...asked, nodeId: node(5), otherNodeId: node(6) }])
    expect(six.wanted()).toEqual([{ ...asked, nodeId: node(6), otherNodeId: node(5) }])
    five.answerProbe()
    six.answerProbe()
    await server.pass(100)
    expect(await server.eventsSince(revision)).toEqual(['AutoRelayEngaged'])
    const [pair] = [...largeMapValues(server.service.state.autoRelays)]
    expect(pair).toMatchObject({ nodeIds: [node(5), node(6)], gatewayIds: [node(1), node(2), node(3)] })
    expect(server.counted).toEqual({ taken: 3, AutoRelayEngaged: 1 })
  })

  it('writes nothing when nothing comes of it, however often it is said', async () => {
    const { revision } = server
    for (let second = 0; second < 60; second += 10) {
      six.cannotReach(5)
      await server.pass(10_000)
    }
    expect(server.revision).toBe(revision)
  })

  it('C5 C6 goes back to its direct path, and moves, when its owner says so and nobody else', async () => {
    six.cannotReach(5)
    await server.pass(100)
    for (const each of [five, six]) each.answerProbe()
    await server.pass(100)
    const { revision } = server
    const pairId = [...largeMapKeys(server.service.state.autoRelays)][0] as PairId
    const moved = {
      type: 'pair-moved',
      pairId,
      gatewayIds: [node(2)],
      sequence: 7,
      figures: [],
      otherRoundTrips: [],
    } as const
    const direct = { type: 'pair-direct', pairId, ownEchoAgeMs: 100, otherEchoAgeMs: 100, handshakeAgeMs: 50 } as const
    six.sees(moved, direct)
    await server.pass(1000)
    expect(server.revision).toBe(revision)
    five.sees(moved)
    await server.pass(1000)
    five.sees(direct)
    await server.pass(1000)
    expect(await server.eventsSince(revision)).toEqual(['AutoRelayMoved', 'AutoRelayReleased'])
  })

  it('is not searched a relay for when the other end is away', async () => {
    five.leave()
    six.cannotReach(5)
    await server.pass(100)
    expect(six.wanted()).toEqual([])
  })
})

describe('gateways', () => {
  it('F3 F5 of a relayed node are recorded as it moves, once', async () => {
    await assign(5, 1, 2)
    const [five] = server.agents(5)
    const { revision } = server
    five?.sees(told(11, 2, 1))
    await server.pass(100)
    for (let again = 0; again < 3; again += 1) {
      five?.sees(told(11, 2, 1))
      await server.pass(20_000)
    }
    expect(await server.eventsSince(revision)).toEqual(['RelayMoved'])
    expect(server.counted.RelayMoved).toBe(1)
  })

  it('F2 are judged every thirty seconds by what their users say', async () => {
    await assign(5, 1, 2)
    await assign(6, 1, 2)
    const agents = server.agents(5, 6)
    for (let round = 0; round < 4; round += 1) {
      for (const agent of agents) agent.sees(measured([1, null], [2, 12]))
      await server.pass(10_000)
    }
    const healthOf = (number: number) =>
      gatewayVerdictOf(server.reactor.memory, node(number), epochMs(server.clock.nowEpochMs()))?.health
    expect([1, 2, 3].map(healthOf)).toEqual(['unhealthy', 'healthy', undefined])
  })

  it('F1 of an automatic list go in the order of what was measured', async () => {
    await server.submit({ type: 'SetAutoGateway', nodeId: node(5) } as never)
    const [five] = server.agents(5)
    const { revision } = server
    for (let round = 0; round < 9; round += 1) {
      five?.sees(measured([1, 90], [2, 50], [3, 5]))
      await server.pass(10_000)
    }
    expect(await server.eventsSince(revision)).toEqual(['RelayMoved'])
    expect(largeMapGet(server.service.state.nodes, node(5))?.relay?.gatewayIds[0]).toBe(node(3))
  })
})

describe('hostile agents', () => {
  it('move nobody but themselves', async () => {
    await assign(5, 1, 2)
    const [six] = server.agents(6)
    const { revision } = server
    const figures = [figure(1, 1)]
    const failure = { kind: 'never-connected', tryingForMs: 60_000 } as const
    six?.sees(
      { type: 'vector-told', sequence: Number.MAX_SAFE_INTEGER, gatewayIds: [node(2)], figures },
      { type: 'pair-unreachable', nodeId: node(5), otherNodeId: node(7), failure },
      { type: 'pair-unreachable', nodeId: node(6), otherNodeId: 'nobody' as never, failure },
      { type: 'relays-probed', nodeId: node(5), otherNodeId: node(7), probed: [] },
      { type: 'pair-direct', pairId: 'a+b' as never, ownEchoAgeMs: 0, otherEchoAgeMs: 0, handshakeAgeMs: 0 },
      { type: 'ranges-served', servedEgressIds: ['nothing' as never], unservable: [] },
    )
    await server.pass(60_000)
    expect(server.revision).toBe(revision)
    expect(six?.isConnected).toBe(true)
    expect(server.warnings).toEqual([])
  })

  it('are not listened to any more when they say too much, and others still are', async () => {
    const [six, five] = server.agents(6, 5)
    for (let message = 0; message < 30; message += 1) six?.sees(...Array(100).fill(measured([1, 5])))
    expect(server.counted).toEqual({ taken: 500, refused: 2500 })
    expect(six?.isConnected).toBe(true)
    five?.cannotReach(6)
    await server.pass(100)
    expect(five?.wanted()).toHaveLength(1)
  })

  it('can not make a host measure without end', async () => {
    const [victim, ...hosts] = server.agents(8, 4, 5, 6, 7)
    for (let second = 0; second < 120; second += 1) {
      for (const each of hosts) each.cannotReach(8)
      await server.pass(1000)
    }
    expect(victim?.wanted().length).toBeLessThan(40)
  })

  it.each([
    ['nonsense among the figures', { type: 'gateways-measured', figures: [{ ...figure(1, 5), lossPercent: 1e9 }] }],
    ['a round-trip time below nothing', { type: 'gateways-measured', figures: [figure(1, -5)] }],
  ])('lose their connection for %s', (_name, observation) => {
    const [six] = server.agents(6)
    six?.sayText(JSON.stringify({ type: 'observations', observations: [observation] }))
    expect(six?.isConnected).toBe(false)
    expect(server.counted).toEqual({})
  })

  it('can not say that somebody else went', () => {
    const [six] = server.agents(6)
    const gone = { type: 'presence-seen', isConnected: false, hostId: 'host-5' }
    six?.sayText(JSON.stringify({ type: 'observations', observations: [gone] }))
    expect(server.counted.taken).toBe(0)
  })

  it('keep it for something that only a newer server knows', () => {
    const [six] = server.agents(6)
    const later = { type: 'weather-seen', isRaining: true }
    six?.sayText(JSON.stringify({ type: 'observations', observations: [later, measured([1, 5])] }))
    expect(six?.isConnected).toBe(true)
    expect(server.counted).toEqual({ taken: 1 })
  })
})

describe('memory', () => {
  it('of hosts that left is let go, and so are their budgets', async () => {
    await assign(5, 1, 2)
    const [five] = server.agents(5)
    five?.sees(told(11, 1, 2), measured([1, 5], [2, 6]))
    await server.pass(100)
    expect(server.reactor.memory.hosts.entries.size).toBe(1)
    await server.submit({ type: 'RemoveHost', hostId: 'host-5' } as never)
    expect(five?.isConnected).toBe(false)
    await server.pass(6 * 60_000)
    const { hosts, nodes, pairs, given } = server.reactor.memory
    expect([hosts, nodes, pairs, given].map(({ entries }) => entries.size)).toEqual([0, 0, 0, 0])
  })
})

describe('time', () => {
  it('is all that it takes: what was seen is judged by itself', async () => {
    await assign(5, 1, 2)
    const [five] = server.agents(5)
    five?.sees(told(11, 2, 1))
    server.clock.advance(50)
    await until(() => server.counted.RelayMoved === 1)
  })

  it('goes on when somebody sets the clock back', async () => {
    await assign(5, 1, 2)
    const [five] = server.agents(5)
    five?.sees(told(11, 2, 1))
    await server.pass(100)
    server.clock.jump(-3_600_000)
    five?.sees(told(12, 1, 2))
    await server.pass(20_000)
    expect(largeMapGet(server.service.state.nodes, node(5))?.relay?.gatewayIds[0]).toBe(node(1))
  })
})
