import { evolveAll } from '../evolve.js'
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
  let folded = 0
  const events: MeshEvent[] = []
  return {
    state: () => {
      if (folded < events.length) state = evolveAll(state, events.slice(folded)) as ExistingMesh
      folded = events.length
      return state
    },
    emit: (event) => {
      events.push(event)
    },
    events: () => events,
  }
}
