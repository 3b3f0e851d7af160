/**
 * One change in a full mesh, from the event to the encoded patches of all viewers, against projecting and encoding everybody's
 * config anew: the two in one run. Of the full re-projection a sample of viewers is measured and multiplied.
 */
import {
  changedFragments,
  encodePatchMessage,
  encodeServerMessage,
  evolveAll,
  largeMapKeys,
  type MeshEvent,
  type MeshState,
  type PatchChange,
  patchesOfStep,
  projectSnapshot,
  replay,
} from '@meshfold/core'
import { endpointChanges, fullMeshEvents, hostJoins, hostLeaves } from './full-mesh.js'
import { medianMilliseconds, millisecondsOf } from './measure.js'

const sampledViewers = 5

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000]) {
    const before = replay(fullMeshEvents(size))
    const fullMs = fullProjectionMs(before, size)
    metrics[`fullProjectionOf${size}ViewersMs`] = fullMs
    const changes: Record<string, (round: number) => readonly MeshEvent[]> = {
      join: (round) => hostJoins(size + round),
      leave: (round) => hostLeaves(round, round),
      endpointChange: (round) => [endpointChanges(round, round)],
    }
    for (const [name, eventsOf] of Object.entries(changes)) {
      const sent = { messages: 0, bytes: 0 }
      const ms = medianMilliseconds(15, (round) => {
        const outcome = shipChange(before, eventsOf(round))
        sent.messages = outcome.messages
        sent.bytes = outcome.bytes
      })
      metrics[`${name}At${size}Ms`] = ms
      metrics[`${name}At${size}Messages`] = sent.messages
      metrics[`${name}At${size}Bytes`] = sent.bytes
      metrics[`${name}At${size}TimesFasterThanFull`] = fullMs / ms
    }
  }
  return { bench: 'mesh-change', metrics }
}

/** What a server does for one change: fold it, find who is concerned, and put each one's message together. */
const shipChange = (before: MeshState, events: readonly MeshEvent[]): { messages: number; bytes: number } => {
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

const fullProjectionMs = (state: MeshState, size: number): number => {
  const viewers = [...largeMapKeys(state.hosts)].slice(0, sampledViewers)
  const sampleMs = millisecondsOf(() => {
    for (const viewer of viewers) encodeServerMessage({ type: 'snapshot', snapshot: projectSnapshot(state, viewer) })
  })
  return (sampleMs / viewers.length) * size
}
