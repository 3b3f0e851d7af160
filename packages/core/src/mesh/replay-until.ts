/** Time travel: the state as it was. Whatever is asked of a state, configs and packets too, can be asked of an old one. */
import type { EpochMs } from '../values/index.js'
import { startReplay } from './evolve.js'
import type { MeshEvent } from './mesh-event.js'
import { emptyMeshState, type MeshState } from './mesh-state.js'

/** A place in a mesh's history. */
export type PointInHistory =
  /** As states and logs count them: the first event leads to 0, and -1 is before everything. */
  | { readonly revision: number }
  /** Before the first event that is later, in milliseconds since 1970. Event time never runs backwards. */
  | { readonly atEpochMs: EpochMs }

/** Whether an event is after that point. `revision`: of the state that the event leads to. */
const isAfter = (point: PointInHistory, event: MeshEvent, revision: number): boolean =>
  'revision' in point ? revision > point.revision : event.atEpochMs > point.atEpochMs

/** The state at that point, or the last one where the events end before it. Takes no more of the events than it needs. */
export const replayUntil = (events: Iterable<MeshEvent>, point: PointInHistory): MeshState => {
  const replaying = startReplay()
  let { revision } = emptyMeshState()
  for (const event of events) {
    revision += 1
    if (isAfter(point, event, revision)) break
    replaying.apply(event)
  }
  return replaying.finish()
}
