/** What the simulation once found, so that it is looked at every time. */
import { describe, expect, test } from 'vitest'
import { play, type Scenario, setAllLinks, worldOf } from '../../test/fail-over/scenario.js'
import { hostId } from '../values/index.js'

const calm: Scenario = {
  seed: 0,
  gateways: 2,
  plain: 1,
  relayed: [],
  egresses: [],
  hasClient: false,
  lossOfVectors: 0,
  lossOfProbes: 0,
  latencyMs: 5,
  phases: [],
}
const nothing = { atMs: 0, fault: { kind: 'link', a: 0, b: 0, carries: 'both' } } as const

const found: Readonly<Record<string, Scenario>> = {
  'a node that reaches a gateway through another one hears from that one who is at it': {
    ...calm,
    gateways: 3,
    relayed: [[1, 2, 0]],
    phases: [
      { faults: [{ atMs: 0, fault: { kind: 'link', a: 3, b: 7, carries: 'none' } }], isLong: true },
      { faults: [{ atMs: 0, fault: { kind: 'link', a: 1, b: 4, carries: 'back' } }], isLong: false },
      { faults: [nothing], isLong: false },
    ],
  },
  'a router takes over although all that it probes died at once': {
    ...calm,
    gateways: 3,
    plain: 3,
    relayed: [[0], [0]],
    egresses: [
      { kind: 'routed', routers: [0, 2] },
      { kind: 'leaving', routers: [1, 0] },
    ],
    phases: [
      {
        faults: [
          { atMs: 0, fault: { kind: 'kill', host: 0 } },
          { atMs: 0, fault: { kind: 'kill', host: 9 } },
        ],
        isLong: false,
      },
    ],
  },
  'a vector that was withdrawn before it was released makes no circle': {
    ...calm,
    seed: 95_533,
    gateways: 3,
    relayed: [[1, 0]],
    phases: [
      {
        faults: [
          { atMs: 0, fault: { kind: 'link', a: 0, b: 4, carries: 'back' } },
          { atMs: 0, fault: { kind: 'assign', relayed: 0, first: 0 } },
          { atMs: 0, fault: { kind: 'kill', host: 2 } },
        ],
        isLong: false,
      },
    ],
  },
  'where two gateways are a pair, packets of a moving node go in no circle': {
    ...calm,
    gateways: 3,
    plain: 2,
    relayed: [[0], [0], [0]],
    phases: [
      {
        faults: [
          { atMs: 0, fault: { kind: 'link', a: 0, b: 9, carries: 'none' } },
          { atMs: 0, fault: { kind: 'restart', host: 0, awayMs: 50 } },
        ],
        isLong: false,
      },
      { faults: [{ atMs: 0, fault: { kind: 'assign', relayed: 0, first: 0 } }], isLong: true },
      {
        faults: [
          { atMs: 0, fault: { kind: 'assign', relayed: 0, first: 1 } },
          { atMs: 0, fault: { kind: 'restart', host: 1, awayMs: 650 } },
        ],
        isLong: false,
      },
    ],
  },
  'with three messages of ten lost, all know in time': {
    ...calm,
    seed: 318_197,
    gateways: 4,
    plain: 2,
    relayed: [
      [1, 2, 0],
      [0, 2, 1],
      [0, 3],
      [3, 0],
    ],
    lossOfVectors: 0.3,
    phases: [
      {
        faults: [
          { atMs: 1346, fault: { kind: 'kill', host: 1 } },
          { atMs: 0, fault: { kind: 'link', a: 3, b: 5, carries: 'none' } },
        ],
        isLong: false,
      },
      { faults: [{ atMs: 0, fault: { kind: 'assign', relayed: 0, first: 0 } }], isLong: false },
    ],
  },
  'a vector that was made before a restart and is not known yet where it leads makes no circle': {
    ...calm,
    seed: 673_623,
    relayed: [[0]],
    lossOfVectors: 0.3,
    phases: [
      { faults: [{ atMs: 0, fault: { kind: 'kill', host: 2 } }], isLong: false },
      {
        faults: [
          { atMs: 478, fault: { kind: 'restart', host: 3, awayMs: 50 } },
          { atMs: 170, fault: { kind: 'assign', relayed: 0, first: 3 } },
        ],
        isLong: false,
      },
    ],
  },
  'of two routers that are both relayed, all use the same': {
    ...calm,
    relayed: [[0], [1]],
    egresses: [{ kind: 'routed', routers: [4, 3] }],
    phases: [{ faults: [nothing], isLong: false }],
  },
  'a relayed router that moves to another gateway stays the one that all use': {
    ...calm,
    relayed: [[0, 1], [1]],
    egresses: [{ kind: 'routed', routers: [3, 4] }],
    phases: [{ faults: [{ atMs: 0, fault: { kind: 'link', a: 0, b: 3, carries: 'none' } }], isLong: false }],
  },
  'where a router of a masqueraded range is relayed, viewers use the one that its gateway passes on to': {
    ...calm,
    seed: 1,
    gateways: 4,
    plain: 2,
    relayed: [[1]],
    egresses: [{ kind: 'leaving', routers: [2, 6, 3] }],
    phases: [
      {
        faults: [
          { atMs: 795, fault: { kind: 'kill', host: 2 } },
          { atMs: 2366, fault: { kind: 'revive', host: 2 } },
        ],
        isLong: false,
      },
    ],
  },
  'a relayed router of a masqueraded range takes those who use it along': {
    ...calm,
    seed: 667_714,
    gateways: 4,
    relayed: [[3], [2], [3]],
    egresses: [{ kind: 'leaving', routers: [7, 5] }],
    phases: [{ faults: [{ atMs: 0, fault: { kind: 'assign', relayed: 0, first: 0 } }], isLong: false }],
  },
  'while relayed routers decide who serves, no packet goes round': {
    ...calm,
    seed: 70_983,
    gateways: 3,
    plain: 2,
    relayed: [[1, 0], [2]],
    egresses: [{ kind: 'routed', routers: [0, 5, 6] }],
    phases: [{ faults: [{ atMs: 0, fault: { kind: 'kill', host: 0 } }], isLong: false }],
  },
  'a pair whose both ends lost their relay stays where it is when that one comes back': {
    ...calm,
    seed: 48_443,
    gateways: 4,
    plain: 2,
    phases: [
      { faults: [{ atMs: 0, fault: { kind: 'link', a: 5, b: 3, carries: 'back' } }], isLong: true },
      {
        faults: [
          { atMs: 0, fault: { kind: 'kill', host: 0 } },
          { atMs: 0, fault: { kind: 'server', isUp: false } },
        ],
        isLong: false,
      },
      { faults: [{ atMs: 0, fault: { kind: 'revive', host: 0 } }], isLong: false },
    ],
  },
  'gateways that do not agree yet on relayed routers send nothing round': {
    ...calm,
    seed: 321_624,
    relayed: [[0, 1], [1, 0], [0], [0]],
    egresses: [
      { kind: 'leaving', routers: [3, 4] },
      { kind: 'leaving', routers: [3, 4, 1] },
    ],
    hasClient: true,
    lossOfVectors: 0.1,
    latencyMs: 30,
    phases: [{ faults: [nothing], isLong: false }],
  },
  'while a list is changed twice, no packet goes round': {
    ...calm,
    seed: 6,
    gateways: 3,
    plain: 3,
    relayed: [[0]],
    lossOfProbes: 0.01,
    phases: [
      {
        faults: [
          { atMs: 0, fault: { kind: 'assign', relayed: 0, first: 2 } },
          { atMs: 0, fault: { kind: 'kill', host: 3 } },
          { atMs: 391, fault: { kind: 'assign', relayed: 0, first: 1 } },
        ],
        isLong: true,
      },
    ],
  },
  'a relay sends nothing back to the end of a pair that it comes from': {
    ...calm,
    gateways: 4,
    relayed: [[0]],
    egresses: [{ kind: 'routed', routers: [3, 0] }],
    phases: [
      { faults: [{ atMs: 0, fault: { kind: 'link', a: 0, b: 3, carries: 'none' } }], isLong: false },
      { faults: [{ atMs: 0, fault: { kind: 'assign', relayed: 0, first: 0 } }], isLong: false },
      {
        faults: [
          { atMs: 0, fault: { kind: 'kill', host: 1 } },
          { atMs: 0, fault: { kind: 'assign', relayed: 0, first: 3 } },
          { atMs: 0, fault: { kind: 'link', a: 3, b: 8, carries: 'none' } },
        ],
        isLong: false,
      },
    ],
  },
  'the relay of two gateways sends nothing back to one of them while a relayed router moves to the other': {
    ...calm,
    gateways: 4,
    plain: 3,
    relayed: [[0], [1]],
    egresses: [{ kind: 'leaving', routers: [0, 8, 3] }],
    phases: [
      { faults: [{ atMs: 0, fault: { kind: 'link', a: 0, b: 1, carries: 'none' } }], isLong: false },
      { faults: [{ atMs: 0, fault: { kind: 'kill', host: 2 } }], isLong: false },
      {
        faults: [
          { atMs: 0, fault: { kind: 'link', a: 3, b: 0, carries: 'none' } },
          { atMs: 0, fault: { kind: 'assign', relayed: 1, first: 0 } },
        ],
        isLong: false,
      },
    ],
  },
  'a router that waits takes over from one that died, which it measures': {
    ...calm,
    plain: 2,
    egresses: [{ kind: 'routed', routers: [2, 3] }],
    phases: [{ faults: [{ atMs: 0, fault: { kind: 'kill', host: 2 } }], isLong: false }],
  },
}

describe('F3 found by the simulation', () => {
  test.each(Object.entries(found))('%s', (_, story) => {
    const { failures, circles, loops } = play(story)
    expect({ failures, circles, loops }).toEqual({ failures: [], circles: [], loops: [] })
  })
})

test('F3 a host that is offline for a while moves nowhere', () => {
  const world = worldOf({ ...calm, gateways: 3, relayed: [[0, 1, 2]] })
  world.time.runUntil(15_000)
  const [laptop, gateway] = [hostId('h4'), hostId('h0')]
  const hops = () => [...(world.agents.get(laptop)?.chooser.chosen.hops.values() ?? [])]
  for (const isOnline of [false, true]) {
    expect(hops()).toEqual([gateway])
    setAllLinks(world, laptop, isOnline)
    world.time.runUntil(world.nowMs + 20_000)
  }
  expect(hops()).toEqual([gateway])
})
