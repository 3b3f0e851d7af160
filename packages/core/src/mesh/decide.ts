import * as E from 'fp-ts/lib/Either.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshError } from './mesh-error.js'
import type { MeshEvent } from './mesh-event.js'
import type { MeshState } from './mesh-state.js'

/** What a command leads to: its events, in order, or why it is refused. `[]` means "already so". */
export type Decision = E.Either<MeshError, readonly MeshEvent[]>

/** The rules of the mesh: pure, and nothing is looked up outside command and state. */
export const decide = (_command: MeshCommand, _state: MeshState): Decision => E.left({ code: 'mesh-unknown' })
