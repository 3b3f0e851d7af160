import { describe, expect, test } from 'vitest'
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
  clientId,
  egressId,
  groupId,
  ipPrefix,
  networkId,
  networkName,
  nodeId,
  policyId,
  tagName,
  userId,
} from '../values/index.js'
import type { AddPolicy } from './commands/add-policy.js'
import { evolveAll } from './evolve.js'
import { largeMapGet, largeMapKeys } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'
import { emptyMeshState, type Selector } from './mesh-state.js'

const net = networkId('net-1')
const node1 = nodeId('node-1-1')
const node2 = nodeId('node-1-2')
const elsewhere = nodeId('node-2-1')
const one: Selector = { kind: 'node', nodeId: node1 }
const two: Selector = { kind: 'node', nodeId: node2 }
const web: Selector = { kind: 'tag', tag: tagName('web') }

const setUp: readonly MeshCommand[] = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  sampleRegisterHost(1, { capabilities: ['isolate-networks'] }),
  sampleRegisterHost(2),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleJoinNetwork(2, 1),
]

const addPolicy = (changes: Partial<AddPolicy> = {}): AddPolicy => ({
  type: 'AddPolicy',
  atEpochMs: sampleTime,
  policyId: policyId('policy-1'),
  networkId: net,
  name: 'Web',
  sources: [one],
  destinations: [two],
  traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  ...changes,
})

const added = (changes: Partial<MeshEventOf<'PolicyAdded'>> = {}): MeshEventOf<'PolicyAdded'> => ({
  ...addPolicy(),
  enabled: true,
  direction: 'one-way',
  ...changes,
  type: 'PolicyAdded',
})

const about = { atEpochMs: sampleTime, policyId: policyId('policy-1') }

describe('a policy', () => {
  test('G4 is added, enabled and one-way unless told otherwise', () => {
    const given = mesh.given(eventsOf(...setUp))
    given.when(addPolicy()).then([added()])
    given.when(addPolicy({ enabled: false, direction: 'both' })).then([added({ enabled: false, direction: 'both' })])
  })

  test('G4 is kept in one form: each selector once, traffic by protocol, ports sorted and joined', () => {
    const state = mesh
      .given(eventsOf(...setUp))
      .when(
        addPolicy({
          sources: [web, one, web],
          traffic: [
            { protocol: 'udp', ports: [{ first: 1, last: 65_535 }] },
            { protocol: 'tcp', ports: [{ first: 81, last: 90 }] },
            { protocol: 'icmp' },
            {
              protocol: 'tcp',
              ports: [
                { first: 80, last: 80 },
                { first: 85, last: 85 },
              ],
            },
          ],
        }),
      )
      .then([
        added({
          sources: [one, web],
          traffic: [
            { protocol: 'icmp' },
            { protocol: 'tcp', ports: [{ first: 80, last: 90 }] },
            { protocol: 'udp', ports: [] },
          ],
        }),
      ])
    expect(largeMapGet(state.policies, policyId('policy-1'))?.sources).toEqual([one, web])
  })

  test('G4 any traffic makes the other entries needless', () => {
    mesh
      .given(eventsOf(...setUp))
      .when(addPolicy({ traffic: [{ protocol: 'icmp' }, { protocol: 'any' }] }))
      .then([added({ traffic: [{ protocol: 'any' }] })])
  })

  test('G4 the same again changes nothing, other content under its id is refused', () => {
    const given = mesh.given(eventsOf(...setUp, addPolicy({ sources: [one, web] })))
    given.when(addPolicy({ sources: [web, one, one] })).thenNothing()
    given.when(addPolicy()).thenRefused('policy-id-taken', { name: 'Web' })
    given.when(addPolicy({ networkId: networkId('net-2') })).thenRefused('policy-id-taken')
  })

  test('G4 names are unique in a network', () => {
    const given = mesh.given(eventsOf(...setUp, addPolicy()))
    given
      .when(addPolicy({ policyId: policyId('policy-2') }))
      .thenRefused('policy-name-taken', { name: 'Web', policyId: policyId('policy-1') })
    given
      .when(
        addPolicy({
          policyId: policyId('policy-2'),
          networkId: networkId('net-2'),
          sources: [web],
          destinations: [web],
        }),
      )
      .then([
        added({ policyId: policyId('policy-2'), networkId: networkId('net-2'), sources: [web], destinations: [web] }),
      ])
  })

  test.each([
    ['user', { kind: 'user', userId: userId('x') }],
    ['group', { kind: 'group', groupId: groupId('x') }],
    ['node', { kind: 'node', nodeId: nodeId('x') }],
    ['client', { kind: 'client', clientId: clientId('x') }],
    ['egress', { kind: 'egress', egressId: egressId('x') }],
    ['gateway', { kind: 'gateway-clients', gatewayId: nodeId('x') }],
  ] as const)('G4 an unknown %s is refused', (kind, selector) => {
    const given = mesh.given(eventsOf(...setUp))
    given.when(addPolicy({ sources: [one, selector] })).thenRefused('selected-unknown', { kind, id: 'x' })
    given.when(addPolicy({ destinations: [selector] })).thenRefused('selected-unknown', { kind, id: 'x' })
  })

  test('G4 a node of another network is refused, with both networks named', () => {
    mesh
      .given(eventsOf(...setUp))
      .when(addPolicy({ destinations: [{ kind: 'node', nodeId: elsewhere }] }))
      .thenRefused('selected-elsewhere', { id: elsewhere, networkName: networkName('office-1'), home: 'office-2' })
  })

  test.each([
    ['no source', { sources: [] }],
    ['too many', { sources: Array.from({ length: 201 }, (_, n) => ({ kind: 'tag', tag: `t${n}` })) }],
    ['no traffic', { traffic: [] }],
    ['ports the wrong way round', { traffic: [{ protocol: 'tcp', ports: [{ first: 9, last: 8 }] }] }],
    ['own devices as a source', { sources: [{ kind: 'own-devices' }] }],
    ['the internet as a source', { sources: [{ kind: 'internet' }] }],
    ['a field that the kind does not have', { sources: [{ kind: 'everyone', tag: 'web' }] }],
    ['ports for icmp', { traffic: [{ protocol: 'icmp', ports: [] }] }],
  ])('G4 %s: no policy', (_what, changes) => {
    mesh
      .given(eventsOf(...setUp))
      .when({ ...addPolicy(), ...changes } as AddPolicy)
      .thenRefused('command-malformed')
  })

  test('G4 more ranges of ports than a filter should hold are refused', () => {
    const ranges = (from: number) =>
      Array.from({ length: 200 }, (_, n) => ({ first: from + 2 * n, last: from + 2 * n }))
    mesh
      .given(eventsOf(...setUp))
      .when(
        addPolicy({
          traffic: [
            { protocol: 'tcp', ports: ranges(1) },
            { protocol: 'tcp', ports: ranges(1001) },
          ],
        }),
      )
      .thenRefused('policy-ports-too-many', { ranges: 400 })
  })
})

