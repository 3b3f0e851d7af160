import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { enrollmentKeyId, ipAddress, ipPrefix, meshId, networkId, networkName } from '../values/index.js'
import type { UpdateMeshSettings } from './commands/update-mesh-settings.js'
import type { UpdateNetwork } from './commands/update-network.js'
import { defaultNetworkSettings } from './mesh-state.js'

const net1 = networkId('net-1')
const created = eventsOf(sampleCreateMesh())
const withNetwork = eventsOf(sampleCreateMesh(), sampleCreateNetwork())
const withNode = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost(), sampleJoinNetwork())

const updateSettings = (changes: Partial<UpdateMeshSettings>): UpdateMeshSettings => ({
  type: 'UpdateMeshSettings',
  atEpochMs: sampleTime,
  ...changes,
})
const updateNetwork = (changes: Partial<UpdateNetwork>): UpdateNetwork => ({
  type: 'UpdateNetwork',
  atEpochMs: sampleTime,
  networkId: net1,
  ...changes,
})

describe('the mesh', () => {
  test('begins once; the same again is already so', () => {
    const { type: _type, ...facts } = sampleCreateMesh()
    mesh
      .given([])
      .when(sampleCreateMesh())
      .then([{ type: 'MeshCreated', ...facts }])
    mesh.given(created).when(sampleCreateMesh()).thenNothing()
  })

  test('is not created over another one', () => {
    mesh
      .given(created)
      .when(sampleCreateMesh({ meshId: meshId('other') }))
      .thenRefused('mesh-exists', { name: 'Sample mesh' })
    mesh
      .given(created)
      .when(sampleCreateMesh({ name: 'Other' }))
      .thenRefused('mesh-exists')
  })

  test('is there before anything else', () => {
    mesh.given([]).when(sampleCreateNetwork()).thenRefused('mesh-unknown')
  })

  test('changes the settings that are given, and keeps the others', () => {
    const { mesh: after } = mesh
      .given(created)
      .when(updateSettings({ ephemeralGraceSeconds: 60 }))
      .then([
        {
          type: 'MeshSettingsUpdated',
          atEpochMs: sampleTime,
          name: 'Sample mesh',
          domain: 'mesh.internal',
          controlRange4: ipPrefix('198.19.0.0/16'),
          controlRange6: ipPrefix('fd6d:6573:6801::/48'),
          ephemeralGraceSeconds: 60,
        },
      ])
    expect(after?.settings.ephemeralGraceSeconds).toBe(60)
    mesh
      .given(created)
      .when(updateSettings({ domain: 'mesh.internal' }))
      .thenNothing()
  })

  test('A9 control ranges move only before any host is there', () => {
    const move = updateSettings({ controlRange4: ipPrefix('10.200.0.0/16') })
    const { indexes } = mesh
      .given(withNetwork)
      .when(move)
      .then([
        {
          ...move,
          type: 'MeshSettingsUpdated',
          name: 'Sample mesh',
          domain: 'mesh.internal',
          controlRange4: ipPrefix('10.200.0.0/16'),
          controlRange6: ipPrefix('fd6d:6573:6801::/48'),
          ephemeralGraceSeconds: 600,
        },
      ])
    expect(indexes.controlPool4?.range).toBe('10.200.0.0/16')
    mesh.given(withNode).when(move).thenRefused('control-range-in-use', { hosts: 1 })
  })

  test('A9 control ranges never overlap a network', () => {
    mesh
      .given(withNetwork)
      .when(updateSettings({ controlRange4: ipPrefix('10.0.0.0/8') }))
      .thenRefused('range-overlaps', {
        owner: { kind: 'network', networkId: net1, name: networkName('office-1'), range: ipPrefix('10.1.0.0/24') },
      })
    mesh
      .given([])
      .when(sampleCreateMesh({ controlRange4: ipPrefix('fd00::/48') }))
      .thenRefused('range-wrong-family', { family: 4 })
    mesh
      .given([])
      .when(sampleCreateMesh({ controlRange6: ipPrefix('fd00::/80') }))
      .thenRefused('range-size', { longestLength: 64 })
  })

  test('raises its epoch by one each time', () => {
    const raise = { type: 'RaiseMeshEpoch', atEpochMs: sampleTime } as const
    mesh
      .given(created)
      .when(raise)
      .then([{ type: 'MeshEpochRaised', atEpochMs: sampleTime, epoch: 2 }])
    mesh
      .given([...created, ...eventsOf(sampleCreateMesh(), raise).slice(1)])
      .when(raise)
      .then([{ type: 'MeshEpochRaised', atEpochMs: sampleTime, epoch: 3 }])
  })
})

