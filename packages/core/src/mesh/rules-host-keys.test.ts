import { describe, expect, test } from 'vitest'
import { eventsOf, sampleCreateMesh, sampleRegisterHost, sampleTime } from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostId, ipPrefix, type WireguardPublicKey } from '../values/index.js'
import type { RotateHostKey } from './commands/rotate-host-key.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'

const setUp = [sampleCreateMesh(), sampleRegisterHost(1), sampleRegisterHost(2)]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const host1 = hostId('host-1')
const keyOf = (number: number): WireguardPublicKey => sampleRegisterHost(number).wireguardKey
const rotate = (wireguardKey: WireguardPublicKey, host = 1): RotateHostKey => ({
  type: 'RotateHostKey',
  atEpochMs: sampleTime,
  hostId: hostId(`host-${host}`),
  wireguardKey,
})

describe('a host takes another WireGuard key', () => {
  test('A11 it is the host’s from then on, and the old one nobody’s ever again', () => {
    const state = given()
      .when(rotate(keyOf(7)))
      .then([{ type: 'HostKeyRotated', atEpochMs: sampleTime, hostId: host1, wireguardKey: keyOf(7) }])
    expect(largeMapGet(state.hosts, host1)?.wireguardKey).toBe(keyOf(7))
    expect(largeMapGet(state.indexes.hostIdsByWireguardKey, keyOf(7))).toBe(host1)
    expect(largeMapGet(state.indexes.hostIdsByWireguardKey, keyOf(1))).toBeUndefined()
    expect(largeMapGet<string, string>(state.indexes.retiredKeys, keyOf(1))).toBe(host1)
  })

  test('A11 the same key again is already so', () => {
    given()
      .when(rotate(keyOf(1)))
      .thenNothing()
    given(rotate(keyOf(7)))
      .when(rotate(keyOf(7)))
      .thenNothing()
  })

  test('A11 no key that another host has, or anybody had', () => {
    given()
      .when(rotate(keyOf(2)))
      .thenRefused('wireguard-key-taken', { holder: { kind: 'host', id: 'host-2', name: sampleRegisterHost(2).name } })
    given(rotate(keyOf(7)))
      .when(rotate(keyOf(1)))
      .thenRefused('wireguard-key-taken', { holder: { kind: 'removed-host', id: 'host-1' } })
    given({ type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('host-2') })
      .when(rotate(keyOf(2)))
      .thenRefused('wireguard-key-taken')
    given()
      .when(rotate(keyOf(7), 9))
      .thenRefused('host-unknown')
  })

  test('A11 whoever comes with the old key is not let in; with the new one it is the same host', () => {
    given(rotate(keyOf(7)))
      .when(sampleRegisterHost(1))
      .thenRefused('host-retired', { hostId: host1 })
    given(rotate(keyOf(7)))
      .when(sampleRegisterHost(3, { wireguardKey: keyOf(1) }))
      .thenRefused('host-retired')
    given(rotate(keyOf(7)))
      .when(sampleRegisterHost(1, { wireguardKey: keyOf(7) }))
      .thenNothing()
  })

  test('A5 a host that is removed leaves all its keys behind', () => {
    const state = replay(
      eventsOf(...setUp, rotate(keyOf(7)), { type: 'RemoveHost', atEpochMs: sampleTime, hostId: host1 }),
    )
    for (const key of [keyOf(1), keyOf(7)])
      expect(largeMapGet<string, string>(state.indexes.retiredKeys, key)).toBe(host1)
  })
})

describe('prefixes that a host is not reached by', () => {
  const exclude = (...texts: readonly string[]) =>
    ({ type: 'ExcludeHostPrefixes', atEpochMs: sampleTime, hostId: host1, prefixes: texts.map(ipPrefix) }) as const

  test('C8 an operator names them, all of them at once', () => {
    const excluded = (...texts: readonly string[]) =>
      ({ type: 'HostPrefixesExcluded', atEpochMs: sampleTime, hostId: host1, prefixes: texts.map(ipPrefix) }) as const
    const state = given()
      .when(exclude('fd00:17::/64', '172.17.0.0/17', '172.17.128.0/17', '172.17.3.0/24'))
      .then([excluded('172.17.0.0/16', 'fd00:17::/64')])
    expect(largeMapGet(state.hosts, host1)?.excludedPrefixes).toEqual(['172.17.0.0/16', 'fd00:17::/64'])
    given(exclude('172.17.0.0/16')).when(exclude()).then([excluded()])
  })

  test('C8 the same again is already so', () => {
    given().when(exclude()).thenNothing()
    given(exclude('172.17.0.0/16')).when(exclude('172.17.0.0/16', '172.17.0.0/24')).thenNothing()
    given()
      .when({ ...exclude(), hostId: hostId('nobody') })
      .thenRefused('host-unknown')
  })

  test('C8 a report of endpoints leaves them as they are', () => {
    const { listenPort, endpoints } = sampleRegisterHost(1)
    const report = { type: 'ReportHostEndpoints', atEpochMs: sampleTime, hostId: host1, listenPort, endpoints } as const
    const state = replay(
      eventsOf(...setUp, exclude('172.17.0.0/16'), { ...report, localPrefixes: [ipPrefix('172.17.0.0/16')] }),
    )
    expect(largeMapGet(state.hosts, host1)?.excludedPrefixes).toEqual(['172.17.0.0/16'])
  })
})
