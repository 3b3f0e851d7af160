import { describe, expect, test } from 'vitest'
import {
  assign,
  figure,
  measured,
  node,
  presence,
  type ReactionWorld,
  setAuto,
  told,
  worldOf,
} from '../../test/reaction-world.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { Observation } from '../protocol/observation.js'
import { sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { egressId, epochMs, hostId, ipPrefix } from '../values/index.js'
import { react } from './react.js'

const gatewaysOf = (world: ReactionWorld, number: number) =>
  largeMapGet(world.state.nodes, node(number))?.relay?.gatewayIds

/** Node 4 has an automatic gateway, one of 1, 2 and 3, and was settled on gateway 1 long ago. */
const settled = () => {
  const world = worldOf({ hosts: 5, gateways: 3 }, setAuto(4))
  world.pass(200_000)
  return world
}

/** The same measurement every ten seconds, for so long. */
const keepMeasuring = (world: ReactionWorld, forMs: number, ...figures: Parameters<typeof measured>[1][]) => {
  const outcomes = []
  for (let passed = 0; passed <= forMs; passed += 10_000) {
    if (passed > 0) world.pass(10_000)
    outcomes.push(world.observe(measured(4, ...figures)))
  }
  return outcomes.flatMap(({ events }) => events)
}

describe('F1 the first choice', () => {
  test('F1 without any measurement the gateway with the fewest nodes is used, then by id', () => {
    const world = worldOf({ hosts: 7, gateways: 3 }, assign(6, 1), assign(7, 2), setAuto(4))
    expect(gatewaysOf(world, 4)).toEqual([node(3), node(1), node(2)])
  })

  test('F1 what was just assigned goes to the nearest as soon as all of it is measured, with the evidence', () => {
    const world = worldOf({ hosts: 4, gateways: 3 }, setAuto(4))
    world.pass(5000)
    const { commands } = world.observe(measured(4, [1, 80], [2, 40], [3, 25]))
    expect(commands).toEqual([
      {
        type: 'RankGateways',
        atEpochMs: world.now,
        nodeId: node(4),
        gatewayIds: [node(3), node(2), node(1)],
        evidence: {
          handshakeAgeMs: 5000,
          missedProbes: 0,
          measured: [
            { gatewayId: node(3), roundTripMs: 25, otherRoundTripMs: null },
            { gatewayId: node(2), roundTripMs: 40, otherRoundTripMs: null },
            { gatewayId: node(1), roundTripMs: 80, otherRoundTripMs: null },
          ],
        },
      },
    ])
  })

  test('F1 the first choice waits until every gateway of the list is measured', () => {
    const world = worldOf({ hosts: 4, gateways: 3 }, setAuto(4))
    expect(world.observe(measured(4, [1, 80], [2, 40])).commands).toEqual([])
  })

  test('F1 the first choice is made once: the next figures must prove themselves for a minute', () => {
    const world = worldOf({ hosts: 4, gateways: 3 }, setAuto(4))
    world.observe(measured(4, [1, 80], [2, 40], [3, 25]))
    world.pass(1000)
    expect(world.observe(measured(4, [1, 5], [2, 40], [3, 25])).commands).toEqual([])
  })

  test('F1 a gateway that loses packets counts as further away', () => {
    const world = worldOf({ hosts: 4, gateways: 2 }, setAuto(4))
    const figures = [figure(1, 20, { lossPercent: 10 }), figure(2, 45)]
    const { commands } = world.observe({ type: 'gateways-measured', hostId: hostId('host-4'), figures })
    expect(commands).toMatchObject([{ gatewayIds: [node(2), node(1)] }])
  })

  test('F1 a node that waits for a gateway gets one that it may have when its host comes', () => {
    const exit = { type: 'CreateGateway', atEpochMs: sampleTime, nodeId: node(1), internet: {} } as const
    const everything = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]
    const world = worldOf(
      { hosts: 3, gateways: 0 },
      sampleAddEgress(1, { ranges: everything, routers: [{ nodeId: node(3) }] }),
      exit,
      setAuto(3),
    )
    expect(gatewaysOf(world, 3)).toEqual([])
    expect(world.observe(presence(3, true)).commands).toEqual([])
    // Who leads to the internet uses no internet gateway (D3); now it may.
    world.carryOut({ type: 'RemoveEgress', atEpochMs: world.now, egressId: egressId('egress-1') })
    world.pass(1000)
    expect(world.observe(presence(3, true)).commands).toMatchObject([
      { type: 'RankGateways', nodeId: node(3), gatewayIds: [node(1)], evidence: { measured: [] } },
    ])
  })
})

