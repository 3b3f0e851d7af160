import { describe, expect, test } from 'vitest'
import { followedBy, sampleClientAdded, sampleGateways } from '../testing/sample-clients.js'
import { sampleAddUser, sampleClientKey, sampleRegisterHost, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { clientId, deviceId, hostId, networkId, nodeId, userId } from '../values/index.js'
import type { EnrollDevice } from './commands/enroll-device.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshEvent } from './mesh-event.js'
import { devicesOfUser } from './user-devices.js'

const at = { atEpochMs: sampleTime } as const
const [ada, grace] = [userId('user-1'), userId('user-2')]
const [gateway1, gateway2] = [nodeId('node-1-1'), nodeId('node-1-2')]
const laptop = deviceId('laptop')
const ready = followedBy(sampleGateways, sampleAddUser(2, { role: 'auditor' }))

/** With the keys of host `number`. */
const enroll = (number = 4, changes: Partial<EnrollDevice> = {}): EnrollDevice => {
  const { type: _type, ...facts } = sampleRegisterHost(number)
  return {
    type: 'EnrollDevice',
    ...facts,
    userId: ada,
    deviceId: laptop,
    networkId: networkId('net-1'),
    gateway: { mode: 'manual', nodeId: gateway1 },
    nodeId: nodeId(`node-1-${number}`),
    ...changes,
  }
}
const host4 = hostId('host-4')
const node4 = nodeId('node-1-4')
const enrolled = followedBy(ready, enroll())
const typesOf = (events: readonly MeshEvent[]) => events.map(({ type }) => type)
const relayAssigned = (mode: 'manual' | 'auto', gatewayIds: (typeof gateway1)[]): MeshEvent => ({
  type: 'RelayAssigned',
  ...at,
  nodeId: node4,
  mode,
  gatewayIds,
  cause: 'command',
})

describe("a user's device that runs an agent", () => {
  test('F6 is a host of its own that its user owns, relayed by a gateway', () => {
    const events = enrolled.slice(ready.length)
    expect(typesOf(events)).toEqual(['HostRegistered', 'DeviceEnrolled', 'NodeJoined', 'RelayAssigned'])
    expect(events[1]).toEqual({ type: 'DeviceEnrolled', ...at, hostId: host4, userId: ada, deviceId: laptop })
    expect(events[2]).toMatchObject({ nodeId: node4, approval: 'approved', ephemeral: false })
    expect(events[3]).toEqual(relayAssigned('manual', [gateway1]))
    const state = replay(enrolled)
    expect(largeMapGet(state.hosts, host4)).toMatchObject({ ownerUserId: ada, deviceId: laptop })
    expect(devicesOfUser(state, ada).hostIds).toEqual([host4])
  })

  test('F6 may have an automatic gateway, which plain files can not', () => {
    const events = followedBy(ready, enroll(4, { gateway: { mode: 'auto' } })).slice(ready.length)
    expect(events.at(-1)).toEqual(relayAssigned('auto', [gateway1, gateway2]))
  })

  test('G3 the same again is already so, whatever fresh ids come with it', () => {
    mesh.given(enrolled).when(enroll()).thenNothing()
    mesh
      .given(enrolled)
      .when(enroll(4, { hostId: hostId('host-9'), nodeId: nodeId('node-1-9') }))
      .thenNothing()
  })

  test('G3 another gateway takes the place of the one it had', () => {
    mesh
      .given(enrolled)
      .when(enroll(4, { gateway: { mode: 'manual', nodeId: gateway2 } }))
      .then([relayAssigned('manual', [gateway2])])
    mesh
      .given(enrolled)
      .when(enroll(4, { gateway: { mode: 'auto' } }))
      .then([relayAssigned('auto', [gateway1, gateway2])])
  })

  test('A5 G3 with new keys it takes the place of what it was, whose keys never come back', () => {
    const events = followedBy(enrolled, enroll(5)).slice(enrolled.length)
    const [left, gone] = [
      events.findIndex(({ type }) => type === 'NodeLeft'),
      events.findIndex(({ type }) => type === 'HostRemoved'),
    ]
    expect(left).toBeGreaterThanOrEqual(0)
    expect(gone).toBeGreaterThan(left)
    expect(typesOf(events.slice(gone + 1))).toEqual(['HostRegistered', 'DeviceEnrolled', 'NodeJoined', 'RelayAssigned'])
    mesh
      .given([...enrolled, ...events])
      .when(enroll())
      .thenRefused('host-retired', { hostId: host4 })
  })

  test('G3 needs a user who may use the network, and a gateway there', () => {
    mesh
      .given(ready)
      .when(enroll(4, { userId: grace }))
      .thenRefused('actor-not-allowed', { byUserId: grace, action: 'connect-devices' })
    mesh
      .given(ready)
      .when(enroll(4, { userId: userId('nobody') }))
      .thenRefused('user-unknown')
    mesh
      .given(ready)
      .when(enroll(4, { networkId: networkId('net-2') }))
      .thenRefused('actor-not-allowed')
    mesh
      .given(ready)
      .when(enroll(4, { networkId: networkId('nowhere') }))
      .thenRefused('network-unknown')
    mesh
      .given(ready)
      .when(enroll(4, { gateway: { mode: 'manual', nodeId: nodeId('node-1-3') } }))
      .thenRefused('gateway-unknown')
  })

  test("A3 G3 is nobody else's machine", () => {
    mesh
      .given(ready)
      .when(enroll(3))
      .thenRefused('host-registered', { hostId: hostId('host-3') })
    mesh
      .given(enrolled)
      .when(enroll(4, { deviceId: deviceId('other') }))
      .thenRefused('host-registered', { hostId: host4 })
    mesh
      .given([...ready, sampleClientAdded(1)])
      .when(enroll(4, { wireguardKey: sampleClientKey(1) }))
      .thenRefused('wireguard-key-taken')
  })

  test('G3 at one gateway it is there once: by file or by agent', () => {
    const byFile = sampleClientAdded(1, { ownerUserId: ada, deviceId: laptop })
    mesh
      .given([...ready, byFile])
      .when(enroll())
      .thenRefused('device-connected', { memberId: clientId('client-1'), gatewayId: gateway1 })
    mesh
      .given(enrolled)
      .when({
        type: 'ConnectDevice',
        ...at,
        userId: ada,
        deviceId: laptop,
        gatewayId: gateway1,
        clientId: clientId('client-1'),
        name: byFile.name,
        publicKey: byFile.publicKey,
      })
      .thenRefused('device-connected', { memberId: node4, gatewayId: gateway1 })
  })

  test('G2 G3 goes with its user, and stays theirs until then', () => {
    mesh
      .given(enrolled)
      .when({ type: 'SetHostOwner', ...at, hostId: host4, userId: null })
      .thenRefused('host-is-device')
    const events = followedBy(enrolled, { type: 'RemoveUser', ...at, userId: ada, byUserId: null })
    expect(largeMapGet(replay(events).hosts, host4)).toBeUndefined()
  })
})
