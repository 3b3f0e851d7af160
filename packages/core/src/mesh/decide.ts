/**
 * From a command to what happens. Each rule is in its command's file, pure: all it knows is the command and the state, so the same
 * command on the same state is always answered alike, and a test needs no network. `evolve` then folds the events in.
 */
import * as E from 'fp-ts/lib/Either.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import { epochMs } from '../values/index.js'
import { decideCreateMesh } from './commands/create-mesh.js'
import { type Decision, type ExistingMesh, meshExists, refuse } from './commands/decision.js'
import { keepingPolicyTests } from './commands/policy-test-guard.js'
import { commandRules, type MeshCommand, meshCommandCodec } from './mesh-command.js'
import type { MeshState } from './mesh-state.js'

export type { Decision } from './commands/decision.js'

/**
 * The events that a command leads to, or why it is refused. Events never go back in time: a command from a clock that lags gets the time
 * of the last event. Whatever is accepted can be written and read back: `command-malformed` keeps out what the types can't.
 */
export const decide = (command: MeshCommand, state: MeshState): Decision => {
  const decoded = decodeWith(meshCommandCodec, command)
  if (E.isLeft(decoded)) return refuse({ code: 'command-malformed', problem: decoded.left.message })
  const timed = { ...decoded.right, atEpochMs: epochMs(Math.max(command.atEpochMs, state.lastEventAtEpochMs)) }
  if (timed.type === 'CreateMesh') return decideCreateMesh(timed, state)
  if (!meshExists(state)) return refuse({ code: 'mesh-unknown' })
  return keepingPolicyTests(timed, state, ruleOf(timed)(timed, state))
}

const ruleOf = (command: MeshCommand): ((command: MeshCommand, state: ExistingMesh) => Decision) =>
  commandRules[command.type] as (command: MeshCommand, state: ExistingMesh) => Decision
