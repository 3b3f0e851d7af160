/** A host is removed: a command, what follows from it, and the state that it leads to. */
import assert from 'node:assert/strict'
import {
  decide,
  describeMeshError,
  describeMeshEvent,
  epochMs,
  evolve,
  hostId,
  largeMapHas,
  type MeshCommand,
  replay,
} from '@meshfold/core'
import { sampleTime } from '@meshfold/core/testing'
import { history } from './sample-mesh.ts'

const before = replay(history)
const removeHost: MeshCommand = {
  type: 'RemoveHost',
  atEpochMs: epochMs(sampleTime + 60_000),
  hostId: hostId('host-1'),
}

console.log(`Revision ${before.revision}. RemoveHost host-1 leads to`)
// #region decide
const decision = decide(removeHost, before)
assert(decision._tag === 'Right')
let after = before
for (const event of decision.right) {
  console.log(`  ${event.type}: ${describeMeshEvent(event, after)}`)
  after = evolve(after, event)
}
// #endregion

console.log(`Revision ${after.revision}. The same again:`)
// #region again
const again = decide(removeHost, after)
assert(again._tag === 'Left')
console.log(`  ${again.left.code}: ${describeMeshError(again.left)}`)
// #endregion

// #region replay
const log = [...history, ...decision.right]
assert.deepEqual(replay(log), after)
const yesterday = replay(log.slice(0, history.length))
assert.deepEqual(yesterday, before)
// #endregion
const isThere = largeMapHas(yesterday.hosts, hostId('host-1'))
console.log(
  `The log replayed is the same state. Replayed up to revision ${yesterday.revision}, host-1 is ${isThere ? 'there' : 'gone'}.`,
)
