/**
 * One change in a full mesh, from the event to the encoded patches of all viewers, against projecting and encoding everybody's
 * config anew: the two in one run. Of the full re-projection a sample of viewers is measured and multiplied.
 */
import {
  encodeServerMessage,
  largeMapKeys,
  type MeshEvent,
  type MeshState,
  projectSnapshot,
  replay,
} from '@meshfold/core'
import { endpointChanges, fullMeshEvents, hostJoins, hostLeaves } from './full-mesh.js'
import { medianMilliseconds, millisecondsOf } from './measure.js'
import { type Sent, shipChange } from './ship-change.js'

const sampledViewers = 5

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 5000, 10_000]) {
    const before = replay(fullMeshEvents(size))
    const fullMs = fullProjectionMs(before, size)
    metrics[`fullProjectionOf${size}ViewersMs`] = fullMs
    const changes: Record<string, (round: number) => readonly MeshEvent[]> = {
      join: (round) => hostJoins(size + round),
      leave: (round) => hostLeaves(round, round),
      endpointChange: (round) => [endpointChanges(round, round)],
    }
    for (const [name, eventsOf] of Object.entries(changes)) {
      let sent: Sent = { messages: 0, bytes: 0 }
      const ms = medianMilliseconds(15, (round) => {
        sent = shipChange(before, eventsOf(round))
      })
      metrics[`${name}At${size}Ms`] = ms
      metrics[`${name}At${size}Messages`] = sent.messages
      metrics[`${name}At${size}Bytes`] = sent.bytes
      metrics[`${name}At${size}TimesFasterThanFull`] = fullMs / ms
    }
  }
  return { bench: 'mesh-change', metrics }
}

const fullProjectionMs = (state: MeshState, size: number): number => {
  const viewers = [...largeMapKeys(state.hosts)].slice(0, sampledViewers)
  const sampleMs = millisecondsOf(() => {
    for (const viewer of viewers) encodeServerMessage({ type: 'snapshot', snapshot: projectSnapshot(state, viewer) })
  })
  return (sampleMs / viewers.length) * size
}
