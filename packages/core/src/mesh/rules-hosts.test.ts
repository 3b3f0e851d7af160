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
  controlPort,
  hostId,
  hostName,
  type Ipv4Address,
  type Ipv6Address,
  ipAddress,
  ipPrefix,
  networkName,
  udpEndpoint,
} from '../values/index.js'
import type { ReportHostEndpoints } from './commands/report-host-endpoints.js'
import type { ReportHostResolvers } from './commands/report-host-resolvers.js'
import type { UpdateHost } from './commands/update-host.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import { largeMapValues } from './large-map.js'
import type { MeshEventOf } from './mesh-event.js'

const created = eventsOf(sampleCreateMesh(), sampleCreateNetwork())
const withHost = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost())
const host1 = hostId('host-1')

const local = (text: string): EndpointCandidate => ({ endpoint: udpEndpoint(text), origin: 'local' })
const observed = (text: string): EndpointCandidate => ({ endpoint: udpEndpoint(text), origin: 'observed' })
const declared = (text: string): EndpointCandidate => ({ endpoint: udpEndpoint(text), origin: 'declared' })

const registered = (number: number, control4: string, changes = {}): MeshEventOf<'HostRegistered'> => ({
  enrolledFrom: null,
  ...sampleRegisterHost(number, changes),
  type: 'HostRegistered',
  controlAddress4: ipAddress(control4) as Ipv4Address,
})
const report = (changes: Partial<ReportHostEndpoints>): ReportHostEndpoints => ({
  type: 'ReportHostEndpoints',
  atEpochMs: sampleTime,
  hostId: host1,
  listenPort: 51821,
  endpoints: sampleRegisterHost().endpoints,
  localPrefixes: [],
  ...changes,
})
const update = (changes: Partial<UpdateHost>): UpdateHost => ({
  type: 'UpdateHost',
  atEpochMs: sampleTime,
  hostId: host1,
  ...changes,
})

describe('a host becomes known', () => {
  test('A9 with a control address of each family: the lowest free IPv4 one, the given IPv6 one', () => {
    mesh
      .given(created)
      .when(sampleRegisterHost())
      .then([registered(1, '198.19.0.1')])
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2))
      .then([registered(2, '198.19.0.2')])
  })

  test('A9 whose IPv6 control address lies in the range and is free', () => {
    const outside = ipAddress('fd99::1') as Ipv6Address
    mesh
      .given(created)
      .when(sampleRegisterHost(1, { controlAddress6: outside }))
      .thenRefused('control-address-outside', { address: outside })
    const { controlAddress6 } = sampleRegisterHost(1)
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2, { controlAddress6 }))
      .thenRefused('control-address-taken', { hostId: host1 })
  })

  test('A9 while there are IPv4 control addresses', () => {
    const small = eventsOf(
      sampleCreateMesh({ controlRange4: ipPrefix('198.19.0.0/30') }),
      sampleRegisterHost(1),
      sampleRegisterHost(2),
    )
    mesh
      .given(small)
      .when(sampleRegisterHost(3))
      .thenRefused('control-range-full', { range: ipPrefix('198.19.0.0/30') })
  })

  test('A3 once; the same again is already so', () => {
    mesh.given(withHost).when(sampleRegisterHost()).thenNothing()
    mesh
      .given(withHost)
      .when(sampleRegisterHost(1, { hostId: hostId('again') }))
      .thenRefused('host-registered', { hostId: host1 })
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2, { hostId: host1 }))
      .thenRefused('host-id-taken', { name: hostName('machine-1') })
  })

  test('A3 with keys that are its own', () => {
    const { wireguardKey, identityKey } = sampleRegisterHost(1)
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2, { wireguardKey }))
      .thenRefused('host-keys-mismatch', { knownKey: 'wireguardKey', hostId: host1 })
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2, { identityKey }))
      .thenRefused('host-keys-mismatch', { knownKey: 'identityKey' })
    const two = eventsOf(sampleCreateMesh(), sampleRegisterHost(1), sampleRegisterHost(2))
    mesh.given(two).when(sampleRegisterHost(2, { wireguardKey })).thenRefused('host-keys-mismatch', { hostId: host1 })
  })

  test('A3 on a port of its own behind an address that it shares; its local endpoints move along', () => {
    const endpoints = [local('192.168.1.2:51821'), observed('203.0.113.1:51821'), declared('203.0.113.1:40000')]
    mesh
      .given(withHost)
      .when(sampleRegisterHost(2, { endpoints }))
      .then([
        registered(2, '198.19.0.2', {
          listenPort: 51823,
          endpoints: [local('192.168.1.2:51823'), observed('203.0.113.1:51821'), declared('203.0.113.1:40000')],
        }),
      ])
  })

  test('A3 private addresses may be many machines: no other port for them', () => {
    const endpoints = [local('192.168.1.2:51821')]
    const events = eventsOf(sampleCreateMesh(), sampleRegisterHost(1, { endpoints }))
    mesh
      .given(events)
      .when(sampleRegisterHost(2, { endpoints }))
      .then([registered(2, '198.19.0.2', { endpoints })])
  })

  test('A3 twice the same endpoint counts once', () => {
    const endpoints = [local('203.0.113.9:51821'), local('203.0.113.9:51821')]
    mesh
      .given(created)
      .when(sampleRegisterHost(1, { endpoints }))
      .then([registered(1, '198.19.0.1', { endpoints: [local('203.0.113.9:51821')] })])
  })

  test.each([
    ['127.0.0.1:51821', 'loopback'],
    ['[::1]:51821', 'loopback'],
    ['224.0.0.1:51821', 'multicast'],
    ['169.254.1.1:51821', 'link-local'],
    ['[fe80::1]:51821', 'link-local'],
    ['0.0.0.0:51821', 'unspecified'],
    ['255.255.255.255:51821', 'broadcast'],
    ['10.1.0.77:51821', 'mesh-range'],
    ['[fd01:0:0:1::9]:51821', 'mesh-range'],
    ['198.19.0.1:51821', 'mesh-range'],
  ] as const)('A3 not at %s', (endpoint, reason) => {
    const endpoints = [local('203.0.113.1:51821'), local(endpoint)]
    mesh
      .given(created)
      .when(sampleRegisterHost(1, { endpoints }))
      .thenRefused('endpoint-refused', { endpoint: udpEndpoint(endpoint), reason })
  })
})

