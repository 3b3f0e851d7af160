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
import {
  type EpochMs,
  enrollmentKeyId,
  epochMs,
  hostId,
  hostName,
  type Ipv4Address,
  type Ipv6Address,
  ipAddress,
  ipPrefix,
  networkId,
  nodeId,
  udpEndpoint,
} from '../values/index.js'
import type { CreateEnrollmentKey } from './commands/create-enrollment-key.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent, MeshEventOf } from './mesh-event.js'

const net1 = networkId('net-1')
const net2 = networkId('net-2')
const key1 = enrollmentKeyId('key-1')
const later = (seconds: number): EpochMs => epochMs(sampleTime + seconds * 1000)
const setUp = [sampleCreateMesh(), sampleCreateNetwork(1), sampleCreateNetwork(2)]
const ready = eventsOf(...setUp)

const revoke = { type: 'RevokeEnrollmentKey', atEpochMs: sampleTime, keyId: key1 } as const
const withKey = (changes: Partial<CreateEnrollmentKey>, ...more: readonly MeshCommand[]): readonly MeshEvent[] =>
  eventsOf(...setUp, sampleCreateEnrollmentKey(changes), ...more)

describe('an enrolment key', () => {
  const create = sampleCreateEnrollmentKey()

  test('G1 leads to networks that are there, at least one, each once', () => {
    mesh
      .given(ready)
      .when(create)
      .then([{ ...create, type: 'EnrollmentKeyCreated' }])
    mesh
      .given(ready)
      .when({ ...create, networkIds: [net2, net1, net2] })
      .then([{ ...create, type: 'EnrollmentKeyCreated', networkIds: [net2, net1] }])
    mesh
      .given(ready)
      .when({ ...create, networkIds: [] })
      .thenRefused('enrollment-key-needs-network')
    mesh
      .given(ready)
      .when({ ...create, networkIds: [networkId('net-9')] })
      .thenRefused('network-unknown', { networkId: networkId('net-9') })
  })

  test('G1 once; the same again is already so', () => {
    mesh.given(withKey({})).when(create).thenNothing()
    mesh
      .given(withKey({}))
      .when({ ...create, ephemeral: true })
      .thenRefused('enrollment-key-id-taken', { name: 'Laptops' })
    mesh.given(withKey({}, revoke)).when(create).thenRefused('enrollment-key-id-taken')
  })

  test('G1 has a name of its own among those that let anybody in', () => {
    const other = sampleCreateEnrollmentKey({ keyId: enrollmentKeyId('key-2') })
    mesh.given(withKey({})).when(other).thenRefused('enrollment-key-name-taken', { keyId: key1 })
    for (const events of [withKey({}, revoke), withKey({ maxUses: 1 }, sampleEnrollHost())]) {
      mesh
        .given(events)
        .when(other)
        .then([{ ...other, type: 'EnrollmentKeyCreated' }])
    }
    const afterwards = { ...other, atEpochMs: later(60) }
    mesh
      .given(withKey({ expiresAtEpochMs: later(60) }))
      .when(afterwards)
      .then([{ ...afterwards, type: 'EnrollmentKeyCreated' }])
  })

  test('G1 revoking a used-up key leaves its name to the newer one', () => {
    const newer = sampleCreateEnrollmentKey({ keyId: enrollmentKeyId('key-2') })
    const events = withKey({ maxUses: 1 }, sampleEnrollHost(), newer, revoke)
    mesh
      .given(events)
      .when({ ...newer, keyId: enrollmentKeyId('key-3') })
      .thenRefused('enrollment-key-name-taken', { keyId: enrollmentKeyId('key-2') })
  })

  test('G1 expires ahead of now', () => {
    mesh
      .given(ready)
      .when({ ...create, expiresAtEpochMs: sampleTime })
      .thenRefused('expiry-not-ahead')
  })

  test('G1 is revoked for good', () => {
    mesh
      .given(withKey({}))
      .when(revoke)
      .then([{ ...revoke, type: 'EnrollmentKeyRevoked' }])
    mesh.given(withKey({}, revoke)).when(revoke).thenNothing()
    mesh.given(ready).when(revoke).thenRefused('enrollment-key-unknown', { keyId: key1 })
  })
})

