/** What a server does for one change: it folds it, finds who is concerned, and puts each one's message together. */
import {
  changedFragments,
  encodePatchMessage,
  evolveAll,
  type MeshEvent,
  type MeshState,
  type PatchChange,
  patchesOfStep,
} from '@meshfold/core'

/** What was sent to all viewers together. */
export interface Sent {
  readonly messages: number
  readonly bytes: number
}

/** One encoding for all viewers that are sent the same. */
export const shipChange = (before: MeshState, events: readonly MeshEvent[]): Sent => {
  const after = evolveAll(before, events)
  const changes = changedFragments(before, after, events)
  let messages = 0
  let bytes = 0
  const texts = new Map<readonly PatchChange[], string>()
  for (const [, list] of patchesOfStep(changes, before, after)) {
    const text = texts.get(list) ?? encodePatchMessage(changes.asOf, list)
    texts.set(list, text)
    messages += 1
    bytes += text.length
  }
  return { messages, bytes }
}
