/**
 * From events to state. `evolve` is for events as they happen: each yields a new state that shares what did not change.
 * `replay` is for many at once: the same recipes on a private copy, frozen at the end, thousands of times faster.
 */
import { produceState } from './large-map-drafts.js'
import { listeners } from './listeners.js'
import { type MeshEvent, recipes } from './mesh-event.js'
import { emptyMeshState, type MeshDraft, type MeshState } from './mesh-state.js'
import { privateCopy, sealed } from './private-state.js'

/** The state after one more event. Never fails and never decides: an event that doesn't fit changes nothing but the revision. */
export const evolve = (state: MeshState, event: MeshEvent): MeshState =>
  produceState(state, (draft) => applyEvent(draft, event))

/** The state after a batch, made in one go. Empty batch: the same state. */
export const evolveAll = (state: MeshState, events: readonly MeshEvent[]): MeshState =>
  events.length === 0
    ? state
    : produceState(state, (draft) => {
        for (const event of events) applyEvent(draft, event)
      })

/** The state after all events, from the beginning or from `start` (which stays as it is). */
export const replay = (events: Iterable<MeshEvent>, start?: MeshState): MeshState => {
  const replaying = startReplay(start)
  for (const event of events) replaying.apply(event)
  return replaying.finish()
}

/** A replay that is fed as events come out of a log, page by page. */
export interface Replaying {
  /** Takes the next event. Throws a `TypeError` after `finish`. */
  readonly apply: (event: MeshEvent) => void
  /** Freezes and hands over the state; nothing can be applied after that. */
  readonly finish: () => MeshState
}

/** A replay on a private copy of `start`, which stays as it is; of nothing where left out. */
export const startReplay = (start: MeshState = emptyMeshState()): Replaying => {
  let draft: MeshDraft | undefined = privateCopy(start) as MeshDraft
  return {
    apply: (event) => {
      if (draft === undefined) throw new TypeError('this replay has finished')
      applyEvent(draft, event)
    },
    finish: () => {
      if (draft === undefined) throw new TypeError('this replay has finished')
      const state = draft as MeshState
      listeners.build(draft)
      draft = undefined
      return sealed(state)
    },
  }
}

const applyEvent = (draft: MeshDraft, event: MeshEvent): void => {
  const recipe = recipes[event.type] as (draft: MeshDraft, event: MeshEvent) => void
  recipe(draft, event)
  draft.revision += 1
  draft.lastEventAtEpochMs = event.atEpochMs
}
