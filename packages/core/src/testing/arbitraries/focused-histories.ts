/** Random histories that begin in the middle: a mesh is there, and commands are mostly about one area. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../../mesh/decide.js'
import { evolveAll } from '../../mesh/evolve.js'
import type { MeshCommandType } from '../../mesh/mesh-command.js'
import type { MeshState } from '../../mesh/mesh-state.js'
import { epochMs } from '../../values/index.js'
import { drawFrom } from './draw.js'
import type { MeshStep } from './mesh.js'
import { commandMakers } from './mesh-commands.js'

/** Up to 80 commands from a state on; three of four are drawn from `main`, which may name a type several times. */
export const focusedHistory = (
  start: MeshState,
  main: readonly MeshCommandType[],
  others: readonly MeshCommandType[],
): fc.Arbitrary<readonly MeshStep[]> =>
  fc
    .array(fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 30 }), { minLength: 1, maxLength: 80, size: 'max' })
    .map((steps) => {
      let before = start
      return steps.map((numbers, serial): MeshStep => {
        const draw = drawFrom(numbers)
        const types = draw.oneIn(4) ? others : main
        const type = types[draw.below(types.length)] as MeshCommandType
        const atEpochMs = epochMs(start.lastEventAtEpochMs + serial * 30_000)
        const command = commandMakers[type]({ draw, state: before, atEpochMs, serial })
        const decision = decide(command, before)
        const after = E.isRight(decision) ? evolveAll(before, decision.right) : before
        const step = { command, before, decision, after }
        before = after
        return step
      })
    })
