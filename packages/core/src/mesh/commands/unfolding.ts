import { evolve } from '../evolve.js'
import type { MeshEvent } from '../mesh-event.js'
import type { ExistingMesh } from './decision.js'

/**
 * A decision that takes several steps, each of which sees what the ones before it changed: a removal with its consequences. Costs
 * one `evolve` a step, so it is for what takes few.
 */
export interface Unfolding {
  /** After everything emitted so far. */
  readonly state: () => ExistingMesh
  readonly emit: (event: MeshEvent) => void
  readonly events: () => readonly MeshEvent[]
}

export const unfoldFrom = (start: ExistingMesh): Unfolding => {
  let state = start
  const events: MeshEvent[] = []
  return {
    state: () => state,
    emit: (event) => {
      events.push(event)
      state = evolve(state, event) as ExistingMesh
    },
    events: () => events,
  }
}
