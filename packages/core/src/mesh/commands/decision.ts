import * as E from 'fp-ts/lib/Either.js'
import type { MeshError } from '../mesh-error.js'
import type { MeshEvent } from '../mesh-event.js'
import type { Mesh, MeshState } from '../mesh-state.js'

/** What a command leads to: its events, in order, or why it is refused. `[]` means "already so". */
export type Decision = E.Either<MeshError, readonly MeshEvent[]>

/** A state after `MeshCreated`: what all rules but that of `CreateMesh` see. */
export type ExistingMesh = MeshState & { readonly mesh: Mesh }

export const meshExists = (state: MeshState): state is ExistingMesh => state.mesh !== null

export const refuse = (error: MeshError): E.Either<MeshError, never> => E.left(error)

export const alreadySo: Decision = E.right([])