describe('D5 a host says whom it asks for names', () => {
  const asks = (...resolvers: readonly string[]): ReportHostResolvers => ({
    type: 'ReportHostResolvers',
    atEpochMs: sampleTime,
    hostId: host1,
    resolvers: resolvers.map(ipAddress),
  })
  const changed = (...resolvers: readonly string[]) =>
    ({ ...asks(...resolvers), type: 'HostResolversChanged' }) as const

  test('all of them, each once; unchanged is already so', () => {
    const twice = asks('192.168.1.1', '2001:db8::53', '192.168.1.1')
    const { hosts } = mesh
      .given(withHost)
      .when(twice)
      .then([changed('192.168.1.1', '2001:db8::53')])
    expect([...largeMapValues(hosts)].map(({ resolvers }) => resolvers)).toEqual([['192.168.1.1', '2001:db8::53']])
    mesh
      .given([...withHost, changed('192.168.1.1', '2001:db8::53')])
      .when(twice)
      .thenNothing()
    mesh
      .given([...withHost, changed('192.168.1.1')])
      .when(asks())
      .then([changed()])
  })

  test.each([
    ['127.0.0.53', 'loopback'],
    ['fe80::1', 'link-local'],
    ['224.0.0.251', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['255.255.255.255', 'broadcast'],
    ['10.1.0.77', 'mesh-range'],
    ['198.19.0.1', 'mesh-range'],
  ] as const)('not %s', (address, reason) => {
    mesh
      .given(withHost)
      .when(asks('192.0.2.53', address))
      .thenRefused('host-resolver-refused', { address: ipAddress(address), reason })
  })
})

describe('a host reports its endpoints', () => {
  test('A7 all of them; unchanged is already so', () => {
    const moved = report({ endpoints: [observed('198.51.100.7:51821')], localPrefixes: [ipPrefix('192.168.1.0/24')] })
    const { indexes } = mesh
      .given(withHost)
      .when(moved)
      .then([{ ...moved, type: 'HostEndpointsChanged' }])
    expect(indexes.hostIdsByListener.size).toBe(1)
    mesh.given(withHost).when(report({})).thenNothing()
    mesh.given(created).when(report({})).thenRefused('host-unknown', { hostId: host1 })
  })

  test('A7 in a new order is a change: best first', () => {
    const endpoints = [local('203.0.113.1:51821'), local('203.0.113.3:51821')]
    const events = eventsOf(sampleCreateMesh(), sampleRegisterHost(1, { endpoints }))
    const reversed = report({ endpoints: [...endpoints].reverse() })
    mesh
      .given(events)
      .when(reversed)
      .then([{ ...reversed, type: 'HostEndpointsChanged' }])
  })

  test('A3 a port that another host has behind the same address is answered by another one, each time the same', () => {
    const events = eventsOf(sampleCreateMesh(), sampleRegisterHost(1), sampleRegisterHost(2))
    const wish = report({
      hostId: hostId('host-2'),
      endpoints: [local('192.168.1.2:51821'), observed('203.0.113.1:1024')],
    })
    const assigned = {
      ...wish,
      type: 'HostEndpointsChanged',
      listenPort: 51823,
      endpoints: [local('192.168.1.2:51823'), observed('203.0.113.1:1024')],
    } as const
    mesh.given(events).when(wish).then([assigned])
    mesh
      .given([...events, assigned])
      .when(wish)
      .thenNothing()
    mesh
      .given([...events, assigned])
      .when({ ...wish, listenPort: 51823, endpoints: assigned.endpoints })
      .thenNothing()
  })

  test('A3 ports wrap around at the end, and 443 is left to others', () => {
    const at = (number: number, listenPort: number) =>
      sampleRegisterHost(number, { listenPort, endpoints: [observed('203.0.113.1:1')] })
    const events = eventsOf(sampleCreateMesh(), at(1, 65_535), at(2, 442))
    const ask = (listenPort: number) => ({ ...at(3, listenPort), type: 'RegisterHost' }) as const
    expect(
      mesh
        .given(events)
        .when(ask(65_535))
        .then([registered(3, '198.19.0.3', at(3, 1025))]).hosts.size,
    ).toBe(3)
    mesh
      .given(events)
      .when(ask(442))
      .then([registered(3, '198.19.0.3', at(3, 444))])
  })

  test('A3 nobody gets the port by which agents talk, who asks for it gets the next', () => {
    const at = (listenPort: number) =>
      sampleRegisterHost(1, { listenPort, endpoints: [local(`192.168.1.2:${listenPort}`)] })
    mesh
      .given(eventsOf(sampleCreateMesh()))
      .when(at(controlPort))
      .then([registered(1, '198.19.0.1', at(controlPort + 1))])
  })

  test('A3 refused endpoints change nothing', () => {
    mesh
      .given(withHost)
      .when(report({ endpoints: [local('127.0.0.1:51821')] }))
      .thenRefused('endpoint-refused')
  })
})

describe('a host changes', () => {
  const facts = ({ name, system, listenPort, mtuBytes, capabilities } = sampleRegisterHost()) => ({
    type: 'HostUpdated' as const,
    atEpochMs: sampleTime,
    hostId: host1,
    name,
    system,
    listenPort,
    mtuBytes,
    capabilities,
  })

  test('A3 what is given changes, the rest stays', () => {
    mesh
      .given(withHost)
      .when(update({ mtuBytes: 1280 }))
      .then([{ ...facts(), mtuBytes: 1280 }])
    mesh
      .given(withHost)
      .when(update({ mtuBytes: null, name: hostName('machine-1') }))
      .thenNothing()
    mesh.given(created).when(update({})).thenRefused('host-unknown')
  })

  test('A3 another port moves its local endpoints along, and is free behind its public address', () => {
    mesh
      .given(withHost)
      .when(update({ listenPort: 40_000 }))
      .then([
        { ...facts(), listenPort: 40_000 },
        {
          type: 'HostEndpointsChanged',
          atEpochMs: sampleTime,
          hostId: host1,
          listenPort: 40_000,
          endpoints: [local('203.0.113.1:40000')],
          localPrefixes: [],
        },
      ])
    const shared = eventsOf(
      sampleCreateMesh(),
      sampleRegisterHost(1, { endpoints: [observed('203.0.113.1:1')] }),
      sampleRegisterHost(2, { listenPort: 40_000, endpoints: [observed('203.0.113.1:2')] }),
    )
    mesh
      .given(shared)
      .when(update({ listenPort: 40_000 }))
      .then([{ ...facts(), listenPort: 40_001 }])
  })

  test('A3 endpoints stay as they are while the port does, even one that is reached at another port', () => {
    const events = eventsOf(sampleCreateMesh(), sampleRegisterHost(1, { endpoints: [local('203.0.113.1:40000')] }))
    mesh
      .given(events)
      .when(update({ mtuBytes: 1280 }))
      .then([{ ...facts(), mtuBytes: 1280 }])
  })

  test('A3 its nodes keep their names', () => {
    const events = eventsOf(sampleCreateMesh(), sampleCreateNetwork(), sampleRegisterHost(), sampleJoinNetwork())
    const renamed = { ...facts(), name: hostName('renamed') }
    const state = mesh
      .given(events)
      .when(update({ name: hostName('renamed') }))
      .then([renamed])
    expect(JSON.stringify([...largeMapValues(state.nodes)])).not.toContain('renamed')
  })

  test('A4 a host in two networks that can no longer keep them apart stays, and that is recorded', () => {
    const events = eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(1),
      sampleCreateNetwork(2),
      sampleRegisterHost(1, { capabilities: ['isolate-networks'] }),
      sampleJoinNetwork(1),
      sampleJoinNetwork(2),
    )
    mesh
      .given(events)
      .when(update({ capabilities: [] }))
      .then([{ ...facts(), capabilities: [] }])
  })
})

