/** What a command would do, without doing it: its events, which hosts' configs change, and which pairs gain or lose each other. */
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../mesh/decide.js'
import { evolveAll } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { finish } from './finish.js'
import { type StateChange, type StateChangeOptions, stateChangeInSteps } from './state-change.js'

/** What a command would do, were it given now: nothing was done yet. */
export interface CommandPlan extends StateChange {
  readonly events: readonly MeshEvent[]
  /** The state that it would lead to. */
  readonly after: MeshState
}

/** Refused as `decide` would refuse it. Nothing is written anywhere. */
export const planCommand = (
  state: MeshState,
  command: MeshCommand,
  options: StateChangeOptions = {},
): E.Either<MeshError, CommandPlan> => finish(planCommandInSteps(state, command, options))

/** The same, a little at a time: for a server that has others to answer. The command is decided in the first step. */
export function* planCommandInSteps(
  state: MeshState,
  command: MeshCommand,
  options: StateChangeOptions = {},
): Generator<undefined, E.Either<MeshError, CommandPlan>> {
  const decision = decide(command, state)
  if (E.isLeft(decision)) return decision
  const events = decision.right
  const after = evolveAll(state, events)
  const change = yield* stateChangeInSteps(state, after, events, options)
  return E.right({ events, after, ...change })
}