describe('a policy changes', () => {
  test('G4 what is left out stays', () => {
    const given = mesh.given(eventsOf(...setUp, addPolicy()))
    given
      .when({ type: 'UpdatePolicy', ...about, enabled: false })
      .then([{ ...added({ enabled: false }), type: 'PolicyUpdated' }])
    given
      .when({ type: 'UpdatePolicy', ...about, destinations: [{ kind: 'internet' }, { kind: 'own-devices' }] })
      .then([{ ...added({ destinations: [{ kind: 'internet' }, { kind: 'own-devices' }] }), type: 'PolicyUpdated' }])
  })

  test('G4 what is so already changes nothing', () => {
    mesh
      .given(eventsOf(...setUp, addPolicy()))
      .when({ type: 'UpdatePolicy', ...about, sources: [one, one], name: 'Web' })
      .thenNothing()
  })

  test('G4 the rules for new ones hold', () => {
    const other = addPolicy({ policyId: policyId('policy-2'), name: 'Mail' })
    const given = mesh.given(eventsOf(...setUp, addPolicy(), other))
    given.when({ type: 'UpdatePolicy', ...about, name: 'Mail' }).thenRefused('policy-name-taken')
    given
      .when({ type: 'UpdatePolicy', ...about, sources: [{ kind: 'node', nodeId: elsewhere }] })
      .thenRefused('selected-elsewhere')
    given.when({ type: 'UpdatePolicy', ...about, policyId: policyId('none'), name: 'X' }).thenRefused('policy-unknown')
  })

  test('G4 a removed one is gone', () => {
    mesh
      .given(eventsOf(...setUp, addPolicy()))
      .when({ type: 'RemovePolicy', ...about })
      .then([{ type: 'PolicyRemoved', ...about, networkId: net, cause: 'removed' }])
    mesh
      .given(eventsOf(...setUp))
      .when({ type: 'RemovePolicy', ...about })
      .thenRefused('policy-unknown')
  })
})

describe('the default policy', () => {
  const off = { type: 'SwitchDefaultPolicy', atEpochMs: sampleTime, networkId: net, everyoneAllowed: false } as const

  test('G4 a network starts with everyone to everyone, which can be switched off and on', () => {
    const given = mesh.given(eventsOf(...setUp))
    given.when({ ...off, everyoneAllowed: true }).thenNothing()
    given.when(off).then([{ ...off, type: 'DefaultPolicySwitched' }])
    const switched = mesh.given(eventsOf(...setUp, off))
    switched.when(off).thenNothing()
    switched
      .when({ ...off, everyoneAllowed: true })
      .then([{ ...off, type: 'DefaultPolicySwitched', everyoneAllowed: true }])
  })

  test('G4 of no network: refused', () => {
    mesh
      .given(eventsOf(...setUp))
      .when({ ...off, networkId: networkId('none') })
      .thenRefused('network-unknown')
  })
})

