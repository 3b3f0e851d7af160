import { describe, expect, test } from 'vitest'
import {
  sampleClientAdded as added,
  followedBy as and,
  sampleGateways as ready,
  sampleGatewayCreated,
} from '../testing/sample-clients.js'
import {
  eventsOf,
  sampleAddClient,
  sampleClientKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import {
  clientId,
  hostId,
  hostName,
  type Ipv4Address,
  ipAddress,
  ipPrefix,
  networkId,
  nodeId,
} from '../values/index.js'
import type { MeshEvent } from './mesh-event.js'

const _net1 = networkId('net-1')
const [_gateway1, _gateway2, _elsewhere] = [nodeId('node-1-1'), nodeId('node-1-2'), nodeId('node-2-2')]
const client1 = clientId('client-1')
const at = { atEpochMs: sampleTime } as const
const prefixes = (...texts: readonly string[]) => texts.map(ipPrefix)
const withOne = [...ready, added(1)]

describe('a client', () => {
  test('A2 B4 takes the highest free address of each family that the network has', () => {
    mesh.given(ready).when(sampleAddClient()).then([added()])
    mesh
      .given(withOne)
      .when(sampleAddClient(2))
      .then([added(2)])
    mesh
      .given(and(withOne, { type: 'RemoveClient', ...at, clientId: client1 }))
      .when(sampleAddClient())
      .then([added()])
  })

  test('B4 gets the static address, the subnet or the several addresses that are asked for', () => {
    mesh
      .given(ready)
      .when(sampleAddClient(1, { addresses: prefixes('10.1.0.9/32', 'fd01:0:0:1::40/124', '10.1.0.64/28') }))
      .then([added(1, { addresses: prefixes('10.1.0.9/32', '10.1.0.64/28', 'fd01:0:0:1::40/124') })])
    mesh
      .given(ready)
      .when(sampleAddClient(1, { addresses: prefixes('10.1.0.9/32') }))
      .then([added(1, { addresses: prefixes('10.1.0.9/32', 'fd01::1:ffff:ffff:ffff:ff7f/128') })])
  })

  test.each([
    ['10.1.0.0/28', 'client-address-unusable', { reason: 'reserved' }],
    ['10.1.0.255/32', 'client-address-unusable', { reason: 'reserved' }],
    ['10.9.0.1/32', 'client-address-unusable', { reason: 'outside' }],
    ['10.1.0.0/16', 'client-address-unusable', { reason: 'outside' }],
    ['10.1.0.3/32', 'client-address-taken', { memberId: nodeId('node-1-3') }],
    ['10.1.0.254/32', 'client-address-taken', { memberId: client1, name: hostName('device-1') }],
    ['10.1.0.252/31', 'accepted', {}],
    ['10.1.0.248/30', 'accepted', {}],
  ] as const)('A2 B4 the address %s is %s', (text, code, facts) => {
    const when = mesh.given(withOne).when(sampleAddClient(2, { addresses: prefixes(text) }))
    if (code === 'accepted') when.then([added(2, { addresses: prefixes(text, 'fd01::1:ffff:ffff:ffff:ff7e/128') })])
    else when.thenRefused(code, facts)
  })

  test('A2 B4 subnets are refused where somebody has an address inside, and where they meet another subnet', () => {
    const subnet = [...ready, added(1, { addresses: prefixes('10.1.0.64/28') })]
    for (const text of ['10.1.0.70/32', '10.1.0.64/29', '10.1.0.64/26'])
      mesh
        .given(subnet)
        .when(sampleAddClient(2, { addresses: prefixes(text) }))
        .thenRefused('client-address-taken', { memberId: client1 })
    mesh
      .given([...ready, added(1, { addresses: prefixes('10.1.0.70/32') })])
      .when(sampleAddClient(2, { addresses: prefixes('10.1.0.64/28') }))
      .thenRefused('client-address-taken', { memberId: client1 })
    mesh
      .given(ready)
      .when(sampleAddClient(1, { addresses: prefixes('10.1.0.64/28', '10.1.0.70/32') }))
      .thenRefused('client-prefixes-overlap')
  })

  test('A2 is refused in a network without a free address, or without a range of the family', () => {
    const range4 = ipPrefix('10.1.0.0/30')
    const full = [
      ...eventsOf(
        sampleCreateMesh(),
        sampleCreateNetwork(1, { range4, range6: null }),
        sampleRegisterHost(1),
        sampleRegisterHost(2),
        sampleJoinNetwork(1, 1),
        sampleJoinNetwork(1, 2),
      ),
      sampleGatewayCreated(1),
    ]
    mesh.given(full).when(sampleAddClient()).thenRefused('network-full', { range: range4 })
    mesh
      .given(full)
      .when(sampleAddClient(1, { addresses: prefixes('fd01::9/128') }))
      .thenRefused('client-address-unusable', { reason: 'no-range', range: null })
  })

  test('A2 a node is refused the address of a client, with its name, inside a subnet too', () => {
    const events = [...ready, added(1, { addresses: prefixes('10.1.0.64/28', '10.1.0.9/32') })]
    for (const address of ['10.1.0.9', '10.1.0.70'])
      mesh
        .given(and(events, sampleRegisterHost(4)))
        .when(sampleJoinNetwork(1, 4, { address4: ipAddress(address) as Ipv4Address }))
        .thenRefused('address-taken', { memberId: client1, name: hostName('device-1') })
  })

  test('B4 shares names with the nodes of its network', () => {
    mesh
      .given(ready)
      .when(sampleAddClient(1, { name: hostName('machine-3') }))
      .thenRefused('client-name-taken', { memberId: nodeId('node-1-3') })
    mesh
      .given(withOne)
      .when(sampleAddClient(2, { name: hostName('device-1') }))
      .thenRefused('client-name-taken', { memberId: client1 })
    const tablet = hostName('tablet')
    const events = [...and(ready, sampleRegisterHost(4, { name: tablet })), added(1, { name: tablet })]
    mesh
      .given(events)
      .when(sampleJoinNetwork(1, 4, { name: hostName('tablet') }))
      .thenRefused('node-name-taken', { memberId: client1 })
    expect(and(events, sampleJoinNetwork(1, 4)).at(-1)).toMatchObject({ type: 'NodeJoined', name: 'tablet-2' })
  })

  test('A3 B4 has a key that no host and no other client has, or had while it was a host', () => {
    const { wireguardKey } = sampleRegisterHost(3)
    mesh
      .given(ready)
      .when(sampleAddClient(1, { publicKey: wireguardKey }))
      .thenRefused('wireguard-key-taken', { holder: { kind: 'host', id: 'host-3', name: hostName('machine-3') } })
    mesh
      .given(withOne)
      .when(sampleAddClient(2, { publicKey: sampleClientKey(1) }))
      .thenRefused('wireguard-key-taken', { holder: { kind: 'client', id: 'client-1', name: hostName('device-1') } })
    const gone: MeshEvent = { type: 'HostRemoved', ...at, hostId: hostId('host-4') }
    mesh
      .given([...and(ready, sampleRegisterHost(4)), gone])
      .when(sampleAddClient(1, { publicKey: sampleRegisterHost(4).wireguardKey }))
      .thenRefused('wireguard-key-taken', { holder: { kind: 'removed-host', id: 'host-4' } })
    mesh
      .given(withOne)
      .when(sampleRegisterHost(4, { wireguardKey: sampleClientKey(1) }))
      .thenRefused('wireguard-key-taken')
  })

  test('B4 is at a gateway, and under a fresh id', () => {
    mesh
      .given(ready)
      .when(sampleAddClient(1, { gatewayId: nodeId('node-1-3') }))
      .thenRefused('client-gateway-unknown')
    mesh
      .given(ready)
      .when(sampleAddClient(1, { clientId: clientId('node-1-3') }))
      .thenRefused('node-id-taken')
    mesh
      .given(withOne)
      .when(sampleAddClient(1, { name: hostName('other') }))
      .thenRefused('client-id-taken')
    mesh
      .given(withOne)
      .when(sampleJoinNetwork(2, 3, { nodeId: nodeId('client-1') }))
      .thenRefused('node-id-taken')
  })

  test('B4 the same again is already so, whatever addresses it was given', () => {
    mesh.given(withOne).when(sampleAddClient()).thenNothing()
    mesh
      .given([...ready, added(1, { addresses: prefixes('10.1.0.9/32', 'fd01:0:0:1::9/128') })])
      .when(sampleAddClient(1, { addresses: prefixes('10.1.0.9/32') }))
      .thenNothing()
  })
})
