import { describe, expect, test } from 'vitest'
import { followedBy, sampleClientAdded, sampleGateways } from '../testing/sample-clients.js'
import {
  eventsOf,
  sampleAddPolicy,
  sampleAddUser,
  sampleClientKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import {
  type ClientId,
  clientId,
  deviceId,
  hostId,
  hostName,
  type NodeId,
  networkId,
  nodeId,
  policyId,
  userId,
} from '../values/index.js'
import type { ConnectDevice } from './commands/connect-device.js'
import type { ExistingMesh } from './commands/decision.js'
import { emitConsequences } from './commands/removal-consequences.js'
import { unfoldFrom } from './commands/unfolding.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshEvent, MeshEventOf } from './mesh-event.js'
import { devicesOfUser, usersConnectedTo } from './user-devices.js'

const net1 = networkId('net-1')
const [gateway1, gateway2] = [nodeId('node-1-1'), nodeId('node-1-2')]
const [ada, grace] = [userId('user-1'), userId('user-2')]
const phone = deviceId('phone')
const at = { atEpochMs: sampleTime } as const

/** Hosts 1 and 2 are gateways of network 1, which user 1 may use; user 2 is an auditor. */
const ready: readonly MeshEvent[] = followedBy(sampleGateways, sampleAddUser(2, { role: 'auditor' }))

const connect = (number = 1, changes: Partial<ConnectDevice> = {}): ConnectDevice => ({
  type: 'ConnectDevice',
  ...at,
  userId: ada,
  deviceId: phone,
  gatewayId: gateway1,
  clientId: clientId(`client-${number}`),
  name: hostName('phone'),
  publicKey: sampleClientKey(number),
  ...changes,
})

const added = (number = 1, changes: Partial<MeshEventOf<'ClientAdded'>> = {}): MeshEventOf<'ClientAdded'> =>
  sampleClientAdded(number, {
    name: hostName(number === 1 ? 'phone' : `phone-${number}`),
    ownerUserId: ada,
    deviceId: phone,
    ...changes,
  })
const { type: _type, gatewayId: _gatewayId, deviceId: _deviceId, ...content1 } = added()
const moved = (id: ClientId): MeshEvent => ({
  type: 'ClientMoved',
  ...at,
  clientId: id,
  networkId: net1,
  gatewayId: gateway2,
  cause: 'gateway-removed',
})
const removed = (id: ClientId, cause: MeshEventOf<'ClientRemoved'>['cause']): MeshEvent => ({
  type: 'ClientRemoved',
  ...at,
  clientId: id,
  networkId: net1,
  cause,
})
const withPhone = [...ready, added()]

describe('a user connects a device by a file', () => {
  test('G3 to a gateway of a network that they may use', () => {
    const state = mesh.given(ready).when(connect()).then([added()])
    expect(devicesOfUser(state, ada).clientIds).toEqual([clientId('client-1')])
    expect(usersConnectedTo(state, net1)).toEqual([{ userId: ada, hostIds: [], clientIds: [clientId('client-1')] }])
    mesh
      .given(ready)
      .when(connect(1, { userId: grace }))
      .thenRefused('actor-not-allowed', { byUserId: grace, action: 'connect-devices' })
    mesh
      .given(ready)
      .when(connect(1, { userId: userId('nobody') }))
      .thenRefused('user-unknown')
    mesh
      .given(ready)
      .when(connect(1, { gatewayId: nodeId('nobody') }))
      .thenRefused('client-gateway-unknown')
  })

  test('G3 one per user, device and gateway: the same again is already so, under whatever fresh id', () => {
    mesh.given(withPhone).when(connect()).thenNothing()
    mesh
      .given(withPhone)
      .when(connect(2, { publicKey: sampleClientKey(1), name: hostName('other') }))
      .thenNothing()
  })

  test('G3 with another key, or another wish, it is changed', () => {
    const publicKey = sampleClientKey(2)
    mesh
      .given(withPhone)
      .when(connect(2))
      .then([{ type: 'ClientUpdated', ...content1, publicKey }])
    mesh
      .given(withPhone)
      .when(connect(1, { fullTunnel: true, keyVaulted: true }))
      .then([{ type: 'ClientUpdated', ...content1, fullTunnel: true, keyVaulted: true }])
    mesh
      .given(withPhone)
      .when(connect(1, { publicKey: sampleRegisterHost(1).wireguardKey }))
      .thenRefused('wireguard-key-taken')
  })

  test('G3 another device, or another gateway, is another client, with a name of its own', () => {
    mesh
      .given(withPhone)
      .when(connect(2, { deviceId: deviceId('laptop') }))
      .then([added(2, { deviceId: deviceId('laptop') })])
    mesh
      .given(withPhone)
      .when(connect(2, { gatewayId: gateway2 }))
      .then([added(2, { gatewayId: gateway2 })])
  })

  test('B7 G3 one that an administrator disabled stays disabled', () => {
    const disabled: MeshEvent = { type: 'ClientDisabled', ...at, clientId: clientId('client-1'), networkId: net1 }
    mesh
      .given([...withPhone, disabled])
      .when(connect(2))
      .thenRefused('client-disabled', { clientId: clientId('client-1') })
  })

  test('G3 needs a fresh id and a key that nobody has', () => {
    mesh
      .given(withPhone)
      .when(connect(1, { deviceId: deviceId('laptop') }))
      .thenRefused('node-id-taken')
    mesh
      .given(withPhone)
      .when(connect(2, { deviceId: deviceId('laptop'), publicKey: sampleClientKey(1) }))
      .thenRefused('wireguard-key-taken')
  })

  test('B11 G3 an administrator moves it, unless the user may not, or is there', () => {
    const move = { type: 'MoveClient', ...at, clientId: clientId('client-1'), gatewayId: gateway2 } as const
    mesh
      .given(withPhone)
      .when(move)
      .then([{ ...moved(clientId('client-1')), cause: 'moved' } as MeshEvent])
    mesh
      .given([...withPhone, added(2, { gatewayId: gateway2 })])
      .when(move)
      .thenRefused('device-connected', { memberId: clientId('client-2'), deviceId: phone })
    mesh
      .given([...ready, added(1, { ownerUserId: grace })])
      .when(move)
      .thenRefused('actor-not-allowed', { byUserId: grace })
  })
})

describe('removing what clients hang on', () => {
  const consequences = (events: readonly MeshEvent[], moveTo: NodeId | null): readonly MeshEvent[] => {
    const unfolding = unfoldFrom(replay(events) as ExistingMesh)
    emitConsequences({ kind: 'gateway', nodeId: gateway1, moveTo, ...at }, unfolding)
    return unfolding.events()
  }
  const [one, two] = [clientId('client-1'), clientId('client-2')]
  const plain = added(2, { ownerUserId: null, deviceId: null })

  test('B3 B11 clients move with their gateway, or are removed', () => {
    expect(consequences([...withPhone, plain], gateway2)).toEqual([moved(one), moved(two)])
    expect(consequences([...withPhone, plain], null)).toEqual([
      removed(one, 'gateway-removed'),
      removed(two, 'gateway-removed'),
    ])
    expect(consequences(ready, gateway2)).toEqual([])
  })

  test('B3 a device is removed, not moved, where its user may not use the network or is at the target already', () => {
    const there = added(3, { gatewayId: gateway2 })
    expect(consequences([...withPhone, plain, there], gateway2)).toEqual([moved(two), removed(one, 'gateway-removed')])
    const foreign = [...ready, added(1, { ownerUserId: grace }), added(2, { ownerUserId: grace, deviceId: null })]
    expect(consequences(foreign, gateway2)).toEqual([moved(two), removed(one, 'gateway-removed')])
  })

  test('B3 what policies say of a client ends with it, and not when it moves', () => {
    const [policy] = eventsOf(sampleCreateMesh(), sampleCreateNetwork(1), sampleAddPolicy()).slice(-1) as [
      MeshEventOf<'PolicyAdded'>,
    ]
    const about: MeshEvent = { ...policy, sources: [{ kind: 'client', clientId: one }] }
    expect(consequences([...withPhone, about], gateway2)).toEqual([moved(one)])
    expect(consequences([...withPhone, about], null)).toEqual([
      { type: 'PolicyRemoved', ...at, policyId: policyId('policy-1'), networkId: net1, cause: 'nothing-left' },
      removed(one, 'gateway-removed'),
    ])
  })

  test('G3 a user goes with all that has their key: devices, and clients that were given to them', () => {
    const given = added(2, { deviceId: null })
    const command = { type: 'RemoveUser', ...at, userId: ada, byUserId: null } as const
    mesh
      .given([...withPhone, given, added(3, { ownerUserId: null, deviceId: null })])
      .when(command)
      .then([removed(one, 'user-removed'), removed(two, 'user-removed'), { type: 'UserRemoved', ...at, userId: ada }])
  })

  test("B3 no client outlives its gateway's node, host or network", () => {
    for (const command of [
      { type: 'RemoveNode', ...at, nodeId: gateway1 },
      { type: 'RemoveHost', ...at, hostId: hostId('host-1') },
      { type: 'RemoveNetwork', ...at, networkId: net1, evenWithNodes: true },
    ] as const) {
      const cause = command.type === 'RemoveNetwork' ? 'network-removed' : 'gateway-removed'
      const events = followedBy(withPhone, command)
      const state = replay(events)
      expect(events).toContainEqual(removed(one, cause))
      expect(largeMapGet(state.clients, one)).toBeUndefined()
      expect(largeMapGet(state.indexes.clientIdsByOwner, ada)).toBeUndefined()
    }
  })
})
