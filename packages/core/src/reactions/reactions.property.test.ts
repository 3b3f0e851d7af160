import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { someObservations } from '../../test/random-observations.js'
import {
  assign,
  measured,
  node,
  type Outcome,
  presence,
  ReactionWorld,
  setAuto,
  told,
  worldOf,
} from '../../test/reaction-world.js'
import { largeMapGet, largeMapSize } from '../mesh/large-map.js'
import { brokenInvariants } from '../mesh/mesh-invariants.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { Observation } from '../protocol/observation.js'
import { drawFrom } from '../testing/arbitraries/draw.js'
import { focusedHistory } from '../testing/arbitraries/focused-histories.js'
import { react } from './react.js'
import type { ReactionMemory } from './reaction-memory.js'
import type { Watched } from './watched.js'

/** Seven nodes of which three are gateways, then whatever happens to gateways and relays. */
const start = worldOf({ hosts: 8, gateways: 3 }, setAuto(4), setAuto(5), assign(6, 1, 2)).state
const meshes: fc.Arbitrary<MeshState> = focusedHistory(
  start,
  ['CreateGateway', 'SetAutoGateway', 'AssignRelay', 'EngageAutoRelay', 'EnableInternetGateway', 'SetRouteAllTraffic'],
  [
    'RemoveGateway',
    'DisconnectNode',
    'ConnectNode',
    'UpdateGateway',
    'UpdateNodeTraits',
    'UnassignRelay',
    'RemoveNode',
  ],
).map((steps) => steps.at(-1)?.after ?? start)

const rounds = fc.array(fc.array(fc.nat(0xffff), { minLength: 60, maxLength: 60 }), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
})

interface Turn {
  readonly before: { readonly state: MeshState; readonly memory: ReactionMemory }
  readonly observations: readonly Observation[]
  readonly outcome: Outcome
}

/** Observations of a mesh, turn by turn; the commands that they lead to are carried out, and must be accepted. */
const turnsOf = (mesh: MeshState, numbers: readonly (readonly number[])[]): { world: ReactionWorld; turns: Turn[] } => {
  const world = new ReactionWorld(mesh)
  const turns = numbers.map((each): Turn => {
    const draw = drawFrom(each)
    world.pass(draw.pick([1000, 10_000, 10_000, 200, 40_000]))
    const { state, memory } = world
    const seen = someObservations({ draw, state, sequence: world.now })
    const observations = seen.map((one) => ({ ...one, observedAtEpochMs: world.now }) as Observation)
    return { before: { state, memory }, observations, outcome: world.replay(observations) }
  })
  return { world, turns }
}

describe('react, whatever is observed', () => {
  test('gives no command that the rules refuse or that is so already, and keeps the invariants', () => {
    fc.assert(
      fc.property(meshes, rounds, (mesh, numbers) => {
        const { world, turns } = turnsOf(mesh, numbers)
        expect(turns.flatMap(({ outcome }) => outcome.refused)).toEqual([])
        expect(brokenInvariants(world.state)).toEqual([])
      }),
      lawRuns(),
    )
  })

  test('answers alike when asked alike, and changes nothing that it was given', () => {
    fc.assert(
      fc.property(meshes, rounds, (mesh, numbers) => {
        const { turns } = turnsOf(mesh, numbers)
        const again = turnsOf(mesh, numbers).turns
        expect(again.map(({ outcome }) => outcome)).toEqual(turns.map(({ outcome }) => outcome))
        for (const { before, observations, outcome } of turns) {
          const { commands, probes, memory } = react(
            before.state,
            before.memory,
            observations,
            outcome.memory.atEpochMs,
          )
          expect({ commands, probes, memory }).toEqual({
            commands: outcome.commands,
            probes: outcome.probes,
            memory: outcome.memory,
          })
        }
      }),
      lawRuns(0.3),
    )
  })

  test('the same observations again lead to nothing, whether their commands are in the state yet or not', () => {
    fc.assert(
      fc.property(meshes, rounds, (mesh, numbers) => {
        const { turns } = turnsOf(mesh, numbers)
        for (const [at, { before, observations, outcome }] of turns.entries()) {
          const after = turns[at + 1]?.before.state
          for (const state of after === undefined ? [before.state] : [before.state, after]) {
            const { commands, probes } = react(state, outcome.memory, observations, outcome.memory.atEpochMs)
            expect({ commands, probes }).toEqual({ commands: [], probes: [] })
          }
        }
      }),
      lawRuns(0.5),
    )
  })

  test('remembers what it watches, and forgets it when nothing is heard of it', () => {
    fc.assert(
      fc.property(meshes, rounds, (mesh, numbers) => {
        const { world } = turnsOf(mesh, numbers)
        const { memory } = world
        expect(largeMapSize(memory.hosts.entries)).toBeLessThanOrEqual(largeMapSize(mesh.hosts))
        expect(largeMapSize(memory.nodes.entries)).toBeLessThanOrEqual(largeMapSize(mesh.nodes))
        expect(largeMapSize(memory.gateways.entries)).toBeLessThanOrEqual(largeMapSize(mesh.gateways))
        const gone = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => presence(number, false))
        world.pass(1000)
        world.observe(...gone)
        // Twice: gateways that were spoken of are judged once more.
        for (let turn = 0; turn < 2; turn += 1) {
          world.pass(400_000)
          world.observe()
        }
        const { hosts, nodes, pairs, gateways, given, heldBack } = world.memory
        const all: readonly Watched<string, unknown>[] = [hosts, nodes, pairs, gateways, given]
        for (const { entries, rings } of all) expect([entries.size, rings]).toEqual([0, []])
        expect(heldBack).toEqual({ hostIds: [], pairIds: [] })
        expect(largeMapSize(world.memory.reached.entries)).toBeLessThanOrEqual(largeMapSize(mesh.hosts))
      }),
      lawRuns(0.5),
    )
  })
})

