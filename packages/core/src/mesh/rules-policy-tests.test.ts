import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { policyTestResults } from '../policy/policy-tests.js'
import {
  eventsOf,
  sampleAddGroup,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import {
  groupId,
  hostId,
  ipAddress,
  networkId,
  nodeId,
  policyId,
  policyTestId,
  tagName,
  userId,
} from '../values/index.js'
import type { AddPolicy } from './commands/add-policy.js'
import type { AddPolicyTest } from './commands/add-policy-test.js'
import { keepingPolicyTests } from './commands/policy-test-guard.js'
import { evolveAll } from './evolve.js'
import type { MeshCommand } from './mesh-command.js'
import { emptyMeshState } from './mesh-state.js'

const net = networkId('net-1')
const node = (number: number) => ({ kind: 'node', nodeId: nodeId(`node-1-${number}`) }) as const

const setUp: readonly MeshCommand[] = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleRegisterHost(1),
  sampleRegisterHost(2),
  sampleRegisterHost(3),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleJoinNetwork(1, 3, { ephemeral: true }),
]

const off: MeshCommand = {
  type: 'SwitchDefaultPolicy',
  atEpochMs: sampleTime,
  networkId: net,
  everyoneAllowed: false,
}

const webPolicy: AddPolicy = {
  type: 'AddPolicy',
  atEpochMs: sampleTime,
  policyId: policyId('policy-1'),
  networkId: net,
  name: 'Web',
  sources: [node(1), node(3)],
  destinations: [node(2)],
  traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
}

const policyTest = (changes: Partial<AddPolicyTest> = {}): AddPolicyTest => ({
  type: 'AddPolicyTest',
  atEpochMs: sampleTime,
  policyTestId: policyTestId('test-1'),
  networkId: net,
  name: 'Web is reachable',
  from: node(1),
  to: node(2),
  protocol: 'tcp',
  port: 443,
  expect: 'allow',
  ...changes,
})

const denied = policyTest({ policyTestId: policyTestId('test-2'), name: 'No mail', port: 25, expect: 'deny' })
const aboutPolicy = { atEpochMs: sampleTime, policyId: policyId('policy-1') }
const ready = [...setUp, webPolicy, off, policyTest(), denied]

describe('a policy test', () => {
  test('G6 that holds is added', () => {
    const given = mesh.given(eventsOf(...setUp))
    given.when(policyTest()).then([{ ...policyTest(), type: 'PolicyTestAdded' }])
    mesh
      .given(eventsOf(...setUp, webPolicy, off))
      .when(denied)
      .then([{ ...denied, type: 'PolicyTestAdded' }])
  })

  test('G6 that does not hold is refused', () => {
    mesh
      .given(eventsOf(...setUp))
      .when(denied)
      .thenRefused('policy-test-fails', { name: 'No mail', expect: 'deny' })
    mesh
      .given(eventsOf(...setUp, off))
      .when(policyTest())
      .thenRefused('policy-test-fails', { expect: 'allow' })
  })

  test('G6 the same again changes nothing; id and name are its own', () => {
    const given = mesh.given(eventsOf(...ready))
    given.when(policyTest()).thenNothing()
    given.when(policyTest({ port: 80 })).thenRefused('policy-test-id-taken')
    given
      .when(policyTest({ policyTestId: policyTestId('test-3') }))
      .thenRefused('policy-test-name-taken', { policyTestId: policyTestId('test-1') })
  })

  test('G6 is about those who are there, with a port where there are ports', () => {
    const given = mesh.given(eventsOf(...setUp))
    given.when(policyTest({ to: node(9) })).thenRefused('selected-unknown', { kind: 'node' })
    given.when(policyTest({ port: null })).thenRefused('policy-test-port')
    given.when(policyTest({ protocol: 'icmp' })).thenRefused('policy-test-port')
    given.when(policyTest({ networkId: networkId('none') })).thenRefused('network-unknown')
    given
      .when(policyTest({ to: { kind: 'address', address: ipAddress('10.1.0.2') } }))
      .thenRefused('policy-test-address')
  })

  test('G6 is given up at any time', () => {
    const remove: MeshCommand = {
      type: 'RemovePolicyTest',
      atEpochMs: sampleTime,
      policyTestId: policyTestId('test-1'),
    }
    mesh
      .given(eventsOf(...ready))
      .when(remove)
      .then([{ ...remove, type: 'PolicyTestRemoved', networkId: net, cause: 'removed' }])
    mesh
      .given(eventsOf(...setUp))
      .when(remove)
      .thenRefused('policy-test-unknown')
  })

  test('G6 ends with the node that it is about, and with its network', () => {
    const about = { type: 'PolicyTestRemoved', atEpochMs: sampleTime, networkId: net } as const
    const state = mesh
      .given(eventsOf(...setUp, policyTest()))
      .when({ type: 'RemoveNode', atEpochMs: sampleTime, nodeId: nodeId('node-1-2') })
      .then([
        { ...about, policyTestId: policyTestId('test-1'), cause: 'end-removed' },
        {
          type: 'NodeLeft',
          atEpochMs: sampleTime,
          networkId: net,
          nodeId: nodeId('node-1-2'),
          hostId: sampleRegisterHost(2).hostId,
          cause: 'removed',
        },
      ])
    expect(state.policyTests.size).toBe(0)
    const events = eventsOf(...ready, {
      type: 'RemoveNetwork',
      atEpochMs: sampleTime,
      networkId: net,
      evenWithNodes: true,
    })
    expect(evolveAll(emptyMeshState(), events).policyTests.size).toBe(0)
  })
})

