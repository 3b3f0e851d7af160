/** States for laws that ask about one state, whatever led there; shown as the events that did. */
import fc from 'fast-check'
import { replay } from '../src/mesh/evolve.js'
import type { MeshEvent } from '../src/mesh/mesh-event.js'
import type { MeshState } from '../src/mesh/mesh-state.js'
import { busyMeshBeginning, busyMeshHistory } from '../src/testing/arbitraries/busy-mesh.js'
import { carriedMeshes } from '../src/testing/arbitraries/carried-meshes.js'
import { type MeshHistory, meshHistory } from '../src/testing/arbitraries/mesh.js'

/** A state, and what happened on the way there. */
export interface ReachedState {
  readonly state: MeshState
}

/** For counter-examples: the events are what is printed. */
export const reachedBy = (
  beginning: string,
  events: readonly MeshEvent[],
  state: MeshState = replay(events),
): ReachedState =>
  Object.defineProperty({ state }, fc.toStringMethod, {
    value: () => [beginning, ...events.map((event) => JSON.stringify(event))].join('\n'),
  })

const endOf = ({ states }: MeshHistory): MeshState => states.at(-1) as MeshState

/** Where commands of all types lead to from a mesh that has everything. */
export const busyStates: fc.Arbitrary<ReachedState> = busyMeshHistory().map((history) =>
  reachedBy(`the busy mesh of ${busyMeshBeginning.length} events, then`, history.events, endOf(history)),
)

/** Meshes with everything that carries traffic for others, made of events that no rule was asked about. */
export const carriedStates: fc.Arbitrary<ReachedState> = carriedMeshes().map((batches) =>
  reachedBy('from nothing', batches.flat()),
)

/** Where commands of all types lead to from nothing. */
export const grownStates: fc.Arbitrary<ReachedState> = meshHistory({ maxCommands: 80 }).map((history) =>
  reachedBy('from nothing', history.events, endOf(history)),
)