describe('F1 the margin', () => {
  test('F1 another gateway that is better by a fifth and 10 ms for 60 s takes over', () => {
    const world = settled()
    expect(keepMeasuring(world, 50_000, [1, 60], [2, 40], [3, 90])).toEqual([])
    world.pass(10_000)
    const { events } = world.observe(measured(4, [1, 60], [2, 40], [3, 90]))
    expect(events).toMatchObject([
      { type: 'RelayMoved', nodeId: node(4), gatewayIds: [node(2), node(1), node(3)], cause: 'selection' },
    ])
  })

  test.each([
    ['by 9 ms, however large a share', [30, 21]],
    ['by less than a fifth, however many milliseconds', [200, 170]],
    ['by nothing', [30, 30]],
  ] as const)('F1 better %s is not better', (_, [present, rival]) => {
    expect(keepMeasuring(settled(), 300_000, [1, present], [2, rival], [3, 300])).toEqual([])
  })

  test('F1 exactly a fifth and 10 ms is enough', () => {
    expect(keepMeasuring(settled(), 60_000, [1, 50], [2, 40], [3, 90])).toHaveLength(1)
  })

  test('F1 one measurement that says otherwise begins the minute anew', () => {
    const world = settled()
    keepMeasuring(world, 50_000, [1, 60], [2, 40], [3, 90])
    world.pass(10_000)
    world.observe(measured(4, [1, 60], [2, 55], [3, 90]))
    world.pass(10_000)
    expect(keepMeasuring(world, 50_000, [1, 60], [2, 40], [3, 90])).toEqual([])
  })

  test('F1 a minute with a gap in the measurements proves nothing', () => {
    const world = settled()
    keepMeasuring(world, 20_000, [1, 60], [2, 40], [3, 90])
    world.pass(40_000)
    expect(world.observe(measured(4, [1, 60], [2, 40], [3, 90])).events).toEqual([])
  })

  test('F1 the minute is about the gateway in use: with another one in use it begins anew', () => {
    const world = settled()
    keepMeasuring(world, 50_000, [1, 90], [2, 70], [3, 40])
    world.pass(10_000)
    world.carryOut({
      type: 'RemoveGateway',
      atEpochMs: world.now,
      nodeId: node(1),
      moveTo: null,
      withoutTarget: 'let-go',
    })
    expect(gatewaysOf(world, 4)).toEqual([node(2), node(3)])
    expect(keepMeasuring(world, 50_000, [2, 70], [3, 40])).toEqual([])
    world.pass(10_000)
    expect(world.observe(measured(4, [2, 70], [3, 40])).events).toHaveLength(1)
  })

  test('F1 a gateway that a node holds by its own choice is the node’s to leave', () => {
    const world = settled()
    world.observe(told(4, world.now, 3, 1, 2))
    const events = keepMeasuring(world, 300_000, [1, 10], [2, 10], [3, 90])
    expect(events).toEqual([])
    expect(gatewaysOf(world, 4)?.[0]).toBe(node(3))
  })

  test('F1 a manual list is nobody’s to order', () => {
    const world = worldOf({ hosts: 4, gateways: 2 }, assign(4, 1, 2))
    expect(keepMeasuring(world, 120_000, [1, 200], [2, 5])).toEqual([])
  })
})

describe('F1 standbys', () => {
  test('F1 a standby that is silent for a minute gives way to a gateway outside the list', () => {
    const world = worldOf({ hosts: 7, gateways: 5 }, setAuto(6))
    world.pass(200_000)
    const figures = [[1, 20] as const, [2, 30] as const, [3, null] as const, [4, 30] as const]
    const events = []
    for (let turn = 0; turn <= 6; turn += 1) {
      events.push(...world.observe(measured(6, ...figures)).events)
      world.pass(10_000)
    }
    expect(events).toMatchObject([
      { type: 'GatewayRankingChanged', nodeId: node(6), gatewayIds: [node(1), node(2), node(4), node(5)] },
    ])
  })

  test('F1 a gateway that came becomes a standby where there is room', () => {
    const world = worldOf({ hosts: 4, gateways: 2 }, setAuto(4))
    world.pass(200_000)
    world.carryOut({ type: 'CreateGateway', atEpochMs: world.now, nodeId: node(3) })
    const { events } = world.observe(measured(4, [1, 20], [2, 20]))
    expect(events).toMatchObject([{ type: 'GatewayRankingChanged', gatewayIds: [node(1), node(2), node(3)] }])
  })

  test('F1 with nobody to take its place a silent standby stays', () => {
    expect(keepMeasuring(settled(), 120_000, [1, 20], [2, null], [3, 30])).toEqual([])
  })
})

describe('F4 load', () => {
  test('F4 at the first choice, of gateways within 10 ms of the best the one with fewer nodes wins', () => {
    const world = worldOf({ hosts: 7, gateways: 3 }, assign(5, 2), assign(6, 3), assign(7, 3), setAuto(4))
    const { commands } = world.observe(measured(4, [1, 90], [2, 30], [3, 20]))
    expect(commands).toMatchObject([{ gatewayIds: [node(2), node(3), node(1)] }])
  })

  test('F4 load never moves a node', () => {
    const world = settled()
    world.carryOut({ ...assign(5, 1), atEpochMs: world.now })
    expect(keepMeasuring(world, 300_000, [1, 25], [2, 24], [3, 26])).toEqual([])
  })
})

