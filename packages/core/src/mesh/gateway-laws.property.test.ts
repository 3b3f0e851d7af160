import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { randomGatewayCommands } from '../testing/arbitraries/areas/gateway-makers.js'
import { focusedHistory } from '../testing/arbitraries/focused-histories.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostCapabilities, nodeId, udpEndpoint } from '../values/index.js'
import { gatewayEvents } from './areas/gateway-events.js'
import { decide } from './decide.js'
import { describeMeshEvent } from './describe-event.js'
import { describeMeshError } from './describe-mesh-error.js'
import { evolve, replay } from './evolve.js'
import type { MeshCommand, MeshCommandType } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'
import { brokenInvariants } from './mesh-invariants.js'
import { defaultNetworkSettings } from './mesh-state.js'

const cascading = { ...defaultNetworkSettings, gatewayBehindInternetGateway: 'cascade' } as const
const machine = (number: number) =>
  sampleRegisterHost(number, {
    capabilities: hostCapabilities,
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
  })

const createGateway = (id: string): MeshCommand => ({
  type: 'CreateGateway',
  atEpochMs: sampleTime,
  nodeId: nodeId(id),
})

/** Seven hosts, each in one or two networks; two of the three networks allow cascades. */
const start = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1, { settings: cascading }),
    sampleCreateNetwork(2, { settings: cascading }),
    sampleCreateNetwork(3),
    ...[1, 2, 3, 4, 5, 6, 7].map(machine),
    ...[1, 2, 3, 4, 5, 6].map((host) => sampleJoinNetwork(1, host)),
    ...[4, 5, 7].map((host) => sampleJoinNetwork(2, host)),
    ...[6, 7].map((host) => sampleJoinNetwork(3, host)),
    createGateway('node-1-1'),
    createGateway('node-1-2'),
    createGateway('node-2-7'),
  ),
)

const gatewayTypes = Object.entries(randomGatewayCommands.weights).flatMap(([type, [weight]]) =>
  Array<MeshCommandType>(weight).fill(type as MeshCommandType),
)
/** What else touches gateways. */
const otherTypes: readonly MeshCommandType[] = [
  ...Array<MeshCommandType>(4).fill('DisconnectNode'),
  ...Array<MeshCommandType>(6).fill('ConnectNode'),
  ...Array<MeshCommandType>(4).fill('UpdateNode'),
  ...Array<MeshCommandType>(4).fill('ExpireNode'),
  'RemoveNode',
  'JoinNetwork',
  'JoinNetwork',
  'CreateEnrollmentKey',
  'CreateEnrollmentKey',
  ...Array<MeshCommandType>(4).fill('EnrollHost'),
  'AddClient',
  'AddClient',
  'UpdateNetwork',
  ...Array<MeshCommandType>(4).fill('UpdateHost'),
  'RemoveNetwork',
  'RemoveHost',
]

const histories = focusedHistory(start, gatewayTypes, otherTypes)

describe('law 1, where there are gateways', () => {
  test('what decide accepts keeps the invariants, after every event', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        for (const { before, decision } of steps) {
          let state = before
          for (const event of E.isRight(decision) ? decision.right : []) {
            state = evolve(state, event)
            expect(brokenInvariants(state)).toEqual([])
          }
        }
      }),
      lawRuns(),
    )
  })

  test('asked twice does nothing more the second time, and everything is said in English', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        for (const { command, before, decision, after } of steps) {
          if (E.isLeft(decision)) expect(describeMeshError(decision.left)).toMatch(/^[^\n]{10,1000}$/)
          else {
            const again = decide(command, after)
            expect(E.isLeft(again) || again.right.length === 0).toBe(true)
            for (const event of decision.right) expect(describeMeshEvent(event, before)).toMatch(/^[^\n]{10,2000}$/)
          }
        }
      }),
      lawRuns(),
    )
  })

  test('replay and evolve agree', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const events = steps.flatMap(({ decision }): readonly MeshEvent[] =>
          E.isRight(decision) ? decision.right : [],
        )
        expect(replay(events, start)).toEqual(steps.at(-1)?.after)
      }),
      lawRuns(),
    )
  })
})

test('such histories reach every event of gateways', () => {
  const reached = new Set<string>()
  for (const steps of fc.sample(histories, { numRuns: 250, seed: 7 }))
    for (const { decision } of steps) if (E.isRight(decision)) for (const { type } of decision.right) reached.add(type)
  expect(Object.keys(gatewayEvents.recipes).filter((type) => !reached.has(type))).toEqual([])
})
