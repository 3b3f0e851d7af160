/** A host has another address: which fragment changes, who is sent it, and how one comes back who was away. */
import assert from 'node:assert/strict'
import {
  applyPatch,
  asOfState,
  changedFragments,
  createFragmentRing,
  decide,
  encodePatchMessage,
  epochMs,
  evolveAll,
  type HostId,
  hostId,
  largeMapKeys,
  type MeshState,
  type PatchChange,
  patchesOfStep,
  patchOfTable,
  projectSnapshot,
  type ReportHostEndpoints,
  replay,
  tableOfSnapshot,
  tableVersions,
  udpEndpoint,
} from '@meshfold/core'
import { sampleTime } from '@meshfold/core/testing'
import { history } from './sample-mesh.ts'

const moves = (endpoint: string): ReportHostEndpoints => ({
  type: 'ReportHostEndpoints',
  atEpochMs: epochMs(sampleTime + 60_000),
  hostId: hostId('host-2'),
  listenPort: 51821,
  endpoints: [{ endpoint: udpEndpoint(endpoint), origin: 'local' }],
  localPrefixes: [],
})

const text = (changes: readonly PatchChange[]) => changes.map(({ fragment, change }) => `${change.op} ${fragment}`)

const start = replay(history)
const ring = createFragmentRing()

const step = (before: MeshState, command: ReportHostEndpoints) => {
  // #region step
  const decision = decide(command, before)
  assert(decision._tag === 'Right')
  const after = evolveAll(before, decision.right)
  const changes = changedFragments(before, after, decision.right)
  const patches = new Map(patchesOfStep(changes, before, after))
  // #endregion
  ring.append(changes)
  return { after, changes, patches }
}

const first = step(start, moves('198.51.100.2:51821'))
console.log(
  `Host 2 moves. Of ${projectSnapshot(start, hostId('host-1')).fragments.length} fragments that host 1 holds, these change:`,
)
console.log(`  ${text(first.changes.changes).join(', ')}`)
for (const viewer of [...largeMapKeys(start.hosts)].sort()) {
  const patch = first.patches.get(viewer) ?? []
  const length = encodePatchMessage(asOfState(first.after), patch).length
  console.log(`  ${viewer}: ${patch.length === 0 ? 'nothing' : `${text(patch).join(', ')} (${length} characters)`}`)
}

// #region laws
const follow = (viewer: HostId) => {
  const table = tableOfSnapshot(viewer, projectSnapshot(start, viewer))
  const changes = first.patches.get(viewer) ?? []
  assert(applyPatch(table, { asOf: asOfState(first.after), changes })._tag === 'Right')
  assert.deepEqual(tableVersions(table), tableVersions(tableOfSnapshot(viewer, projectSnapshot(first.after, viewer))))
}
for (const viewer of largeMapKeys(start.hosts)) follow(viewer)
// #endregion
console.log('Who applies the patch holds what a snapshot would have brought.')

const { after: now } = step(first.after, moves('198.51.100.3:51821'))
// #region return
const away = hostId('host-3')
const held = tableOfSnapshot(away, projectSnapshot(start, away))
const fromRing = ring.patchSince(now, away, held.asOf)
const fromTable = patchOfTable(now, away, tableVersions(held))
// #endregion
console.log('It moves again. Host 3, away since before, is sent')
console.log(`  from the ring: ${text(fromRing?.changes ?? []).join(', ')}`)
console.log(`  from its table of ${held.fragments.size} versions: ${text(fromTable.changes).join(', ')}`)
assert.deepEqual(fromRing, fromTable)