describe('a host goes', () => {
  const remove = { type: 'RemoveHost', atEpochMs: sampleTime, hostId: host1 } as const
  const inTwo = [
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleCreateNetwork(2),
    sampleRegisterHost(1, { capabilities: ['isolate-networks'] }),
    sampleJoinNetwork(2),
    sampleJoinNetwork(1),
  ]

  test('A5 its nodes first, each with an event', () => {
    const left = (network: number) => {
      const { nodeId, networkId } = sampleJoinNetwork(network)
      return {
        type: 'NodeLeft',
        atEpochMs: sampleTime,
        nodeId,
        networkId,
        hostId: host1,
        cause: 'host-removed',
      } as const
    }
    const state = mesh
      .given(eventsOf(...inTwo))
      .when(remove)
      .then([left(1), left(2), { type: 'HostRemoved', atEpochMs: sampleTime, hostId: host1 }])
    expect([state.hosts.size, state.nodes.size, state.indexes.hostIdsByListener.size]).toEqual([0, 0, 0])
    mesh
      .given(eventsOf(...inTwo, remove))
      .when(remove)
      .thenRefused('host-unknown')
  })

  test("A5 a removed host can't come back with either of its old keys", () => {
    const gone = eventsOf(...inTwo, remove)
    const { wireguardKey, identityKey } = sampleRegisterHost(1)
    mesh.given(gone).when(sampleRegisterHost(1)).thenRefused('host-retired', { hostId: host1 })
    mesh.given(gone).when(sampleRegisterHost(2, { wireguardKey })).thenRefused('host-retired')
    mesh.given(gone).when(sampleRegisterHost(2, { identityKey })).thenRefused('host-retired')
  })

  test('A9 its control address is free again', () => {
    mesh
      .given(eventsOf(...inTwo, remove))
      .when(sampleRegisterHost(2))
      .then([registered(2, '198.19.0.1')])
  })
})

describe('a host in many networks', () => {
  const twoNetworks = [sampleCreateMesh(), sampleCreateNetwork(1), sampleCreateNetwork(2)]

  test('A4 only if its driver keeps them apart', () => {
    const events = eventsOf(...twoNetworks, sampleRegisterHost(1), sampleJoinNetwork(1))
    mesh
      .given(events)
      .when(sampleJoinNetwork(2))
      .thenRefused('host-cannot-isolate-networks', {
        name: hostName('machine-1'),
        networkNames: [networkName('office-1'), networkName('office-2')],
      })
  })

  test('A4 with the capability it joins', () => {
    const events = eventsOf(
      ...twoNetworks,
      sampleRegisterHost(1, { capabilities: ['isolate-networks'] }),
      sampleJoinNetwork(1),
    )
    expect(
      mesh
        .given(events)
        .when(sampleJoinNetwork(2))
        .then(eventsOf(...twoNetworks, sampleRegisterHost(1), sampleJoinNetwork(2)).slice(-1)).nodes.size,
    ).toBe(2)
  })
})
