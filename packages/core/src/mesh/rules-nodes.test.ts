import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import {
  type EpochMs,
  epochMs,
  hostId,
  hostName,
  type Ipv4Address,
  type Ipv6Address,
  ipAddress,
  ipPrefix,
  networkId,
  nodeId,
} from '../values/index.js'
import type { JoinNetwork } from './commands/join-network.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'

const setUp = [sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost(1), sampleRegisterHost(2)]
const ready = eventsOf(...setUp)
const node1 = nodeId('node-1-1')
const later = (seconds: number): EpochMs => epochMs(sampleTime + seconds * 1000)
const ip4 = (text: string) => ipAddress(text) as Ipv4Address
const ip6 = (text: string) => ipAddress(text) as Ipv6Address

const joined = (
  host: number,
  last: number | string,
  changes: Partial<MeshEventOf<'NodeJoined'>> = {},
): MeshEventOf<'NodeJoined'> => ({
  ...sampleJoinNetwork(1, host),
  type: 'NodeJoined',
  name: hostName(`machine-${host}`),
  address4: ip4(`10.1.0.${last}`),
  address6: ip6(`fd01:0:0:1::${last}`),
  approval: 'approved',
  enrollmentKeyId: null,
  ...changes,
})

describe('a host joins a network', () => {
  test('A2 a node takes the lowest free address of both families', () => {
    mesh
      .given(ready)
      .when(sampleJoinNetwork(1, 1))
      .then([joined(1, 1)])
    mesh
      .given(eventsOf(...setUp, sampleJoinNetwork(1, 1)))
      .when(sampleJoinNetwork(1, 2))
      .then([joined(2, 2)])
  })

  test('A2 an address that was left is taken again', () => {
    const events = eventsOf(...setUp, sampleJoinNetwork(1, 1), sampleJoinNetwork(1, 2), {
      type: 'RemoveNode',
      atEpochMs: sampleTime,
      nodeId: node1,
    })
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 1))
      .then([joined(1, 1)])
  })

  test('A2 only of the families that the network has', () => {
    const only4 = eventsOf(sampleCreateMesh(), sampleCreateNetwork(1, { range6: null }), sampleRegisterHost(1))
    mesh
      .given(only4)
      .when(sampleJoinNetwork())
      .then([joined(1, 1, { address6: null })])
    mesh
      .given(only4)
      .when(sampleJoinNetwork(1, 1, { address6: ip6('fd01::1') }))
      .thenRefused('address-not-usable', { reason: 'no-range' })
  })

  test('A2 a requested static address is honoured', () => {
    const wish = sampleJoinNetwork(1, 1, { address4: ip4('10.1.0.200'), address6: ip6('fd01:0:0:1::beef') })
    mesh
      .given(ready)
      .when(wish)
      .then([joined(1, 1, { address4: ip4('10.1.0.200'), address6: ip6('fd01:0:0:1::beef') })])
  })

  test('A2 or refused with the holder named', () => {
    const events = eventsOf(...setUp, sampleJoinNetwork(1, 1))
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 2, { address4: ip4('10.1.0.1') }))
      .thenRefused('address-taken', { memberId: node1, name: hostName('machine-1') })
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 2, { address6: ip6('fd01:0:0:1::1') }))
      .thenRefused('address-taken', { memberId: node1 })
  })

  test.each([
    ['10.1.0.0', 'reserved'],
    ['10.1.0.255', 'reserved'],
    ['10.2.0.1', 'outside'],
  ] as const)('A2 %s is never given', (address, reason) => {
    mesh
      .given(ready)
      .when(sampleJoinNetwork(1, 1, { address4: ip4(address) }))
      .thenRefused('address-not-usable', { reason })
  })

  test.each([
    ['fd01:0:0:1::', 'reserved'],
    ['fd01:0:0:1:ffff:ffff:ffff:ff80', 'reserved'],
    ['fd01:0:0:2::1', 'outside'],
  ] as const)('A2 %s is never given', (address, reason) => {
    mesh
      .given(ready)
      .when(sampleJoinNetwork(1, 1, { address6: ip6(address) }))
      .thenRefused('address-not-usable', { reason })
  })

  test('A2 until the network is full, in either family', () => {
    const small = { range4: ipPrefix('10.1.0.0/30') }
    const events = eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(1, small),
      sampleRegisterHost(1),
      sampleRegisterHost(2),
      sampleRegisterHost(3),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
    )
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 3))
      .thenRefused('network-full', { range: ipPrefix('10.1.0.0/30') })
  })

  test('A4 an administrator needs no approval', () => {
    const { settings } = sampleCreateNetwork()
    const strict = sampleCreateNetwork(1, { settings: { ...settings, joinApproval: 'required' } })
    mesh
      .given(eventsOf(sampleCreateMesh(), strict, sampleRegisterHost()))
      .when(sampleJoinNetwork())
      .then([joined(1, 1)])
  })

  test('A4 once; the same again is already so, on other terms it is refused', () => {
    const events = eventsOf(...setUp, sampleJoinNetwork())
    const again = (changes: Partial<JoinNetwork>) => mesh.given(events).when(sampleJoinNetwork(1, 1, changes))
    again({}).thenNothing()
    again({ nodeId: nodeId('other'), address4: ip4('10.1.0.1'), name: hostName('machine-1') }).thenNothing()
    again({ address4: ip4('10.1.0.9') }).thenRefused('host-in-network', { nodeId: node1 })
    again({ ephemeral: true }).thenRefused('host-in-network')
  })

  test('A4 as a known host, into a known network, with a fresh id', () => {
    mesh
      .given(ready)
      .when(sampleJoinNetwork(2))
      .thenRefused('network-unknown', { networkId: networkId('net-2') })
    mesh
      .given(ready)
      .when(sampleJoinNetwork(1, 9))
      .thenRefused('host-unknown', { hostId: hostId('host-9') })
    mesh
      .given(eventsOf(...setUp, sampleJoinNetwork(1, 1)))
      .when(sampleJoinNetwork(1, 2, { nodeId: node1 }))
      .thenRefused('node-id-taken')
  })

  test('A3 under the host name, with a number behind it where that is taken', () => {
    const twin = (number: number) => sampleRegisterHost(number, { name: hostName('twin') })
    const events = [
      sampleCreateMesh(),
      sampleCreateNetwork(),
      twin(1),
      twin(2),
      twin(3),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
    ]
    mesh
      .given(eventsOf(...events))
      .when(sampleJoinNetwork(1, 3))
      .then([joined(3, 3, { name: hostName('twin-3') })])
    expect(
      mesh
        .given(eventsOf(...events))
        .when(sampleJoinNetwork(1, 3, { name: hostName('twin-2') }))
        .thenRefused('node-name-taken'),
    ).toMatchObject({ memberId: 'node-1-2' })
    mesh
      .given(eventsOf(...events))
      .when(sampleJoinNetwork(1, 3, { name: hostName('own') }))
      .then([joined(3, 3, { name: hostName('own') })])
  })

  test('A3 a long host name is cut, so that it stays a DNS label', () => {
    const long = hostName('a'.repeat(63))
    const twin = (number: number) => sampleRegisterHost(number, { name: long })
    const events = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), twin(1), twin(2), sampleJoinNetwork(1, 1))
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 2))
      .then([joined(2, 2, { name: hostName(`${'a'.repeat(61)}-2`) })])
  })
})

