import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { decide } from '../mesh/decide.js'
import { evolveAll, replay } from '../mesh/evolve.js'
import {
  eventsOf,
  sampleAddGroup,
  sampleAddPolicy,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { groupId, hostId, networkId, policyId, userId } from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import { patchesOfStep } from './step-patches.js'

test("G4 a policy about own devices concerns every owner's nodes, also where nobody is among its sources", () => {
  const before = replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(),
      sampleRegisterHost(1),
      sampleRegisterHost(2),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
      sampleAddUser(1),
      sampleAddGroup(1),
      { type: 'SetHostOwner', atEpochMs: sampleTime, hostId: hostId('host-1'), userId: userId('user-1') },
      { type: 'SwitchDefaultPolicy', atEpochMs: sampleTime, networkId: networkId('net-1'), everyoneAllowed: false },
      sampleAddPolicy(1, {
        sources: [{ kind: 'group', groupId: groupId('group-1') }],
        destinations: [{ kind: 'own-devices' }],
      }),
    ),
  )
  const decision = decide({ type: 'RemovePolicy', atEpochMs: sampleTime, policyId: policyId('policy-1') }, before)
  const events = E.isRight(decision) ? decision.right : []
  const after = evolveAll(before, events)
  const sentTo = [...patchesOfStep(changedFragments(before, after, events), before, after)].map(([id]) => id)
  expect(sentTo).toEqual([hostId('host-1')])
})
