import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { freeze } from 'immer'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { meshHistory } from '../testing/arbitraries/mesh.js'
import { decide } from './decide.js'
import { describeMeshEvent } from './describe-event.js'
import { describeMeshError } from './describe-mesh-error.js'
import { evolve, evolveAll, replay } from './evolve.js'
import { brokenInvariants } from './mesh-invariants.js'
import { emptyMeshState } from './mesh-state.js'

describe('law 1: what decide accepts keeps the invariants', () => {
  test('after every single event', () => {
    fc.assert(
      fc.property(meshHistory(), ({ states }) => {
        for (const state of states) expect(brokenInvariants(state)).toEqual([])
      }),
      lawRuns(),
    )
  })

  test('time never runs backwards, and every event of a command has the same', () => {
    fc.assert(
      fc.property(meshHistory(), ({ steps }) => {
        for (const { command, before, decision } of steps) {
          for (const event of E.isRight(decision) ? decision.right : [])
            expect(event.atEpochMs).toBe(Math.max(command.atEpochMs, before.lastEventAtEpochMs))
        }
      }),
      lawRuns(),
    )
  })
})

describe('decide', () => {
  /** Besides raising the epoch, which is meant to count. */
  test('asked twice does nothing more the second time', () => {
    fc.assert(
      fc.property(meshHistory(), ({ steps }) => {
        for (const { command, decision, after } of steps) {
          if (command.type === 'RaiseMeshEpoch' || E.isLeft(decision)) continue
          const again = decide(command, after)
          expect(E.isLeft(again) || again.right.length === 0).toBe(true)
        }
      }),
      lawRuns(),
    )
  })

  test('answers alike whenever asked, leaves its input alone, and says every refusal and event in English', () => {
    fc.assert(
      fc.property(meshHistory(), ({ steps }) => {
        for (const { command, before, decision } of steps) {
          expect(decide(freeze(structuredClone(command), true), freeze(before, true))).toEqual(decision)
          if (E.isLeft(decision)) expect(describeMeshError(decision.left).length).toBeLessThan(1000)
          else for (const event of decision.right) expect(describeMeshEvent(event, before)).toMatch(/^[^\n]{10,2000}$/)
        }
      }),
      lawRuns(0.5),
    )
  })

  test('removing what is not there any more is refused, not ignored', () => {
    fc.assert(
      fc.property(meshHistory(), ({ steps }) => {
        for (const { command, decision, after } of steps) {
          const removes = /^Remove|^RevokeApiToken$/.test(command.type)
          if (removes && E.isRight(decision)) expect(E.isLeft(decide(command, after))).toBe(true)
        }
      }),
      lawRuns(0.5),
    )
  })
})

describe('law 2: replay', () => {
  test('of any prefix equals the state recorded then', () => {
    fc.assert(
      fc.property(meshHistory(), fc.nat(), ({ events, states }, at) => {
        const revision = at % (events.length + 1)
        expect(replay(events.slice(0, revision))).toEqual(states[revision])
        expect(replay(events)).toEqual(states[events.length])
      }),
      lawRuns(),
    )
  })

  test('of two parts, one after the other, equals that of both; the first state stays as it was', () => {
    fc.assert(
      fc.property(meshHistory(), fc.nat(), ({ events, states }, at) => {
        const middle = at % (events.length + 1)
        const first = replay(events.slice(0, middle))
        const before = JSON.stringify(first, replacer)
        expect(replay(events.slice(middle), first)).toEqual(states[events.length])
        expect(JSON.stringify(first, replacer)).toBe(before)
      }),
      lawRuns(),
    )
  })

  test('in batches of any size equals one event at a time: recipes agree on drafts and on mutable state', () => {
    fc.assert(
      fc.property(meshHistory(), fc.integer({ min: 1, max: 7 }), ({ events, states }, size) => {
        let state = emptyMeshState()
        for (let at = 0; at < events.length; at += size) state = evolveAll(state, events.slice(at, at + size))
        expect(state).toEqual(states[events.length])
      }),
      lawRuns(),
    )
  })

  test('leaves events unmodified, and works on frozen ones', () => {
    fc.assert(
      fc.property(meshHistory(), ({ events }) => {
        const before = JSON.stringify(events)
        const frozen = freeze(JSON.parse(before), true)
        expect(replay(frozen)).toEqual(replay(events))
        expect(frozen.reduce(evolve, emptyMeshState())).toEqual(replay(events))
        expect(JSON.stringify(events)).toBe(before)
      }),
      lawRuns(),
    )
  })

  test('takes events in any order, even those that do not fit, and agrees with evolve on them', () => {
    const shuffled = meshHistory().chain(({ events }) => fc.shuffledSubarray([...events]))
    fc.assert(
      fc.property(shuffled, (events) => {
        expect(replay(events)).toEqual(events.reduce(evolve, emptyMeshState()))
      }),
      lawRuns(),
    )
  })

  test('does not share what the caller can still change', () => {
    fc.assert(
      fc.property(meshHistory({ maxCommands: 20 }), ({ states }) => {
        // Whoever makes the first state may still change it: only what events led to is kept.
        for (const last of states.slice(1).slice(-1)) expect(isDeeplyFrozen(last)).toBe(true)
      }),
      lawRuns(0.3),
    )
  })
})

const replacer = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value] : value)

const isDeeplyFrozen = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return true
  if (!Object.isFrozen(value)) return false
  const items = value instanceof Map ? [...value.values()] : Object.values(value)
  return items.every(isDeeplyFrozen)
}