const withNode = eventsOf(...setUp, sampleJoinNetwork())
const about = <T extends string>(type: T, changes: { readonly atEpochMs?: EpochMs } = {}) => ({
  type,
  atEpochMs: sampleTime,
  nodeId: node1,
  ...changes,
})

describe('a node takes part', () => {
  const takesPart = (...commands: readonly MeshCommand[]) => {
    const state = mesh
      .given(eventsOf(...setUp, sampleJoinNetwork(), ...commands))
      .when(sampleCreateMesh())
      .then([])
    return largeMapGet(state.networks, networkId('net-1'))?.members.size === 1
  }

  test('A5 until it is disconnected, and again when it is connected', () => {
    mesh
      .given(withNode)
      .when(about('DisconnectNode'))
      .then([about('NodeDisconnected')])
    mesh.given(withNode).when(about('ConnectNode')).thenNothing()
    const apart = [...withNode, about('NodeDisconnected')]
    mesh.given(apart).when(about('DisconnectNode')).thenNothing()
    mesh
      .given(apart)
      .when(about('ConnectNode'))
      .then([about('NodeConnected')])
    expect([
      takesPart(),
      takesPart(about('DisconnectNode')),
      takesPart(about('DisconnectNode'), about('ConnectNode')),
    ]).toEqual([true, false, true])
  })

  test('A4 once an administrator approved it', () => {
    const waiting = [...ready, joined(1, 1, { approval: 'pending' })]
    mesh
      .given(waiting)
      .when(about('ApproveNode'))
      .then([about('NodeApproved')])
    mesh.given(withNode).when(about('ApproveNode')).thenNothing()
    mesh
      .given(waiting)
      .when(sampleJoinNetwork())
      .then([about('NodeApproved')])
  })

  test.each([
    'ApproveNode',
    'ConnectNode',
    'DisconnectNode',
    'ExpireNode',
    'RemoveNode',
    'MarkNodeReturned',
    'RemoveAwayNode',
  ] as const)('A5 %s of a node that is not there', (type) => {
    mesh.given(ready).when(about(type)).thenRefused('node-unknown', { nodeId: node1 })
  })
})

