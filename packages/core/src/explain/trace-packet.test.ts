/** What single hosts do with a packet, one example each; what of it follows from policy is law 5. */
import { describe, expect, test } from 'vitest'
import { stateWith, verdictOf, worldWith } from '../../test/sample-trace.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAbleHost,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import { sampleAddClient, sampleAddEgress, sampleAddPolicy, sampleAddUser, sampleTime } from '../testing/sample-mesh.js'
import { clientId, hostId, type IpPrefix, ipAddress, ipPrefix, networkId, nodeId, userId } from '../values/index.js'
import { acceptingForward } from './filter-decision.js'
import type { Packet } from './packet.js'
import { tracePacket } from './trace-packet.js'
import { createTraceWorld } from './trace-world.js'

const [one, two] = [hostId('host-1'), hostId('host-2')]

describe("a source that isn't that of the peer it comes from", () => {
  test('is dropped by whoever gets it, from a host', () => {
    const rogue = { kind: 'rogue-host', hostId: one, peer: two } as const
    const dropped = { kind: 'dropped', hostId: two, reason: 'source-not-of-peer' }
    expect(verdictOf(worldWith(), rogue, '10.1.0.1', '10.1.0.2')).toMatchObject({ kind: 'delivered' })
    expect(verdictOf(worldWith(), rogue, '10.1.0.3', '10.1.0.2')).toEqual(dropped)
    expect(verdictOf(worldWith(), rogue, '192.0.2.1', '10.1.0.2')).toEqual(dropped)
  })

  test('is dropped by its gateway, from a client', () => {
    const world = worldWith(sampleCreateGateway(2), sampleAddClient(1, { gatewayId: nodeId('node-1-2') }))
    const client = { kind: 'client', clientId: clientId('client-1') } as const
    expect(verdictOf(world, client, '10.1.0.3', '10.1.0.1')).toEqual({
      kind: 'dropped',
      hostId: two,
      reason: 'source-not-of-peer',
    })
  })
})

test('G5 E9 who comes by another interface is let in at a host of whose range it is, where that may begin; from nowhere else', () => {
  const range = { ranges: [ipPrefix('192.168.50.0/24')], routers: [{ nodeId: nodeId('node-1-2') }] }
  const beside = { kind: 'underlay', hostId: two } as const
  const stranger = { kind: 'dropped', hostId: two, reason: 'input-filter' }
  const open = worldWith(sampleAddEgress(1, range))
  expect(verdictOf(open, beside, '192.168.50.9', '10.1.0.2')).toMatchObject({ kind: 'delivered' })
  for (const source of ['192.168.51.9', '10.1.0.1'])
    expect(verdictOf(open, beside, source, '10.1.0.2')).toEqual(stranger)
  expect(verdictOf(worldWith(), beside, '192.168.50.9', '10.1.0.2')).toEqual(stranger)
  const restricted = worldWith(sampleAddEgress(1, { ...range, restricted: true }))
  expect(verdictOf(restricted, beside, '192.168.50.9', '10.1.0.2')).toEqual(stranger)
})

test('E8 a virtual address leads to the same place in the real range', () => {
  const world = worldWith(
    sampleAddEgress(1, {
      ranges: ['192.168.1.0/24', '192.168.8.0/24'].map(ipPrefix),
      virtualRanges: ['10.99.1.0/24', '10.99.8.0/24'].map(ipPrefix),
      routers: [{ nodeId: nodeId('node-1-2'), interfaceName: 'eth1' }],
    }),
  )
  const to = (address: string) => verdictOf(world, { kind: 'host', hostId: one }, '10.1.0.1', address)
  expect(to('10.99.1.20')).toMatchObject({ kind: 'delivered', to: { hostId: two, address: '192.168.1.20' } })
  expect(to('10.99.8.255')).toMatchObject({ kind: 'delivered', to: { hostId: two, address: '192.168.8.255' } })
})

test('G4 own devices let in those of their owner, and nobody else', () => {
  const owned = (number: number, user: number): MeshCommand => ({
    type: 'SetHostOwner',
    atEpochMs: sampleTime,
    hostId: hostId(`host-${number}`),
    userId: userId(`user-${user}`),
  })
  const world = worldWith(
    ...[sampleAddUser(1), sampleAddUser(2), owned(1, 1), owned(2, 1), owned(3, 2)],
    sampleAddPolicy(1, { destinations: [{ kind: 'own-devices' }] }),
    // So that the others are peers.
    sampleAddPolicy(2, { traffic: [{ protocol: 'icmp' }] }),
    { type: 'SwitchDefaultPolicy', atEpochMs: sampleTime, networkId: networkId('net-1'), everyoneAllowed: false },
  )
  const from = (number: number) =>
    verdictOf(world, { kind: 'host', hostId: hostId(`host-${number}`) }, `10.1.0.${number}`, '10.1.0.1')
  expect(from(2)).toMatchObject({ kind: 'delivered' })
  expect(from(3)).toEqual({ kind: 'dropped', hostId: one, reason: 'input-filter' })
})

test('E6 E7 what is passed on for a range whose router is gone goes to no LAN of the same range, nor to the internet', () => {
  const range = ipPrefix('192.168.1.0/24')
  const three = hostId('host-3')
  const state = stateWith(
    sampleCreateExit(2),
    sampleConnect(2, [1]),
    sampleRouteAll(1),
    sampleAddEgress(1, { ranges: [range], routers: [{ nodeId: nodeId('node-1-3') }] }),
    {
      type: 'ReportHostEndpoints',
      atEpochMs: sampleTime,
      hostId: two,
      listenPort: 51_821,
      endpoints: sampleAbleHost(2).endpoints ?? [],
      localPrefixes: [range],
    },
  )
  const known = new Map([[three, { state: 'down', roundTripMs: null } as const]])
  const world = createTraceWorld(state, { dead: new Set([three]), healthOf: () => known })
  const send = (to: string) => verdictOf(world, { kind: 'host', hostId: one }, '10.1.0.1', to)
  expect(send('192.0.2.7')).toMatchObject({ kind: 'delivered', to: { kind: 'internet', hostId: two } })
  expect(send('192.168.1.5')).toMatchObject({ kind: 'dropped', hostId: two })
})

