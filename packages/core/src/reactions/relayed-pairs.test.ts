import { describe, expect, test } from 'vitest'
import { assign, figure, node, presence, type ReactionWorld, type Seen, worldOf } from '../../test/reaction-world.js'
import { largeMapGet, largeMapValues } from '../mesh/large-map.js'
import { type PairId, pairIdOf } from '../mesh/mesh-state.js'
import type { Observation, PairFailure } from '../protocol/observation.js'
import { type EpochMs, hostId } from '../values/index.js'

const broken: PairFailure = { kind: 'broken', unansweredForMs: 15_000, missedProbes: 3, handshakeAgeMs: 150_000 }
const neverConnected: PairFailure = { kind: 'never-connected', tryingForMs: 10_000 }

const cannotReach = (one: number, other: number, failure: PairFailure = broken): Seen => ({
  type: 'pair-unreachable',
  hostId: hostId(`host-${one}`),
  nodeId: node(one),
  otherNodeId: node(other),
  failure,
})

const probed = (one: number, other: number, ...found: readonly (readonly [number, number | null])[]): Seen => ({
  type: 'relays-probed',
  hostId: hostId(`host-${one}`),
  nodeId: node(one),
  otherNodeId: node(other),
  probed: found.map(([gateway, roundTripMs]) => ({ gatewayId: node(gateway), roundTripMs })),
})

const pair: PairId = pairIdOf(node(5), node(6))

const direct = (by: number, changes: Partial<Extract<Seen, { type: 'pair-direct' }>> = {}): Seen => ({
  type: 'pair-direct',
  hostId: hostId(`host-${by}`),
  pairId: pair,
  ownEchoAgeMs: 200,
  otherEchoAgeMs: 300,
  handshakeAgeMs: 900,
  ...changes,
})

/** Gateways 1 to 4, hosts 5, 6 and 7. */
const world = () => worldOf({ hosts: 7, gateways: 4 })

/** Nodes 5 and 6 use gateway 1, with 2 and 3 behind it. */
const relayed = () => {
  const there = world()
  engage(there)
  there.pass(1000)
  return there
}

const engage = (there: ReactionWorld) => {
  there.observe(cannotReach(5, 6))
  there.observe(probed(5, 6, [1, 10], [2, 40], [3, 60]), probed(6, 5, [1, 10], [2, 40], [3, 60]))
}

const pairsOf = ({ state }: ReactionWorld) => [...largeMapValues(state.autoRelays)]

describe('C4 evidence that a pair can’t connect', () => {
  test.each([
    ['broken: nothing back for 15 s, then three probes missed', broken],
    ['never connected: no handshake within 10 s', neverConnected],
  ] as const)('C4 %s: both ends are asked to probe relays', (_, failure) => {
    const { commands, probes } = world().observe(cannotReach(6, 5, failure))
    expect(commands).toEqual([])
    expect(probes).toEqual([
      {
        pairId: pair,
        nodeIds: [node(5), node(6)],
        gatewayIds: [node(1), node(2), node(3), node(4)],
        forMs: 2000,
      },
    ])
  })

  test.each([
    ['14 s of silence', { ...broken, unansweredForMs: 14_000 }],
    ['two missed probes', { ...broken, missedProbes: 2 }],
    ['9 s without a handshake', { ...neverConnected, tryingForMs: 9000 }],
  ] as const)('C4 %s is no evidence', (_, failure) => {
    expect(world().observe(cannotReach(5, 6, failure)).probes).toEqual([])
  })

  test('C4 an end whose agent is away is no reason for a relay', () => {
    const there = world()
    there.observe(presence(6, true))
    there.pass(1000)
    there.observe(presence(6, false))
    expect(there.observe(cannotReach(5, 6)).probes).toEqual([])
  })

  test('C4 both must have tried for 10 s: an end that just came has not', () => {
    const there = world()
    there.observe(presence(6, true))
    there.pass(9000)
    expect(there.observe(cannotReach(5, 6, neverConnected)).probes).toEqual([])
    there.pass(1000)
    expect(there.observe(cannotReach(5, 6, neverConnected)).probes).toHaveLength(1)
  })

  test('C4 nobody speaks for another’s node', () => {
    const there = world()
    const { probes } = there.observe({ ...cannotReach(5, 6), hostId: hostId('host-7') })
    expect(probes).toEqual([])
  })

  test('C3 a node that no relay may read, a gateway and a relayed node are left alone', () => {
    const there = worldOf(
      { hosts: 7, gateways: 4 },
      { type: 'UpdateNodeTraits', atEpochMs: world().now, nodeId: node(5), autoRelay: 'never' },
      assign(7, 1),
    )
    expect(there.observe(cannotReach(6, 5), cannotReach(6, 7), cannotReach(6, 1)).probes).toEqual([])
  })
})

