import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { randomClientCommands } from '../testing/arbitraries/areas/client-makers.js'
import { drawFrom } from '../testing/arbitraries/draw.js'
import { commandMakers } from '../testing/arbitraries/mesh-commands.js'
import { followedBy, sampleGateways } from '../testing/sample-clients.js'
import { sampleAddUser, sampleTime } from '../testing/sample-mesh.js'
import { decide } from './decide.js'
import { describeMeshEvent } from './describe-event.js'
import { describeMeshError } from './describe-mesh-error.js'
import { evolve, replay } from './evolve.js'
import type { MeshCommand, MeshCommandType } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'
import { brokenInvariants } from './mesh-invariants.js'
import type { MeshState } from './mesh-state.js'

const start = replay(followedBy(sampleGateways, sampleAddUser(2, { role: 'admin' })))

const clientTypes = Object.entries(randomClientCommands.weights).flatMap(([type, [weight]]) =>
  Array<MeshCommandType>(weight).fill(type as MeshCommandType),
)
/** What else touches clients. */
const otherTypes: readonly MeshCommandType[] = [
  'AssignTag',
  'UnassignTag',
  'AddPolicy',
  'AddPolicyTest',
  'JoinNetwork',
  'CreateNetwork',
  'RemoveNetwork',
  'RemoveNode',
  'RemoveUser',
  'UpdateUser',
  'AddGroup',
  'ChangeGroupMembers',
  'RegisterHost',
  'RemoveHost',
]

interface Run {
  readonly command: MeshCommand
  readonly before: MeshState
  readonly decision: ReturnType<typeof decide>
  readonly after: MeshState
}

const runs = fc
  .array(fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 30 }), { minLength: 1, maxLength: 40, size: 'max' })
  .map((steps): readonly Run[] => {
    let before = start
    return steps.map((numbers, serial) => {
      const draw = drawFrom(numbers)
      const types = draw.oneIn(4) ? otherTypes : clientTypes
      const type = types[draw.below(types.length)] as MeshCommandType
      const command = commandMakers[type]({ draw, state: before, atEpochMs: sampleTime, serial })
      const decision = decide(command, before)
      const after = E.isRight(decision) ? decision.right.reduce(evolve, before) : before
      const run = { command, before, decision, after }
      before = after
      return run
    })
  })

describe('law 1, where there are gateways', () => {
  test('what decide accepts keeps the invariants, after every event', () => {
    fc.assert(
      fc.property(runs, (steps) => {
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
      fc.property(runs, (steps) => {
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
      fc.property(runs, (steps) => {
        const events = steps.flatMap(({ decision }): readonly MeshEvent[] =>
          E.isRight(decision) ? decision.right : [],
        )
        expect(replay(events, start)).toEqual(steps.at(-1)?.after)
      }),
      lawRuns(),
    )
  })
})

test('such histories reach every event of clients, and most refusals', () => {
  const events = new Set<string>()
  const refusals = new Set<string>()
  for (const steps of fc.sample(runs, { numRuns: 150, seed: 7 })) {
    for (const { decision } of steps) {
      if (E.isLeft(decision)) refusals.add(decision.left.code)
      else for (const { type } of decision.right) events.add(type)
    }
  }
  expect([...events].filter((type) => type.startsWith('Client')).sort()).toEqual([
    'ClientAdded',
    'ClientConfigIssued',
    'ClientDisabled',
    'ClientEnabled',
    'ClientMoved',
    'ClientRemoved',
    'ClientUpdated',
  ])
  expect([...refusals]).toEqual(
    expect.arrayContaining([
      'client-name-taken',
      'client-gateway-unknown',
      'client-gateway-elsewhere',
      'wireguard-key-taken',
      'client-address-unusable',
      'client-address-taken',
      'client-prefixes-overlap',
      'client-script-unfit',
      'client-script-too-long',
      'client-disabled',
      'client-is-device',
      'range-overlaps',
      'range-not-usable',
      'actor-not-allowed',
    ]),
  )
})