describe('what is removed is named no longer', () => {
  const removeNode1: MeshCommand = { type: 'RemoveNode', atEpochMs: sampleTime, nodeId: node1 }
  const left = (cause: MeshEventOf<'NodeLeft'>['cause']): MeshEventOf<'NodeLeft'> => ({
    ...removeNode1,
    type: 'NodeLeft',
    networkId: net,
    hostId: sampleRegisterHost(1).hostId,
    cause,
    nodeId: node1,
  })

  test('G4 a node leaves the policies that name others too', () => {
    mesh
      .given(eventsOf(...setUp, addPolicy({ sources: [one, web], destinations: [one, two] })))
      .when(removeNode1)
      .then([{ ...added({ sources: [web], destinations: [two] }), type: 'PolicyUpdated' }, left('removed')])
  })

  test('G4 a policy ends with its last source or destination', () => {
    mesh
      .given(eventsOf(...setUp, addPolicy({ destinations: [one, web] })))
      .when(removeNode1)
      .then([{ type: 'PolicyRemoved', ...about, networkId: net, cause: 'nothing-left' }, left('removed')])
  })

  test('G4 with a network go its policies, before its first node', () => {
    const state = mesh
      .given(eventsOf(...setUp, addPolicy()))
      .when({ type: 'RemoveNetwork', atEpochMs: sampleTime, networkId: net, evenWithNodes: true })
      .then([
        { type: 'PolicyRemoved', ...about, networkId: net, cause: 'network-removed' },
        left('network-removed'),
        { ...left('network-removed'), nodeId: node2, hostId: sampleRegisterHost(2).hostId },
        { type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net },
      ])
    expect(state.policies.size).toBe(0)
  })
})

describe('users and groups that are removed are named no longer', () => {
  const user: Selector = { kind: 'user', userId: userId('user-1') }
  const group: Selector = { kind: 'group', groupId: groupId('group-1') }
  const byUserId = null
  const before = [
    ...setUp,
    sampleAddUser(1),
    sampleAddGroup(1),
    addPolicy({ sources: [user, web], destinations: [group] }),
  ]

  test('G4 a user', () => {
    const events = eventsOf(...before, {
      type: 'RemoveUser',
      atEpochMs: sampleTime,
      userId: userId('user-1'),
      byUserId,
    })
    expect(largeMapGet(evolveAll(emptyMeshState(), events).policies, policyId('policy-1'))?.sources).toEqual([web])
  })

  test('G4 a group, with which the policy ends', () => {
    const command: MeshCommand = { type: 'RemoveGroup', atEpochMs: sampleTime, groupId: groupId('group-1'), byUserId }
    mesh
      .given(eventsOf(...before))
      .when(command)
      .then([
        { type: 'PolicyRemoved', ...about, networkId: net, cause: 'nothing-left' },
        { type: 'GroupRemoved', atEpochMs: sampleTime, groupId: groupId('group-1') },
      ])
  })
})

describe('classes and sets follow', () => {
  const classesAfter = (...commands: readonly MeshCommand[]) => {
    const state = evolveAll(emptyMeshState(), eventsOf(...setUp, ...commands))
    const network = largeMapGet(state.networks, net)
    return {
      classes: network === undefined ? [] : [...largeMapKeys(network.classes)].sort(),
      sets: network === undefined ? [] : [...largeMapKeys(network.sets)].sort(),
    }
  }

  test('G4 a node that a policy names is a class of its own', () => {
    expect(classesAfter().classes).toEqual(['|||'])
    expect(classesAfter(addPolicy()).classes).toEqual([`||${node1}|`, `||${node2}|`])
    expect(classesAfter(addPolicy(), { type: 'RemovePolicy', ...about }).classes).toEqual(['|||'])
  })

  test('G4 nodes in the same named prefixes are one class', () => {
    const prefix = ipPrefix('10.1.0.0/25')
    const named = classesAfter(addPolicy({ sources: [{ kind: 'prefix', prefix }], destinations: [web] }))
    expect(named).toEqual({ classes: [`|||${prefix}`], sets: [`prefix:${prefix}`] })
    const narrow = ipPrefix('10.1.0.2/32')
    expect(
      classesAfter(addPolicy({ sources: [{ kind: 'prefix', prefix: narrow }], destinations: [web] })).classes,
    ).toEqual(['|||', `|||${narrow}`])
  })
})