describe('a network begins', () => {
  test('A1 with IPv4, IPv6 or both', () => {
    const { type: _type, ...facts } = sampleCreateNetwork()
    mesh
      .given(created)
      .when(sampleCreateNetwork())
      .then([{ type: 'NetworkCreated', ...facts }])
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range6: null }))
      .then([{ type: 'NetworkCreated', ...facts, range6: null }])
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range4: null }))
      .then([{ type: 'NetworkCreated', ...facts, range4: null }])
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range4: null, range6: null }))
      .thenRefused('network-needs-range')
  })

  test('A1 once; the same again is already so, other content under its id is refused', () => {
    mesh.given(withNetwork).when(sampleCreateNetwork()).thenNothing()
    mesh
      .given(withNetwork)
      .when(sampleCreateNetwork(1, { range6: null }))
      .thenRefused('network-id-taken', { name: networkName('office-1') })
  })

  test('A1 with a name of its own', () => {
    mesh
      .given(withNetwork)
      .when(sampleCreateNetwork(2, { name: networkName('office-1') }))
      .thenRefused('network-name-taken', { networkId: net1 })
  })

  test.each(['10.1.0.0/24', '10.1.0.0/16', '10.1.0.128/25', '10.0.0.0/8'])(
    'A1 not overlapping another network: %s',
    (range) => {
      mesh
        .given(withNetwork)
        .when(sampleCreateNetwork(2, { range4: ipPrefix(range) }))
        .thenRefused('range-overlaps', {
          range: ipPrefix(range),
          owner: { kind: 'network', networkId: net1, name: networkName('office-1'), range: ipPrefix('10.1.0.0/24') },
        })
    },
  )

  test('A1 not overlapping the control ranges', () => {
    const control = ipPrefix('198.19.0.0/16')
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range4: ipPrefix('198.18.0.0/15') }))
      .thenRefused('range-overlaps', { owner: { kind: 'control', range: control } })
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range6: ipPrefix('fd6d:6573:6801:1::/64') }))
      .thenRefused('range-overlaps')
  })

  test('A1 beside another network, right up to its edge', () => {
    mesh
      .given(withNetwork)
      .when(sampleCreateNetwork(2, { range4: ipPrefix('10.1.1.0/24') }))
      .then([{ ...sampleCreateNetwork(2, { range4: ipPrefix('10.1.1.0/24') }), type: 'NetworkCreated' }])
  })

  test.each([
    ['10.0.0.0/31', 'range-size'],
    ['8.0.0.0/7', 'range-size'],
    ['127.1.0.0/16', 'range-not-usable'],
    ['169.0.0.0/8', 'range-not-usable'],
    ['239.1.0.0/16', 'range-not-usable'],
    ['0.0.0.0/8', 'range-not-usable'],
    ['255.0.0.0/8', 'range-not-usable'],
    ['fd00::/64', 'range-wrong-family'],
  ] as const)('A1 of a sensible IPv4 range: not %s', (range, code) => {
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range4: ipPrefix(range) }))
      .thenRefused(code)
  })

  test.each([
    ['fd00::/121', 'range-size'],
    ['fd00::/47', 'range-size'],
    ['fe80::/64', 'range-not-usable'],
    ['ff02::/64', 'range-not-usable'],
    ['::/64', 'range-not-usable'],
    ['64:ff9b::/64', 'range-not-usable'],
    ['10.0.0.0/8', 'range-wrong-family'],
  ] as const)('A1 of a sensible IPv6 range: not %s', (range, code) => {
    mesh
      .given(created)
      .when(sampleCreateNetwork(1, { range6: ipPrefix(range) }))
      .thenRefused(code)
  })
})

