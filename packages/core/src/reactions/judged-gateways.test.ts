import { describe, expect, test } from 'vitest'
import {
  assign,
  measured,
  node,
  presence,
  type ReactionWorld,
  type Seen,
  setAuto,
  worldOf,
} from '../../test/reaction-world.js'
import type { RangesServed } from '../protocol/observation.js'
import { sampleAddEgress } from '../testing/sample-mesh.js'
import { egressId, hostId } from '../values/index.js'
import { gatewayVerdictOf, routerStandings } from './reaction-views.js'

const verdictOf = (world: ReactionWorld, gateway: number) =>
  gatewayVerdictOf(world.memory, node(gateway), world.now)?.health

/** Gateways 1 to 3; nodes 4 to 6 use all of them. */
const world = () => worldOf({ hosts: 8, gateways: 3 }, assign(4, 1, 2, 3), assign(5, 2, 3, 1), assign(6, 3, 1, 2))

describe('F2 the server judges each gateway', () => {
  test('F2 within 30 s, by what its users say', () => {
    const there = world()
    there.observe(
      measured(4, [1, null], [2, 10], [3, 10]),
      measured(5, [1, null], [2, 10], [3, null]),
      measured(6, [1, 30], [2, 10], [3, 10]),
    )
    there.pass(30_000)
    there.observe()
    expect([1, 2, 3].map((gateway) => verdictOf(there, gateway))).toEqual(['unhealthy', 'healthy', 'healthy'])
    expect(gatewayVerdictOf(there.memory, node(1), there.now)).toMatchObject({ answering: 1, silent: 2 })
  })

  test('F2 each user has one voice, its last', () => {
    const there = world()
    for (let turn = 0; turn < 5; turn += 1) {
      there.observe(measured(4, [1, null], [2, 10]))
      there.pass(1)
    }
    there.observe(measured(5, [1, null], [2, 10]))
    there.pass(1)
    there.observe(measured(5, [1, 20], [2, 10]), measured(6, [1, 20], [2, 10]))
    there.pass(30_000)
    there.observe()
    expect(gatewayVerdictOf(there.memory, node(1), there.now)).toMatchObject({
      health: 'healthy',
      answering: 2,
      silent: 1,
    })
  })

  test('F2 one link that broke is no gateway that died, while the gateway’s agent is there', () => {
    const there = world()
    there.observe(presence(1, true), measured(4, [1, null], [2, 10]))
    there.pass(30_000)
    there.observe()
    expect(verdictOf(there, 1)).toBeUndefined()
  })

  test('F2 who doesn’t use a gateway has no voice', () => {
    const there = world()
    there.observe(measured(7, [1, null], [2, 10]), measured(8, [1, null], [2, 10]))
    there.pass(30_000)
    there.observe()
    expect(verdictOf(there, 1)).toBeUndefined()
  })

  test('F2 a host that reaches none of its gateways says nothing of them', () => {
    const there = world()
    there.observe(measured(4, [1, null], [2, null]), measured(5, [1, null], [3, null]), measured(6, [3, 10]))
    there.pass(30_000)
    there.observe()
    expect([1, 2, 3].map((gateway) => verdictOf(there, gateway))).toEqual([undefined, undefined, 'healthy'])
    expect(gatewayVerdictOf(there.memory, node(3), there.now)).toMatchObject({ answering: 1, silent: 0 })
  })

  test('F2 when every gateway seems dead, the verdicts before that stand', () => {
    const there = world()
    there.observe(measured(4, [1, 10], [2, 10]))
    there.pass(30_000)
    there.observe(measured(4, [1, null]), measured(5, [1, null]), measured(6, [2, null]))
    there.pass(30_000)
    there.observe()
    expect(verdictOf(there, 1)).toBe('healthy')
    expect(verdictOf(there, 2)).toBe('healthy')
  })

  test('F2 a verdict that isn’t renewed for a minute is none', () => {
    const there = world()
    there.observe(measured(4, [1, 10], [2, 10]))
    there.pass(30_000)
    there.observe()
    expect(verdictOf(there, 1)).toBe('healthy')
    there.pass(60_001)
    expect(verdictOf(there, 1)).toBeUndefined()
  })

  test('F2 a verdict moves nobody; it keeps a gateway from being chosen', () => {
    const there = worldOf({ hosts: 8, gateways: 3 }, assign(5, 2, 3), assign(6, 2, 3), setAuto(4), setAuto(7))
    const { commands } = there.observe(measured(5, [2, null], [3, 10]), measured(6, [2, null], [3, 10]))
    there.pass(30_000)
    expect([...commands, ...there.observe().commands]).toEqual([])
    expect(verdictOf(there, 2)).toBe('unhealthy')
    const found = there.observe(measured(4, [1, 90], [2, 1], [3, 50]))
    expect(found.commands).toMatchObject([{ type: 'RankGateways', gatewayIds: [node(3), node(1), node(2)] }])
  })

  test('F2 the silence of everybody moves nothing', () => {
    const there = worldOf({ hosts: 6, gateways: 3 }, setAuto(4), setAuto(5), assign(6, 1, 2))
    there.observe(...[1, 2, 3, 4, 5, 6].map((number) => presence(number, true)))
    there.pass(200_000)
    const commands = []
    for (let turn = 0; turn < 20; turn += 1) {
      const silence = [4, 5, 6].map((number) => measured(number, [1, null], [2, null], [3, null]))
      const gone = [1, 2, 3, 4, 5, 6].map((number) => presence(number, turn % 3 === 0))
      commands.push(...there.observe(...silence, ...gone).commands)
      there.pass(10_000)
    }
    expect(commands).toEqual([])
  })
})