describe('C3 the choice of the relay', () => {
  test('C3 the lowest sum of both ends’ round-trip times, with the evidence', () => {
    const there = world()
    there.observe(cannotReach(6, 5))
    there.pass(2000)
    expect(there.observe(probed(6, 5, [1, 5], [2, 30], [3, 40])).commands).toEqual([])
    const { events } = there.observe(probed(5, 6, [1, 90], [2, 30], [3, 40], [4, 1]))
    expect(events).toEqual([
      {
        type: 'AutoRelayEngaged',
        atEpochMs: there.now,
        nodeIds: [node(5), node(6)],
        gatewayIds: [node(2), node(3), node(1)],
        evidence: {
          handshakeAgeMs: 150_000,
          missedProbes: 3,
          measured: [
            { gatewayId: node(1), roundTripMs: 90, otherRoundTripMs: 5 },
            { gatewayId: node(2), roundTripMs: 30, otherRoundTripMs: 30 },
            { gatewayId: node(3), roundTripMs: 40, otherRoundTripMs: 40 },
            { gatewayId: node(4), roundTripMs: 1, otherRoundTripMs: null },
          ],
        },
      },
    ])
  })

  test('C3 a gateway that one end has not proven is no relay, however near the other', () => {
    const there = world()
    there.observe(cannotReach(5, 6))
    const { commands } = there.observe(probed(5, 6, [1, 1], [2, 80]), probed(6, 5, [1, null], [2, 90]))
    expect(commands).toMatchObject([{ type: 'EngageAutoRelay', gatewayIds: [node(2)] }])
  })

  test('C3 within 10 ms the one with fewer pairs', () => {
    const there = relayed()
    there.observe(cannotReach(5, 7))
    const figures = [[1, 10] as const, [2, 15] as const, [3, 90] as const]
    const { commands } = there.observe(probed(5, 7, ...figures), probed(7, 5, ...figures))
    expect(commands).toMatchObject([{ gatewayIds: [node(2), node(1), node(3)] }])
  })

  test('C3 within 10 ms and with as many, the lower id', () => {
    const there = world()
    there.observe(cannotReach(5, 6))
    const found = [[3, 10] as const, [2, 12] as const, [4, 8] as const]
    const { commands } = there.observe(probed(5, 6, ...found), probed(6, 5, ...found))
    expect(commands).toMatchObject([{ gatewayIds: [node(2), node(4), node(3)] }])
  })

  test('C3 pairs that are decided in one call see each other’s load', () => {
    const there = world()
    there.observe(cannotReach(5, 6), cannotReach(5, 7))
    const found = [[1, 10] as const, [2, 10] as const]
    const { commands } = there.observe(
      probed(5, 6, ...found),
      probed(6, 5, ...found),
      probed(5, 7, ...found),
      probed(7, 5, ...found),
    )
    expect(commands.map((command) => 'gatewayIds' in command && command.gatewayIds?.[0])).toEqual([node(1), node(2)])
  })

  test('C3 four gateways are probed: those that an end uses already, then those with fewest users', () => {
    const there = worldOf({ hosts: 10, gateways: 6 }, assign(10, 1))
    there.carryOut({
      type: 'EngageAutoRelay',
      atEpochMs: there.now,
      oneNodeId: node(8),
      otherNodeId: node(9),
      gatewayIds: [node(6)],
      evidence: { handshakeAgeMs: null, missedProbes: 3, measured: [] },
    })
    const { probes } = there.observe(cannotReach(8, 7))
    expect(probes[0]?.gatewayIds).toEqual([node(6), node(2), node(3), node(4)])
  })

  test('C3 gateways with auto-relay off are not offered', () => {
    const there = world()
    there.carryOut({ type: 'UpdateGateway', atEpochMs: there.now, nodeId: node(1), autoRelay: false })
    expect(there.observe(cannotReach(5, 6)).probes[0]?.gatewayIds).toEqual([node(2), node(3), node(4)])
  })

  test('C3 an end that doesn’t report leaves the pair as it is', () => {
    const there = world()
    there.observe(cannotReach(5, 6))
    there.observe(probed(5, 6, [1, 10]))
    there.pass(10_001)
    expect(there.observe(probed(6, 5, [1, 10])).commands).toEqual([])
  })

  test('C3 a search that found nothing is tried again, later each time', () => {
    const there = world()
    const startedAt: number[] = []
    for (let second = 0; second < 300; second += 1) {
      const { probes } = there.observe(cannotReach(5, 6))
      if (probes.length > 0) startedAt.push(second)
      there.observe(probed(5, 6, [1, 10]), probed(6, 5, [2, 10]))
      there.pass(1000)
    }
    expect(startedAt).toEqual([0, 5, 15, 35, 75, 155])
  })
})

