/** What holds of every history, whoever asks for what (G2). */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { meshHistory } from '../testing/arbitraries/mesh.js'
import { largeMapGet, largeMapValues } from './large-map.js'
import type { MeshState } from './mesh-state.js'
import { isAbove } from './roles.js'

const hasOwner = (state: MeshState): boolean =>
  [...largeMapValues(state.users)].some(({ role, disabled }) => role === 'owner' && !disabled)

describe('users', () => {
  test('G2 a mesh that has an owner who can sign in always has one', () => {
    fc.assert(
      fc.property(meshHistory(), ({ states }) => {
        const first = states.findIndex(hasOwner)
        if (first >= 0) expect(states.slice(first).every(hasOwner)).toBe(true)
      }),
      lawRuns(),
    )
  })

  test('G2 nobody gives a role above their own, changes who is above them, or does either while disabled', () => {
    fc.assert(
      fc.property(meshHistory(), ({ steps }) => {
        for (const { command, before, decision } of steps) {
          if (!('byUserId' in command) || command.byUserId === null || E.isLeft(decision)) continue
          const actor = largeMapGet(before.users, command.byUserId)
          expect(actor?.disabled).toBe(false)
          for (const event of decision.right) {
            if (!('userId' in event) || event.userId === null || actor === undefined) continue
            const user = largeMapGet(before.users, event.userId)
            if (user !== undefined) expect(isAbove(user.role, actor.role)).toBe(false)
            if ('role' in event) expect(isAbove(event.role, actor.role)).toBe(false)
          }
        }
      }),
      lawRuns(),
    )
  })
})
