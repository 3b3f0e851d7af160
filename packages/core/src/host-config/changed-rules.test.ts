import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { decide } from '../mesh/decide.js'
import { evolveAll, replay } from '../mesh/evolve.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleAddGroup,
  sampleAddPolicy,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import {
  egressId,
  groupId,
  hostCapabilities,
  hostId,
  networkId,
  nodeId,
  policyId,
  tagName,
  userId,
} from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import { projectHostConfig } from './expand-host-config.js'
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

test('law 4: a router whose class loses a set that its range still looks at is sent the class, and its config says so', () => {
  const blue = { kind: 'tag', tag: tagName('blue') } as const
  const before = replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(),
      sampleRegisterHost(1, { capabilities: hostCapabilities }),
      sampleRegisterHost(2),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
      { type: 'AssignTag', atEpochMs: sampleTime, memberId: nodeId('node-1-2'), tag: blue.tag },
      sampleAddEgress(1),
      { type: 'SwitchDefaultPolicy', atEpochMs: sampleTime, networkId: networkId('net-1'), everyoneAllowed: false },
      sampleAddPolicy(1, { sources: [{ kind: 'everyone' }], destinations: [blue], direction: 'one-way' }),
    ),
  )
  const sources = [{ kind: 'egress', egressId: egressId('egress-1') }] as const
  const about = { atEpochMs: sampleTime, policyId: policyId('policy-1') }
  const decision = decide({ type: 'UpdatePolicy', ...about, sources }, before)
  const events = E.isRight(decision) ? decision.right : []
  const after = evolveAll(before, events)
  const [was, is] = [before, after].map((state) => projectHostConfig(state, hostId('host-1')))
  const sentTo = [...patchesOfStep(changedFragments(before, after, events), before, after)].map(([id]) => id)
  expect(sentTo).toContain(hostId('host-1'))
  expect(was?.peerSets.map(({ sets }) => sets)).toEqual([['tag:blue']])
  expect(is?.peerSets.map(({ sets }) => sets)).toEqual([[]])
  expect(is?.own.memberships[0]?.looksAt).toContain('tag:blue')
})