const registered = (
  number: number,
  changes: Partial<MeshEventOf<'HostRegistered'>> = {},
): MeshEventOf<'HostRegistered'> => ({
  enrolledFrom: null,
  ...sampleRegisterHost(number),
  type: 'HostRegistered',
  controlAddress4: ipAddress(`198.19.0.${number}`) as Ipv4Address,
  ...changes,
})
const joined = (
  network: number,
  host: number,
  last: number,
  changes: Partial<MeshEventOf<'NodeJoined'>> = {},
): MeshEventOf<'NodeJoined'> => ({
  ...sampleJoinNetwork(network, host),
  type: 'NodeJoined',
  name: hostName(`machine-${host}`),
  address4: ipAddress(`10.${network}.0.${last}`) as Ipv4Address,
  address6: ipAddress(`fd01:0:0:${network}::${last}`) as Ipv6Address,
  approval: 'approved',
  enrollmentKeyId: key1,
  ...changes,
})
const used = (host: number, atEpochMs = sampleTime): MeshEventOf<'EnrollmentKeyUsed'> => ({
  type: 'EnrollmentKeyUsed',
  atEpochMs,
  keyId: key1,
  hostId: hostId(`host-${host}`),
})

describe('a machine enrols', () => {
  test('A4 by enrolment key: it is known, joins, and one use is gone', () => {
    const state = mesh
      .given(withKey({}))
      .when(sampleEnrollHost(1))
      .then([registered(1), joined(1, 1, 1), used(1)])
    expect(largeMapGet(state.enrollmentKeys, key1)?.uses).toBe(1)
  })

  test('A4 into all networks of the key, if its driver keeps them apart', () => {
    const both = withKey({ networkIds: [net1, net2] })
    const enrol = sampleEnrollHost(1, { capabilities: ['isolate-networks'] })
    mesh
      .given(both)
      .when(enrol)
      .then([registered(1, { capabilities: ['isolate-networks'] }), joined(1, 1, 1), joined(2, 1, 1), used(1)])
    mesh.given(both).when(sampleEnrollHost(1)).thenRefused('host-cannot-isolate-networks')
  })

  test('A4 with fresh node ids for all of them', () => {
    const both = withKey({ networkIds: [net1, net2] })
    const enrol = sampleEnrollHost(1, { capabilities: ['isolate-networks'] })
    const given = (...ids: readonly string[]) => mesh.given(both).when({ ...enrol, freshNodeIds: ids.map(nodeId) })
    given('a').thenRefused('node-ids-missing', { needed: 2, given: 1 })
    given('a', 'a').thenRefused('node-ids-missing', { needed: 2, given: 1 })
    mesh
      .given(withKey({}, sampleEnrollHost(1)))
      .when(sampleEnrollHost(2, { freshNodeIds: [nodeId('node-1-1')] }))
      .thenRefused('node-id-taken')
  })

  test('A4 and waits for approval where the network asks for it and the key is not pre-approved', () => {
    const { settings } = sampleCreateNetwork()
    const strict = sampleCreateNetwork(1, { settings: { ...settings, joinApproval: 'required' } })
    const given = (preApproved: boolean) =>
      mesh.given(eventsOf(sampleCreateMesh(), strict, sampleCreateEnrollmentKey({ preApproved })))
    given(false)
      .when(sampleEnrollHost(1))
      .then([registered(1), joined(1, 1, 1, { approval: 'pending' }), used(1)])
    given(true)
      .when(sampleEnrollHost(1))
      .then([registered(1), joined(1, 1, 1), used(1)])
  })

  test('G1 as an ephemeral node, if the key says so', () => {
    mesh
      .given(withKey({ ephemeral: true }))
      .when(sampleEnrollHost(1))
      .then([registered(1), joined(1, 1, 1, { ephemeral: true }), used(1)])
  })

  test('A3 on another port, if another host has the wanted one behind the same address', () => {
    const endpoints = [{ endpoint: udpEndpoint('203.0.113.1:51821'), origin: 'local' }] as const
    const assigned = [{ endpoint: udpEndpoint('203.0.113.1:51823'), origin: 'local' }] as const
    mesh
      .given(withKey({}, sampleEnrollHost(1)))
      .when(sampleEnrollHost(2, { endpoints }))
      .then([registered(2, { listenPort: 51823, endpoints: assigned }), joined(1, 2, 2), used(2)])
  })

  test('G1 no key and a wrong secret get the same answer', () => {
    const unknown = mesh.given(ready).when(sampleEnrollHost()).thenRefused('enrollment-key-invalid')
    const wrong = mesh
      .given(withKey({}, revoke))
      .when(sampleEnrollHost(1, { secretHash: 'b'.repeat(64) }))
      .thenRefused('enrollment-key-invalid')
    expect(wrong).toEqual(unknown)
  })

  test('G1 revoked, used up and expired each say so', () => {
    mesh.given(withKey({}, revoke)).when(sampleEnrollHost()).thenRefused('enrollment-key-revoked')
    mesh
      .given(withKey({ maxUses: 1 }, sampleEnrollHost(1)))
      .when(sampleEnrollHost(2))
      .thenRefused('enrollment-key-used-up', { maxUses: 1 })
    const expiring = withKey({ expiresAtEpochMs: later(60) })
    mesh
      .given(expiring)
      .when(sampleEnrollHost(1, { atEpochMs: later(60) }))
      .thenRefused('enrollment-key-expired', { expiresAtEpochMs: later(60) })
    const justInTime = later(59)
    mesh
      .given(expiring)
      .when(sampleEnrollHost(1, { atEpochMs: justInTime }))
      .then([registered(1, { atEpochMs: justInTime }), joined(1, 1, 1, { atEpochMs: justInTime }), used(1, justInTime)])
  })

  test('G1 a refused machine burns no use', () => {
    const { range4: _, ...network } = sampleCreateNetwork(1)
    const full = [
      sampleCreateMesh(),
      { ...network, range4: ipPrefix('10.1.0.0/30') },
      sampleCreateEnrollmentKey({ maxUses: 3 }),
    ]
    const events = eventsOf(...full, sampleEnrollHost(1), sampleEnrollHost(2))
    mesh.given(events).when(sampleEnrollHost(3)).thenRefused('network-full')
    mesh
      .given(events)
      .when(sampleEnrollHost(4, { endpoints: [{ endpoint: udpEndpoint('127.0.0.1:1'), origin: 'local' }] }))
      .thenRefused('endpoint-refused')
  })

  test('A5 with keys that were retired it is refused', () => {
    const gone = withKey({}, sampleEnrollHost(1), {
      type: 'RemoveHost',
      atEpochMs: sampleTime,
      hostId: hostId('host-1'),
    })
    mesh
      .given(gone)
      .when(sampleEnrollHost(1))
      .thenRefused('host-retired', { hostId: hostId('host-1') })
  })

  test('A3 with only one of two known keys it is refused', () => {
    const { wireguardKey } = sampleEnrollHost(1)
    mesh
      .given(withKey({}, sampleEnrollHost(1)))
      .when(sampleEnrollHost(2, { wireguardKey }))
      .thenRefused('host-keys-mismatch', { hostId: hostId('host-1') })
  })
})