test('such observations lead to every command that there is', () => {
  const given = new Set<string>()
  for (const [mesh, numbers] of fc.sample(fc.tuple(meshes, rounds), { numRuns: 60, seed: 3 }))
    for (const { outcome } of turnsOf(mesh, numbers).turns) for (const { type } of outcome.commands) given.add(type)
  expect([...given].sort()).toEqual([
    'EngageAutoRelay',
    'MoveAutoRelay',
    'RankGateways',
    'ReleaseAutoRelay',
    'ReportRelayVector',
  ])
})

describe('no flapping', () => {
  /** Noise of a tenth and of 4 ms around the same distance: two of them never differ by a fifth and 10 ms. */
  const noisy = (base: number, noise: number) => Math.max(0.1, base + ((noise % 9) - 4) * Math.min(1, base / 50))

  test('F1 measurements that differ by less than the margin move nobody', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 400 }),
        fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)), { minLength: 20, maxLength: 60 }),
        (base, noises) => {
          const world = worldOf({ hosts: 4, gateways: 3 }, setAuto(4))
          world.pass(200_000)
          for (const noise of noises) {
            const figures = noise.map((each, at) => [at + 1, noisy(base, each)] as const)
            expect(world.observe(measured(4, ...figures)).commands).toEqual([])
            world.pass(10_000)
          }
        },
      ),
      lawRuns(),
    )
  })

  test('F1 whatever is measured, a node moves at most once a minute', () => {
    const anyFigure = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(null))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyFigure, anyFigure, anyFigure), { minLength: 20, maxLength: 80, size: 'max' }),
        (all) => {
          const world = worldOf({ hosts: 4, gateways: 3 }, setAuto(4))
          world.pass(200_000)
          const movedAt: number[] = []
          for (const three of all) {
            const { events } = world.observe(measured(4, ...three.map((each, at) => [at + 1, each] as const)))
            if (events.some(({ type }) => type === 'RelayMoved')) movedAt.push(world.now)
            world.pass(10_000)
          }
          for (const [at, time] of movedAt.entries())
            expect(time - (movedAt[at - 1] ?? 0)).toBeGreaterThanOrEqual(60_000)
        },
      ),
      lawRuns(),
    )
  })

  test('F3 the death of a gateway moves the node of each of its owners once, and its return moves none', () => {
    const orders = fc.shuffledSubarray([4, 5, 6, 7, 8, 9], { minLength: 6 })
    fc.assert(
      fc.property(
        orders,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(2), { minLength: 6, maxLength: 6 }),
        (order, dead, late) => {
          const users = [4, 5, 6, 7, 8, 9]
          const world = worldOf({ hosts: 9, gateways: 3 }, ...users.map(setAuto))
          world.pass(200_000)
          const homeOf = (number: number) => largeMapGet(world.state.nodes, node(number))?.relay?.gatewayIds[0]
          const concerned = users.filter((number) => homeOf(number) === node(dead))
          const alive = [1, 2, 3].filter((gateway) => gateway !== dead)
          const moved: unknown[] = []
          const note = ({ events }: Outcome) => {
            for (const event of events) if (event.type === 'RelayMoved') moved.push(event.nodeId)
          }
          const figures = (isBack: boolean) =>
            [1, 2, 3].map((gateway) => [gateway, gateway === dead && !isBack ? null : 20] as const)
          for (let turn = 0; turn < 30; turn += 1) {
            const isBack = turn > 12
            const tellers = order.filter((number, at) => concerned.includes(number) && turn >= (late[at] ?? 0))
            const vector = isBack ? [...alive, dead] : alive
            note(world.observe(...order.map((number) => measured(number, ...figures(isBack)))))
            world.pass(5000)
            note(world.observe(...tellers.map((number) => told(number, isBack ? 2000 : 1000, ...vector))))
            world.pass(5000)
          }
          expect([...moved].sort()).toEqual(concerned.map(node).sort())
        },
      ),
      lawRuns(0.5),
    )
  })

  test('silence of all that a host measures moves nothing', () => {
    fc.assert(
      fc.property(
        meshes,
        fc.array(fc.integer({ min: 100, max: 40_000 }), { minLength: 5, maxLength: 40 }),
        (mesh, pauses) => {
          const world = new ReactionWorld(mesh)
          for (const pause of pauses) {
            world.pass(pause)
            const silence = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => [
              presence(number, false),
              measured(number, [1, null], [2, null], [3, null]),
            ])
            expect(world.observe(...silence).commands).toEqual([])
          }
        },
      ),
      lawRuns(),
    )
  })
})