test("D5 the resolver on an internet gateway's own LAN is reached through it, as all that is no address of the mesh", () => {
  const world = worldWith(sampleCreateExit(2), sampleConnect(2, [1]), sampleRouteAll(1), {
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: two,
    listenPort: 51_821,
    endpoints: sampleAbleHost(2).endpoints ?? [],
    localPrefixes: [ipPrefix('192.168.1.0/24')],
  })
  expect(verdictOf(world, { kind: 'host', hostId: one }, '10.1.0.1', '192.168.1.1')).toMatchObject({
    kind: 'delivered',
    to: { kind: 'internet', hostId: two },
  })
})

test("D5 a policy's prefix is led out by an internet gateway, but for what of it is the mesh's by a wider range", () => {
  const prefix = ipPrefix('192.168.77.0/24')
  const commands = [
    sampleCreateExit(2),
    sampleAddPolicy(1, { destinations: [{ kind: 'prefix', prefix }] }),
    {
      type: 'ReportHostEndpoints',
      atEpochMs: sampleTime,
      hostId: two,
      listenPort: 51_821,
      endpoints: sampleAbleHost(2).endpoints ?? [],
      localPrefixes: [prefix],
    },
  ] as const
  const wider = sampleAddEgress(1, {
    ranges: [ipPrefix('192.168.0.0/16')],
    routers: [{ nodeId: nodeId('node-1-3') }],
    restricted: true,
  })
  const packet: Packet = {
    source: ipAddress('10.1.0.1'),
    destination: ipAddress('192.168.77.5'),
    traffic: { protocol: 'tcp', port: 443 },
  }
  const atGateway = (...more: readonly MeshCommand[]) => {
    const world = worldWith(
      { type: 'SwitchDefaultPolicy', networkId: networkId('net-1'), everyoneAllowed: false, atEpochMs: sampleTime },
      ...commands,
      ...more,
    )
    const view = world.viewOf(two)
    if (view === undefined) throw new TypeError('a host')
    return {
      rule: acceptingForward(view, packet, 'mesh-to-underlay')?.policyId,
      verdict: tracePacket(world, { kind: 'rogue-host', hostId: one, peer: two }, packet).verdict,
    }
  }
  expect(atGateway()).toMatchObject({
    rule: 'policy-1',
    verdict: { kind: 'delivered', to: { kind: 'internet', hostId: two } },
  })
  expect(atGateway(wider)).toEqual({
    rule: undefined,
    verdict: { kind: 'dropped', hostId: two, reason: 'forward-filter' },
  })
})

test('E2 a router gives its address to what the network begins, and not to what comes from another site', () => {
  const sites = worldWith(
    sampleAddEgress(1, { ranges: [ipPrefix('192.168.1.0/24')] }),
    sampleAddEgress(2, { ranges: [ipPrefix('192.168.2.0/24')], routers: [{ nodeId: nodeId('node-1-2') }] }),
  )
  const fromNode = verdictOf(sites, { kind: 'host', hostId: two }, '10.1.0.2', '192.168.1.5')
  const fromSite = verdictOf(sites, { kind: 'underlay', hostId: two }, '192.168.2.5', '192.168.1.5')
  expect(fromNode).toMatchObject({ kind: 'delivered', source: 'masqueraded' })
  expect(fromSite).toMatchObject({ kind: 'delivered', source: '192.168.2.5' })
})

test('E6 a range whose router is gone is carried by the router of the wider one, by its own LAN, and by itself only', () => {
  const three = hostId('host-3')
  const known = new Map([[three, { state: 'down', roundTripMs: null } as const]])
  const verdicts = (localPrefixes: readonly IpPrefix[], fallbackToWider = true) => {
    const state = stateWith(
      sampleAddEgress(1, { ranges: [ipPrefix('192.168.0.0/16')] }),
      sampleAddEgress(2, {
        ranges: [ipPrefix('192.168.77.0/24')],
        routers: [{ nodeId: nodeId('node-1-3') }],
        fallbackToWider,
      }),
      {
        type: 'ReportHostEndpoints',
        atEpochMs: sampleTime,
        hostId: one,
        listenPort: 51_821,
        endpoints: sampleAbleHost(1).endpoints ?? [],
        localPrefixes,
      },
    )
    const world = createTraceWorld(state, { dead: new Set([three]), healthOf: () => known })
    return [
      verdictOf(world, { kind: 'host', hostId: two }, '10.1.0.2', '192.168.77.5'),
      verdictOf(world, { kind: 'host', hostId: one }, '10.1.0.1', '192.168.77.5'),
    ]
  }
  for (const localPrefixes of [[], [ipPrefix('192.168.77.0/24')]]) {
    expect(verdicts(localPrefixes)).toMatchObject([
      { kind: 'delivered', to: { kind: 'egress', hostId: one, address: '192.168.77.5' }, source: 'masqueraded' },
      { kind: 'left-outside', hostId: one },
    ])
    expect(verdicts(localPrefixes, false)[0]).toMatchObject({ kind: 'dropped', hostId: three })
  }
})
