/** "It worked yesterday." What was it like then, since when does it not work, and what is different? */
import {
  describeDifferences,
  describeExplanation,
  describeMeshEvent,
  type EpochMs,
  explain,
  type MeshCommand,
  type MeshEvent,
  type MeshState,
  policyId,
  replayUntil,
  type TestEnd,
} from '@meshfold/core'
import { eventsOf } from '@meshfold/core/testing'
import { nodeOf, office, officeTag, on, setUp } from '@meshfold-example/office-mesh'

const laptop: TestEnd = { kind: 'node', nodeId: nodeOf('laptop-2') }
const database: TestEnd = { kind: 'node', nodeId: nodeOf('database') }

const later: readonly MeshCommand[] = [
  {
    type: 'AddPolicy',
    atEpochMs: on(19, 10, 12),
    policyId: policyId('reports'),
    networkId: office,
    name: 'The office makes reports',
    sources: [{ kind: 'tag', tag: officeTag }],
    destinations: [{ kind: 'node', nodeId: nodeOf('database') }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 5432, last: 5432 }] }],
    direction: 'one-way',
  },
  { type: 'DisconnectNode', atEpochMs: on(20, 8, 30), nodeId: nodeOf('web-2') },
  { type: 'UnassignTag', atEpochMs: on(20, 16, 41), memberId: nodeOf('laptop-2'), tag: officeTag },
  { type: 'ConnectNode', atEpochMs: on(20, 17, 5), nodeId: nodeOf('web-2') },
]
const log: readonly MeshEvent[] = eventsOf(...setUp, ...later)

// #region then
const at = (time: EpochMs): MeshState => replayUntil(log, { atEpochMs: time })
const question = (state: MeshState) => explain(state, laptop, database, { protocol: 'tcp', port: 5432 })
const works = (state: MeshState): boolean => question(state)?.flows.every((flow) => flow.works) ?? false
// #endregion

const clock = (time: EpochMs): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')
const tell = (time: EpochMs): void => {
  const state = at(time)
  const explanation = question(state)
  console.log(`\nAt ${clock(time)}, revision ${state.revision}:`)
  for (const line of explanation === undefined ? [] : describeExplanation(state, explanation)) console.log(`  ${line}`)
}
const [yesterday, now] = [on(20, 9), on(21, 9)]
tell(yesterday)
tell(now)

console.log('\nWhat is different since:')
for (const line of describeDifferences(at(yesterday), at(now))) console.log(`  ${line}`)

// #region since
/** The first revision after `good` at which it doesn't work: half of what is left is ruled out at each look. */
const firstBad = (good: number, bad: number): number => {
  if (bad - good === 1) return bad
  const middle = Math.floor((good + bad) / 2)
  return works(replayUntil(log, { revision: middle })) ? firstBad(middle, bad) : firstBad(good, middle)
}
// #endregion
const revision = firstBad(at(yesterday).revision, at(now).revision)
const culprit = log[revision]
if (culprit === undefined) throw new TypeError('the log ends before')
const before = replayUntil(log, { revision: revision - 1 })
console.log(`\nIt doesn't work since revision ${revision}, ${clock(culprit.atEpochMs)}:`)
console.log(`  ${describeMeshEvent(culprit, before)}`)