describe('a machine enrols again', () => {
  const again = sampleEnrollHost(1, { hostId: hostId('fresh'), freshNodeIds: [nodeId('fresh-1'), nodeId('fresh-2')] })

  test('G1 its answer got lost: already so, no use burnt, even if its use was the last or the key expired since', () => {
    mesh
      .given(withKey({ maxUses: 1 }, sampleEnrollHost(1)))
      .when(again)
      .thenNothing()
    mesh
      .given(withKey({ expiresAtEpochMs: later(9) }, sampleEnrollHost(1)))
      .when({ ...again, atEpochMs: later(10) })
      .thenNothing()
  })

  test('G1 but not with a wrong secret or a revoked key', () => {
    const enrolled = withKey({}, sampleEnrollHost(1))
    mesh
      .given(enrolled)
      .when({ ...again, secretHash: 'b'.repeat(64) })
      .thenRefused('enrollment-key-invalid')
    mesh
      .given(withKey({}, sampleEnrollHost(1), revoke))
      .when(again)
      .thenRefused('enrollment-key-revoked')
  })

  test("A4 as the same host it joins what it isn't in yet", () => {
    const both = withKey(
      { networkIds: [net1, net2] },
      sampleRegisterHost(1, { capabilities: ['isolate-networks'] }),
      sampleJoinNetwork(1),
    )
    mesh
      .given(both)
      .when(again)
      .then([joined(2, 1, 1, { nodeId: nodeId('fresh-1') }), used(1)])
  })

  test('A4 with a second key into a second network, if its driver keeps them apart', () => {
    const second = sampleCreateEnrollmentKey({ keyId: enrollmentKeyId('key-2'), name: 'Second', networkIds: [net2] })
    const events = withKey({}, sampleEnrollHost(1), second)
    mesh
      .given(events)
      .when({ ...again, keyId: enrollmentKeyId('key-2') })
      .thenRefused('host-cannot-isolate-networks', { name: hostName('machine-1') })
  })
})