describe('F3 a node moved by itself', () => {
  test('F3 F5 its vector is recorded, once, with what it was chosen on', () => {
    const world = settled()
    const { events } = world.observe({
      type: 'vector-told',
      hostId: hostId('host-4'),
      sequence: world.now,
      gatewayIds: [node(2), node(3)],
      figures: [figure(1, null, { missedProbes: 3, handshakeAgeMs: 9000 }), figure(2, 30)],
    })
    expect(events).toEqual([
      {
        type: 'RelayMoved',
        atEpochMs: world.now,
        nodeId: node(4),
        gatewayIds: [node(2), node(3), node(1)],
        sequence: world.now,
        cause: 'own-choice',
        evidence: {
          handshakeAgeMs: 9000,
          missedProbes: 3,
          measured: [
            { gatewayId: node(2), roundTripMs: 30, otherRoundTripMs: null },
            { gatewayId: node(1), roundTripMs: null, otherRoundTripMs: null },
          ],
        },
      },
    ])
    world.pass(1000)
    expect(world.observe(told(4, world.now - 1000, 2, 3)).commands).toEqual([])
  })

  test('F3 an older vector is old news', () => {
    const world = settled()
    world.observe(told(4, 2000, 2, 3))
    world.pass(1000)
    expect(world.observe(told(4, 1999, 1, 2, 3)).commands).toEqual([])
  })

  test('F3 an older vector that comes late does not take the place of one that waits to be recorded', () => {
    const world = settled()
    const first = world.now
    for (const [number, sequence] of [
      [2, first],
      [1, first + 1],
      [3, first + 3],
      [2, first + 2],
    ] as const) {
      world.observe(told(4, sequence, number))
      world.pass(1000)
    }
    world.pass(60_000)
    expect(world.observe().events).toMatchObject([{ type: 'RelayMoved', sequence: first + 3 }])
    expect(gatewaysOf(world, 4)?.[0]).toBe(node(3))
  })

  test('F3 the recovery of a gateway moves nobody back', () => {
    const world = settled()
    world.observe(told(4, world.now, 2, 3))
    world.pass(10_000)
    expect(world.observe(told(4, world.now, 2, 1, 3)).commands).toEqual([])
    expect(keepMeasuring(world, 300_000, [1, 1], [2, 60], [3, 60])).toEqual([])
  })

  test('F3 what a host says of gateways that its node was not given counts for nothing', () => {
    const world = worldOf({ hosts: 5, gateways: 3 }, assign(4, 1, 2))
    expect(world.observe(told(4, world.now, 3, 2, 1)).events).toMatchObject([{ gatewayIds: [node(2), node(1)] }])
    expect(world.observe(told(5, world.now, 3, 2, 1)).commands).toEqual([])
  })

  test('F3 a vector without any usable gateway moves nothing', () => {
    expect(settled().observe(told(4, 5000)).commands).toEqual([])
  })

  test('F3 an owner that can’t settle is recorded less and less often, and what it says last is', () => {
    const world = settled()
    const events = []
    for (let turn = 0; turn < 60; turn += 1) {
      events.push(...world.observe(told(4, world.now, turn % 2 === 0 ? 2 : 1)).events)
      world.pass(1000)
    }
    expect(events.length).toBeGreaterThan(1)
    expect(events.length).toBeLessThan(6)
    for (let turn = 0; turn < 12; turn += 1) {
      world.pass(30_000)
      events.push(...world.observe().events)
    }
    expect(gatewaysOf(world, 4)?.[0]).toBe(node(1))
    expect(world.memory.heldBack.hostIds).toEqual([])
  })
})

describe('everything fails, so it is the host itself', () => {
  test('F3 a host that reaches none of its gateways moves nowhere', () => {
    expect(keepMeasuring(settled(), 300_000, [1, null], [2, null], [3, null])).toEqual([])
  })
})

describe('commands on their way', () => {
  /** As a server does whose log is slow: what it was told to do is not in the state yet. */
  const reactOnly = (world: ReactionWorld, ...figures: Parameters<typeof measured>[1][]) => {
    const seen = { ...measured(4, ...figures), observedAtEpochMs: world.now } as Observation
    const { commands, memory } = react(world.state, world.memory, [seen], world.now)
    world.memory = memory
    return commands
  }

  test('F1 a command is given once, and again when it has come to nothing for 10 s', () => {
    const world = settled()
    keepMeasuring(world, 50_000, [1, 60], [2, 40], [3, 90])
    world.pass(10_000)
    const given = []
    for (let second = 0; second < 12; second += 1) {
      if (reactOnly(world, [1, 60], [2, 40], [3, 90]).length > 0) given.push(second)
      world.pass(1000)
    }
    expect(given).toEqual([0, 10])
  })

  test('F3 an observation older than a minute says nothing about now', () => {
    const world = settled()
    const seen = { ...told(4, 5000, 2, 3), observedAtEpochMs: epochMs(world.now - 60_001) } as Observation
    expect(world.replay([seen]).commands).toEqual([])
    expect(world.replay([{ ...seen, observedAtEpochMs: epochMs(world.now - 60_000) }]).commands).toHaveLength(1)
  })

  test('F3 a host that the mesh doesn’t know is not listened to', () => {
    expect(settled().observe(told(99, 5000, 2, 3)).memory.hosts.entries.size).toBe(0)
  })
})