describe('a network changes', () => {
  test('A1 its settings at any time, one by one', () => {
    const { networks: _, ...rest } = mesh
      .given(withNode)
      .when(updateNetwork({ settings: { mtuBytes: 1280, clientDns: [ipAddress('10.1.0.1')] } }))
      .then([
        {
          ...sampleCreateNetwork(),
          type: 'NetworkUpdated',
          settings: {
            ...defaultNetworkSettings,
            keepaliveSeconds: 25,
            mtuBytes: 1280,
            joinApproval: 'automatic',
            clientDns: [ipAddress('10.1.0.1')],
          },
        },
      ])
    expect(rest.revision).toBe(withNode.length)
    mesh
      .given(withNode)
      .when(updateNetwork({ settings: { mtuBytes: 1420 } }))
      .thenNothing()
    mesh.given(withNode).when(updateNetwork({})).thenNothing()
  })

  test('A1 its name and ranges before it ever had a node', () => {
    const renamed = { name: networkName('lab'), range4: ipPrefix('10.9.0.0/16'), range6: null }
    mesh
      .given(withNetwork)
      .when(updateNetwork(renamed))
      .then([{ ...sampleCreateNetwork(), type: 'NetworkUpdated', ...renamed }])
    mesh
      .given(withNetwork)
      .when(updateNetwork({ range4: null, range6: null }))
      .thenRefused('network-needs-range')
  })

  test('A1 a range may grow over the one it had', () => {
    mesh
      .given(withNetwork)
      .when(updateNetwork({ range4: ipPrefix('10.1.0.0/16') }))
      .then([{ ...sampleCreateNetwork(1, { range4: ipPrefix('10.1.0.0/16') }), type: 'NetworkUpdated' }])
  })

  test('A1 name and ranges are immutable once used, also when its nodes are gone', () => {
    const gone = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost(), sampleJoinNetwork(), {
      type: 'RemoveHost',
      atEpochMs: sampleTime,
      hostId: sampleRegisterHost().hostId,
    })
    mesh
      .given(withNode)
      .when(updateNetwork({ name: networkName('lab') }))
      .thenRefused('network-used', { field: 'name' })
    mesh
      .given(withNode)
      .when(updateNetwork({ range4: null }))
      .thenRefused('network-used', { field: 'range4' })
    mesh
      .given(gone)
      .when(updateNetwork({ range6: ipPrefix('fd99::/64') }))
      .thenRefused('network-used', { field: 'range6' })
  })

  test('A1 not to a name or range that another one has', () => {
    const two = eventsOf(sampleCreateMesh(), sampleCreateNetwork(1), sampleCreateNetwork(2))
    mesh
      .given(two)
      .when(updateNetwork({ name: networkName('office-2') }))
      .thenRefused('network-name-taken')
    mesh
      .given(two)
      .when(updateNetwork({ range4: ipPrefix('10.0.0.0/8') }))
      .thenRefused('range-overlaps')
    mesh.given(created).when(updateNetwork({})).thenRefused('network-unknown')
  })
})

describe('a network ends', () => {
  const remove = { type: 'RemoveNetwork', atEpochMs: sampleTime, networkId: net1, evenWithNodes: false } as const

  test('when it has no nodes; its name and range are free again', () => {
    const after = mesh
      .given(withNetwork)
      .when(remove)
      .then([{ type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net1 }])
    expect(after.networks.size).toBe(0)
    const removed = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), remove)
    mesh
      .given(removed)
      .when(sampleCreateNetwork())
      .then([{ ...sampleCreateNetwork(), type: 'NetworkCreated' }])
    mesh.given(removed).when(remove).thenRefused('network-unknown')
  })

  test('not under its nodes, unless told so; each consequence is an event', () => {
    const { hostId } = sampleRegisterHost()
    const { nodeId } = sampleJoinNetwork()
    mesh.given(withNode).when(remove).thenRefused('network-has-nodes', { nodes: 1 })
    const after = mesh
      .given(withNode)
      .when({ ...remove, evenWithNodes: true })
      .then([
        { type: 'NodeLeft', atEpochMs: sampleTime, nodeId, networkId: net1, hostId, cause: 'network-removed' },
        { type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net1 },
      ])
    expect([after.hosts.size, after.nodes.size]).toEqual([1, 0])
  })

  test('G1 and takes the enrolment keys along that lead nowhere else', () => {
    const keyId = enrollmentKeyId('key-2')
    const setUp = [
      sampleCreateMesh(),
      sampleCreateNetwork(1),
      sampleCreateNetwork(2),
      sampleCreateEnrollmentKey(),
      sampleCreateEnrollmentKey({ keyId, name: 'Both', networkIds: [net1, networkId('net-2')] }),
    ]
    mesh
      .given(eventsOf(...setUp))
      .when(remove)
      .then([
        { type: 'EnrollmentKeyRevoked', atEpochMs: sampleTime, keyId: enrollmentKeyId('key-1') },
        { type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net1 },
      ])
    mesh
      .given(eventsOf(...setUp, remove))
      .when({ ...remove, networkId: networkId('net-2') })
      .then([
        { type: 'EnrollmentKeyRevoked', atEpochMs: sampleTime, keyId },
        { type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: networkId('net-2') },
      ])
    mesh
      .given(eventsOf(...setUp, remove))
      .when(sampleEnrollHost())
      .thenRefused('enrollment-key-revoked')
  })

  test('G1 keys that were revoked before are left alone', () => {
    const revoke = { type: 'RevokeEnrollmentKey', atEpochMs: sampleTime, keyId: enrollmentKeyId('key-1') } as const
    mesh
      .given(eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleCreateEnrollmentKey(), revoke))
      .when(remove)
      .then([{ type: 'NetworkRemoved', atEpochMs: sampleTime, networkId: net1 }])
  })
})