describe('a command that breaks a policy test', () => {
  test('G6 is refused, and the tests are named', () => {
    const given = mesh.given(eventsOf(...ready))
    const broken = [{ policyTestId: policyTestId('test-1'), name: 'Web is reachable' }]
    given.when({ type: 'RemovePolicy', ...aboutPolicy }).thenRefused('policy-test-broken', { tests: broken })
    given.when({ type: 'UpdatePolicy', ...aboutPolicy, enabled: false }).thenRefused('policy-test-broken')
    given
      .when({ ...off, everyoneAllowed: true })
      .thenRefused('policy-test-broken', { tests: [{ policyTestId: policyTestId('test-2'), name: 'No mail' }] })
  })

  test('G6 one that keeps them is not', () => {
    mesh
      .given(eventsOf(...ready))
      .when({ type: 'UpdatePolicy', ...aboutPolicy, sources: [node(1)] })
      .then([
        {
          ...webPolicy,
          type: 'PolicyUpdated',
          sources: [node(1)],
          enabled: true,
          direction: 'one-way',
        },
      ])
  })

  test("G6 what was broken before stands in nobody's way", () => {
    const events = [
      ...eventsOf(...ready),
      // As by a rule of an older version.
      { type: 'PolicyRemoved', ...aboutPolicy, networkId: net, cause: 'removed' },
    ] as const
    const verdicts = policyTestResults(evolveAll(emptyMeshState(), events), net)
    expect(verdicts.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['Web is reachable', 'broken'],
      ['No mail', 'holds'],
    ])
    mesh
      .given(events)
      .when({ ...webPolicy, policyId: policyId('policy-2'), sources: [node(3)] })
      .then([
        {
          ...webPolicy,
          policyId: policyId('policy-2'),
          type: 'PolicyAdded',
          sources: [node(3)],
          enabled: true,
          direction: 'one-way',
        },
      ])
  })

  test('G6 also when it is about tags, owners or groups', () => {
    const member = { memberId: nodeId('node-1-1'), tag: tagName('web') }
    const group = { groupId: groupId('group-1'), byUserId: null }
    const by = (sources: AddPolicy['sources']) => [
      ...setUp,
      sampleAddUser(1),
      sampleAddGroup(1),
      { type: 'AssignTag', atEpochMs: sampleTime, ...member } as const,
      { type: 'SetHostOwner', atEpochMs: sampleTime, hostId: hostId('host-1'), userId: userId('user-1') } as const,
      { type: 'ChangeGroupMembers', atEpochMs: sampleTime, ...group, add: [userId('user-1')], remove: [] } as const,
      { ...webPolicy, sources },
      off,
      policyTest(),
    ]
    mesh
      .given(eventsOf(...by([{ kind: 'tag', tag: tagName('web') }])))
      .when({ type: 'UnassignTag', atEpochMs: sampleTime, ...member })
      .thenRefused('policy-test-broken')
    const inGroup = mesh.given(eventsOf(...by([{ kind: 'group', groupId: groupId('group-1') }])))
    inGroup
      .when({ type: 'SetHostOwner', atEpochMs: sampleTime, hostId: hostId('host-1'), userId: null })
      .thenRefused('policy-test-broken')
    inGroup
      .when({ type: 'ChangeGroupMembers', atEpochMs: sampleTime, ...group, add: [], remove: [userId('user-1')] })
      .thenRefused('policy-test-broken')
  })

  test('G6 an automatic change goes through all the same', () => {
    const state = evolveAll(emptyMeshState(), eventsOf(...ready))
    const decision = E.right([
      { type: 'PolicyRemoved', ...aboutPolicy, networkId: net, cause: 'nothing-left' } as const,
    ])
    const away: MeshCommand = { type: 'RemoveAwayNode', atEpochMs: sampleTime, nodeId: nodeId('node-1-3') }
    expect(keepingPolicyTests(away, state, decision)).toEqual(decision)
    const asked: MeshCommand = { ...away, type: 'RemoveNode' }
    expect(keepingPolicyTests(asked, state, decision)).toMatchObject({ left: { code: 'policy-test-broken' } })
  })
})