describe('E6 routers', () => {
  const site = egressId('egress-1')
  const serves = (number: number, changes: Partial<RangesServed>): Seen => ({
    type: 'ranges-served',
    hostId: hostId(`host-${number}`),
    servedEgressIds: [],
    unservable: [],
    ...changes,
  })
  /** Routers 2, 1 and 3 in the order of preference. */
  const routed = (nat: boolean) =>
    worldOf(
      { hosts: 4, gateways: 0 },
      sampleAddEgress(1, {
        nat,
        returnRoute: 'external',
        routers: [
          { nodeId: node(1), metric: 20 },
          { nodeId: node(2), metric: 10 },
          { nodeId: node(3), metric: 30 },
        ],
      }),
    )
  const standingsOf = (there: ReactionWorld) =>
    routerStandings(there.state, there.memory, site).map(({ nodeId, standing }) => [nodeId, standing])

  test('E6 the active router is the first of the order that says it serves the ranges', () => {
    const there = routed(false)
    there.observe(serves(1, { servedEgressIds: [site] }), serves(2, {}), serves(3, { servedEgressIds: [site] }))
    expect(standingsOf(there)).toEqual([
      [node(2), 'standby'],
      [node(1), 'active'],
      [node(3), 'standby'],
    ])
  })

  test('E6 a router says which ranges it can’t serve now, and why', () => {
    const there = routed(false)
    there.observe(
      serves(2, { unservable: [{ egressId: site, reason: 'no-link' }] }),
      serves(1, { servedEgressIds: [site] }),
    )
    expect(routerStandings(there.state, there.memory, site)).toEqual([
      { nodeId: node(2), standing: 'unservable', reason: 'no-link' },
      { nodeId: node(1), standing: 'active', reason: null },
      { nodeId: node(3), standing: 'unknown', reason: null },
    ])
  })

  test('E6 a router whose agent went isn’t counted on', () => {
    const there = routed(false)
    there.observe(serves(2, { servedEgressIds: [site] }), serves(1, { servedEgressIds: [site] }), presence(2, false))
    expect(standingsOf(there).slice(0, 2)).toEqual([
      [node(2), 'absent'],
      [node(1), 'active'],
    ])
  })

  test('E6 with NAT each viewer chooses among those that stand by', () => {
    const there = routed(true)
    there.observe(
      serves(2, { servedEgressIds: [site] }),
      serves(1, { servedEgressIds: [site] }),
      serves(3, { unservable: [{ egressId: site, reason: 'no-route' }] }),
    )
    expect(standingsOf(there).map(([, standing]) => standing)).toEqual(['standby', 'standby', 'unservable'])
  })

  test('E6 what a router serves is no event', () => {
    const there = routed(false)
    expect(there.observe(serves(2, { servedEgressIds: [site] })).commands).toEqual([])
  })
})
