/** Before a change is made: what it would do, in the order in which people ask. */
import {
  clientId,
  describeMeshError,
  describeMeshEvent,
  describeStateChange,
  hostId,
  type MeshCommand,
  planCommand,
  policyId,
  replay,
} from '@meshfold/core'
import { beginning, machines, nodeOf, office, officeTag, on } from '@meshfold-example/office-mesh'
import * as E from 'fp-ts/lib/Either.js'

const state = replay(beginning)
const atEpochMs = on(21, 9)

// #region plan
const tellPlan = (question: string, command: MeshCommand): void => {
  console.log(`\n${question}`)
  const planned = planCommand(state, command)
  if (E.isLeft(planned)) {
    console.log(`  It is refused (${planned.left.code}): ${describeMeshError(planned.left)}`)
    return
  }
  const { events, after } = planned.right
  for (const event of events) console.log(`  • ${describeMeshEvent(event, state)}`)
  for (const line of describeStateChange(state, after, planned.right)) console.log(`  ${line}`)
}
// #endregion

tellPlan('May the phone use the lab? It gets the tag of the office.', {
  type: 'AssignTag',
  atEpochMs,
  memberId: clientId('client-1'),
  tag: officeTag,
})
tellPlan('Frankfurt stops being a gateway.', {
  type: 'RemoveGateway',
  atEpochMs,
  nodeId: nodeOf('frankfurt'),
  moveTo: null,
  withoutTarget: 'refuse',
})
tellPlan('Frankfurt stops being a gateway, and what it carries goes to lisbon.', {
  type: 'RemoveGateway',
  atEpochMs,
  nodeId: nodeOf('frankfurt'),
  moveTo: nodeOf('lisbon'),
  withoutTarget: 'refuse',
})
tellPlan('The office browses no more.', { type: 'RemovePolicy', atEpochMs, policyId: policyId('browse') })
tellPlan('The database server is given back.', {
  type: 'RemoveHost',
  atEpochMs,
  hostId: hostId(`host-${machines.indexOf('database') + 1}`),
})
tellPlan('The network goes.', { type: 'RemoveNetwork', atEpochMs, networkId: office, evenWithNodes: false })

console.log(`\nNothing was done: the mesh is at revision ${state.revision}, as before.`)