describe('C6 the relay dies', () => {
  const moved = (by: number, sequence: number, ...gateways: readonly number[]): Seen => ({
    type: 'pair-moved',
    hostId: hostId(`host-${by}`),
    pairId: pair,
    gatewayIds: gateways.map(node),
    sequence,
    figures: [figure(1, null, { handshakeAgeMs: 7000 }), figure(2, 20)],
    otherRoundTrips: [{ gatewayId: node(2), roundTripMs: 25 }],
  })

  test('C6 the pair moves to the next of its list, as its owner says, with the evidence', () => {
    const there = relayed()
    const { events } = there.observe(moved(5, 500, 2, 3))
    expect(events).toEqual([
      {
        type: 'AutoRelayMoved',
        atEpochMs: there.now,
        pairId: pair,
        gatewayIds: [node(2), node(3), node(1)],
        sequence: 500,
        cause: 'own-choice',
        evidence: {
          handshakeAgeMs: 7000,
          missedProbes: 3,
          measured: [
            { gatewayId: node(2), roundTripMs: 20, otherRoundTripMs: 25 },
            { gatewayId: node(1), roundTripMs: null, otherRoundTripMs: null },
          ],
        },
      },
    ])
  })

  test('C6 the other end’s word doesn’t count, nor an older one of the owner', () => {
    const there = relayed()
    expect(there.observe(moved(6, 500, 2, 3)).commands).toEqual([])
    there.observe(moved(5, 500, 2, 3))
    there.pass(60_000)
    expect(there.observe(moved(5, 400, 1, 2, 3)).commands).toEqual([])
  })

  test('C6 with nothing usable left the pair stays where it is', () => {
    expect(relayed().observe(moved(5, 500)).commands).toEqual([])
  })

  test('C6 a gateway outside its list is nothing to the pair', () => {
    expect(relayed().observe(moved(5, 500, 4)).commands).toEqual([])
  })
})

describe('C5 direct again', () => {
  test('C5 taken back when an echo went both ways', () => {
    const there = relayed()
    expect(there.observe(direct(5)).events).toEqual([
      {
        type: 'AutoRelayReleased',
        atEpochMs: there.now,
        pairId: pair,
        cause: 'direct',
        evidence: { handshakeAgeMs: 900, missedProbes: 0, measured: [] },
      },
    ])
  })

  test.each([
    ['only the owner’s echo came back', { otherEchoAgeMs: null }],
    ['only the other end’s echo came back', { ownEchoAgeMs: null }],
    ['the echoes are older than 10 s', { ownEchoAgeMs: 11_000 }],
  ] as const)('C5 not when %s', (_, changes) => {
    expect(relayed().observe(direct(5, changes)).commands).toEqual([])
  })

  test('C5 not by proof from before the pair was relayed', () => {
    const there = relayed()
    const engagedAt = largeMapGet(there.state.autoRelays, pair)?.engagedAtEpochMs as EpochMs
    const early = { ...direct(5), observedAtEpochMs: engagedAt } as Observation
    expect(there.replay([early]).commands).toEqual([])
  })

  test('C5 only the owner says so', () => {
    expect(relayed().observe(direct(6)).commands).toEqual([])
  })

  test('C5 what the other end says against it, in the same breath, counts', () => {
    expect(relayed().observe(direct(5), cannotReach(6, 5)).commands).toEqual([])
  })

  test('C5 a direct path that breaks again and again is taken back later and later', () => {
    const there = world()
    const releasedAt: number[] = []
    for (let second = 0; second < 120; second += 1) {
      if (pairsOf(there).length === 0) engage(there)
      there.pass(1000)
      const { events } = there.observe(direct(5))
      if (events.length > 0) releasedAt.push(second)
    }
    expect(releasedAt).toEqual([0, 5, 15, 35, 75])
  })
})

test('C3 a pair that is relayed isn’t searched for again', () => {
  const there = relayed()
  expect(there.observe(cannotReach(5, 6)).probes).toEqual([])
  expect(largeMapGet(there.state.autoRelays, pair)?.gatewayIds).toEqual([node(1), node(2), node(3)])
})
