/** Three hosts, one mesh, no server and no network: from commands to what each host's WireGuard gets. */
import assert from 'node:assert/strict'
import {
  changedFragments,
  choosePaths,
  decide,
  describeMeshError,
  describeMeshEvent,
  desiredHostOf,
  emptyMeshState,
  evolve,
  evolveAll,
  largeMapKeys,
  type MeshEvent,
  type MeshState,
  patchOfStep,
  projectHostConfig,
  replay,
} from '@meshfold/core'
import { betaMoves, commands } from './commands.ts'
import { changeText, hostText } from './text.ts'

console.log('Commands become events, or a refusal that names the way out:')
// #region commands-to-state
const log: MeshEvent[] = []
let state: MeshState = emptyMeshState()

for (const command of commands) {
  const decision = decide(command, state)
  if (decision._tag === 'Left') {
    console.log(`  ${command.type} is refused: ${describeMeshError(decision.left)}`)
    continue
  }
  for (const event of decision.right) {
    console.log(`  ${log.length} ${describeMeshEvent(event, state)}`)
    log.push(event)
    state = evolve(state, event)
  }
}
assert.deepEqual(replay(log), state)
// #endregion

console.log('\nState becomes a config for each host, and the config what its WireGuard gets:')
const hostIds = [...largeMapKeys(state.hosts)].sort()
// #region state-to-wireguard
for (const hostId of hostIds) {
  const config = projectHostConfig(state, hostId)
  if (config === undefined) continue
  const paths = choosePaths(config, new Map(), new Map(), undefined)
  console.log(hostText(config, desiredHostOf(config, paths)))
}
// #endregion

console.log('\nBeta moves. Whoever looks at what changed gets a patch, and nobody else:')
// #region patches
const decision = decide(betaMoves, state)
assert(decision._tag === 'Right')
const after = evolveAll(state, decision.right)
const changes = changedFragments(state, after, decision.right)
for (const hostId of hostIds) {
  const patch = patchOfStep(changes, state, after, hostId)
  console.log(`  ${hostId}: ${patch.map(changeText).join(', ') || 'nothing'}`)
}
// #endregion