describe('a node expires', () => {
  const expiring = eventsOf(...setUp, sampleJoinNetwork(1, 1, { expiresAtEpochMs: later(60) }))
  const setExpiry = (expiresAtEpochMs: EpochMs | null, atEpochMs = sampleTime) =>
    ({ type: 'UpdateNode', atEpochMs, nodeId: node1, expiresAtEpochMs }) as const

  test('A5 at its time, not before', () => {
    mesh
      .given(expiring)
      .when(about('ExpireNode', { atEpochMs: later(59) }))
      .thenRefused('node-not-due', { expiresAtEpochMs: later(60) })
    mesh
      .given(expiring)
      .when(about('ExpireNode', { atEpochMs: later(60) }))
      .then([about('NodeExpired', { atEpochMs: later(60) })])
    mesh
      .given([...expiring, about('NodeExpired', { atEpochMs: later(60) })])
      .when(about('ExpireNode', { atEpochMs: later(61) }))
      .thenNothing()
    mesh.given(withNode).when(about('ExpireNode')).thenRefused('node-not-due', { expiresAtEpochMs: null })
  })

  test('A5 when it was set to, at a time ahead', () => {
    mesh
      .given(withNode)
      .when(setExpiry(later(5)))
      .then([{ ...setExpiry(later(5)), type: 'NodeUpdated' }])
    mesh
      .given(expiring)
      .when(setExpiry(later(60)))
      .thenNothing()
    mesh
      .given(expiring)
      .when(setExpiry(null))
      .then([{ ...setExpiry(null), type: 'NodeUpdated' }])
    mesh.given(withNode).when(setExpiry(sampleTime)).thenRefused('expiry-not-ahead')
    mesh
      .given(ready)
      .when(sampleJoinNetwork(1, 1, { expiresAtEpochMs: sampleTime }))
      .thenRefused('expiry-not-ahead')
    mesh.given(ready).when(setExpiry(null)).thenRefused('node-unknown')
  })

  test('A5 and comes back with a later time, with the addresses it had', () => {
    const expired = [...expiring, about('NodeExpired', { atEpochMs: later(60) })]
    const renewed = setExpiry(later(600), later(70))
    const state = mesh
      .given(expired)
      .when(renewed)
      .then([{ ...renewed, type: 'NodeUpdated' }])
    expect(largeMapGet(state.nodes, node1)).toMatchObject({ expired: false, address4: '10.1.0.1' })
    expect(largeMapGet(state.networks, networkId('net-1'))?.members.size).toBe(1)
    mesh
      .given(expired)
      .when(setExpiry(later(60), later(70)))
      .thenRefused('expiry-not-ahead')
  })
})

describe('an ephemeral node', () => {
  const ephemeral = eventsOf(...setUp, sampleJoinNetwork(1, 1, { ephemeral: true }))
  const away = (lastContact: number, at: number) =>
    ({ type: 'MarkNodeAway', atEpochMs: later(at), nodeId: node1, lastContactAtEpochMs: later(lastContact) }) as const
  const wentAway = (lastContact: number, at: number) => ({ ...away(lastContact, at), type: 'NodeWentAway' }) as const
  const gone = [...ephemeral, wentAway(100, 150)]

  test('A5 goes away and returns', () => {
    mesh
      .given(ephemeral)
      .when(away(100, 150))
      .then([wentAway(100, 150)])
    mesh.given(gone).when(away(120, 160)).thenNothing()
    mesh
      .given(gone)
      .when(about('MarkNodeReturned', { atEpochMs: later(160) }))
      .then([about('NodeReturned', { atEpochMs: later(160) })])
    mesh.given(ephemeral).when(about('MarkNodeReturned')).thenNothing()
  })

  test('A5 is removed after the grace, not before', () => {
    const remove = (at: number) => about('RemoveAwayNode', { atEpochMs: later(at) })
    mesh
      .given(gone)
      .when(remove(699))
      .thenRefused('node-not-away-long-enough', { removableAtEpochMs: later(700) })
    mesh
      .given(gone)
      .when(remove(700))
      .then([
        {
          type: 'NodeLeft',
          atEpochMs: later(700),
          nodeId: node1,
          networkId: networkId('net-1'),
          hostId: hostId('host-1'),
          cause: 'away-too-long',
        },
      ])
    mesh.given(ephemeral).when(remove(9999)).thenRefused('node-not-away-long-enough', { removableAtEpochMs: null })
  })

  test('A5 never in the middle of joining: absence counts from when it joined, and not from times to come', () => {
    mesh
      .given(ephemeral)
      .when({ ...away(0, 150), lastContactAtEpochMs: epochMs(0) })
      .then([wentAway(0, 150)])
    mesh
      .given(ephemeral)
      .when(away(9999, 150))
      .then([wentAway(150, 150)])
  })

  test('A5 is the only kind that is removed for being away', () => {
    mesh.given(withNode).when(away(1, 2)).thenRefused('node-not-ephemeral')
    mesh.given(withNode).when(about('MarkNodeReturned')).thenRefused('node-not-ephemeral')
    mesh
      .given(withNode)
      .when(about('RemoveAwayNode'))
      .thenRefused('node-not-ephemeral', { name: hostName('machine-1') })
    mesh.given(ready).when(away(1, 2)).thenRefused('node-unknown')
  })
})

test('A5 a node is removed; the host stays', () => {
  const state = mesh
    .given(withNode)
    .when(about('RemoveNode'))
    .then([
      {
        type: 'NodeLeft',
        atEpochMs: sampleTime,
        nodeId: node1,
        networkId: networkId('net-1'),
        hostId: hostId('host-1'),
        cause: 'removed',
      },
    ])
  expect([state.nodes.size, state.hosts.size]).toEqual([0, 2])
})
