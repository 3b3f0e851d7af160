import { expect, test } from 'vitest'
import { sampleMeshOfSix } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { egressId, hostId } from '../values/index.js'
import { describeMeshEvent } from './describe-event.js'
import { evolve, replay } from './evolve.js'
import { emptyMeshState, type MeshState } from './mesh-state.js'

const events = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(),
  sampleCreateEnrollmentKey({ ephemeral: true, maxUses: 5 }),
  sampleEnrollHost(1),
  { type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('host-1') },
)

test('a history reads like this', () => {
  const lines: string[] = []
  events.reduce<MeshState>((state, event) => {
    lines.push(describeMeshEvent(event, state))
    return evolve(state, event)
  }, emptyMeshState())
  expect(lines).toEqual([
    'Mesh "Sample mesh" (mesh-1) was created, domain mesh.internal',
    'Network "office-1" (net-1) was created with 10.1.0.0/24 and fd01:0:0:1::/64',
    'Enrolment key "Laptops" (key-1) was created for "office-1", uses: 5, without expiry',
    'Host "machine-1" (host-1) is known, port 51821, reached at 203.0.113.1:51821 (local), control addresses 198.19.0.1 and fd6d:6573:6801::1',
    'Host "machine-1" joined network "office-1" as "machine-1" (node-1-1) with 10.1.0.1 and fd01:0:0:1::1, by enrolment key "Laptops", ephemeral',
    'Enrolment key "Laptops" was used by host "machine-1"',
    'Host "machine-1" left network "office-1" (node node-1-1): the host is being removed',
    'Host "machine-1" was removed; its keys can\'t come back',
  ])
})

test('without a state, ids stand in for names', () => {
  expect(events.map((event) => describeMeshEvent(event)).at(-2)).toBe(
    'Host host-1 left network net-1 (node node-1-1): the host is being removed',
  )
})

test('a policy is told with the name of what it opens', () => {
  const opens = sampleAddPolicy(1, { destinations: [{ kind: 'egress', egressId: egressId('egress-1') }] })
  const told = eventsOf(...sampleMeshOfSix, sampleAddEgress(1), opens)
  expect(
    told
      .slice(-1)
      .map((event) => describeMeshEvent(event, replay(told)))
      .join(),
  ).toContain('everyone to egress "Site 1"')
})
