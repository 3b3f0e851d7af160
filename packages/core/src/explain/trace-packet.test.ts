/** What single hosts do with a packet, one example each; what of it follows from policy is law 5. */
import { describe, expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAbleHost,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddClient,
  sampleAddEgress,
  sampleAddPolicy,
  sampleAddUser,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { clientId, hostId, ipAddress, ipPrefix, networkId, nodeId, userId } from '../values/index.js'
import type { PacketOrigin } from './packet.js'
import { type FlowMemory, tracePacket } from './trace-packet.js'
import { createTraceWorld } from './trace-world.js'

const [one, two] = [hostId('host-1'), hostId('host-2')]

/** Hosts 1, 2 and 3 with 10.1.0.1, 10.1.0.2 and 10.1.0.3. */
const worldWith = (...commands: readonly MeshCommand[]) => createTraceWorld(stateWith(...commands))

const stateWith = (...commands: readonly MeshCommand[]) =>
  replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(1, { range6: null }),
      ...[1, 2, 3].flatMap((number) => [sampleAbleHost(number), sampleJoinNetwork(1, number)]),
      ...commands,
    ),
  )

const verdictOf = (
  world: ReturnType<typeof worldWith>,
  origin: PacketOrigin,
  from: string,
  to: string,
): ReturnType<typeof tracePacket>['verdict'] =>
  tracePacket(world, origin, {
    source: ipAddress(from),
    destination: ipAddress(to),
    traffic: { protocol: 'tcp', port: 443 },
  }).verdict

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

describe('what a random mesh and its kernels did not agree on', () => {
  const sites = [
    sampleAddEgress(1, { ranges: [ipPrefix('192.168.1.0/24')] }),
    sampleAddEgress(2, { ranges: [ipPrefix('192.168.2.0/24')], routers: [{ nodeId: nodeId('node-1-2') }], nat: false }),
  ]
  const reported = (number: number, prefix: string): MeshCommand => ({
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: hostId(`host-${number}`),
    listenPort: 51_821,
    endpoints: sampleAbleHost(number).endpoints ?? [],
    localPrefixes: [ipPrefix(prefix)],
  })
  const client = { kind: 'client', clientId: clientId('client-1') } as const
  const packet = (source: string, destination: string) => ({
    source: ipAddress(source),
    destination: ipAddress(destination),
    traffic: { protocol: 'tcp', port: 443 } as const,
  })

  test('E7 an answer to a site is kept by the LAN of the host that it comes in at, where that is called the same', () => {
    const answer = (...more: readonly MeshCommand[]) =>
      verdictOf(worldWith(...sites, ...more), { kind: 'underlay', hostId: one }, '192.168.1.5', '192.168.2.5')
    expect(answer()).toMatchObject({ kind: 'delivered', to: { hostId: two } })
    expect(answer(reported(1, '192.168.2.0/24'))).toEqual({ kind: 'left-outside', hostId: one })
    const preferred: MeshCommand = {
      type: 'UpdateNodeTraits',
      atEpochMs: sampleTime,
      nodeId: nodeId('node-1-1'),
      ownLan: 'mesh',
    }
    expect(answer(reported(1, '192.168.2.0/24'), preferred)).toMatchObject({ kind: 'delivered', to: { hostId: two } })
  })

  test("D5 E7 a gateway's own LAN is nearer than everything that it passes on, where it keeps that outside its tunnel", () => {
    const everywhere = sampleAddEgress(3, {
      ranges: [ipPrefix('0.0.0.0/0')],
      routers: [{ nodeId: nodeId('node-1-2') }],
    })
    const phone = sampleAddClient(1, { gatewayId: nodeId('node-1-1'), fullTunnel: true })
    const cascading: MeshCommand = {
      type: 'UpdateNetwork',
      atEpochMs: sampleTime,
      networkId: networkId('net-1'),
      settings: { gatewayBehindInternetGateway: 'cascade' },
    }
    const inside: MeshCommand = {
      type: 'UpdateNodeTraits',
      atEpochMs: sampleTime,
      nodeId: nodeId('node-1-1'),
      tunnel: { localNetwork: 'inside' },
    }
    const gateway = [cascading, sampleCreateGateway(1), phone, everywhere, reported(1, '192.168.9.0/24')]
    const reach = (to: string, ...more: readonly MeshCommand[]) =>
      verdictOf(worldWith(...gateway, ...more), client, '10.1.0.254', to)
    const dropped = { kind: 'dropped', hostId: one, reason: 'forward-filter' }
    expect(reach('192.168.8.5')).toMatchObject({ kind: 'delivered', to: { hostId: two } })
    expect(reach('192.168.9.5')).toEqual(dropped)
    expect(reach('192.168.9.5', inside)).toMatchObject({ kind: 'delivered', to: { hostId: two } })
  })

  test('E10 a router reaches its own range by its underlay, though it prefers the mesh and another site is called the same', () => {
    const own = sampleAddEgress(3, {
      ranges: [ipPrefix('192.168.2.0/24')],
      virtualRanges: [ipPrefix('10.99.2.0/24')],
    })
    const preferred: MeshCommand = {
      type: 'UpdateNodeTraits',
      atEpochMs: sampleTime,
      nodeId: nodeId('node-1-1'),
      ownLan: 'mesh',
    }
    const send = (...more: readonly MeshCommand[]) => {
      const world = worldWith(...sites, reported(1, '192.168.2.0/24'), preferred, ...more)
      return verdictOf(world, { kind: 'host', hostId: one }, '10.1.0.1', '192.168.2.5')
    }
    expect(send()).toMatchObject({ kind: 'delivered', to: { hostId: two } })
    expect(send(own)).toEqual({ kind: 'left-outside', hostId: one })
  })

  test('E7 E8 a gateway passes on to another site what its own LAN has too, where its own range is a virtual one', () => {
    const range = [ipPrefix('192.168.2.0/24')]
    const own = sampleAddEgress(3, { ranges: range, virtualRanges: [ipPrefix('10.99.2.0/24')], nat: false })
    const gateway = [sampleCreateGateway(1), sampleAddClient(1, { gatewayId: nodeId('node-1-1') })]
    const world = worldWith(...sites, reported(1, '192.168.2.0/24'), ...gateway, own)
    const phone = '10.1.0.254'
    expect(verdictOf(world, client, phone, '192.168.2.5')).toMatchObject({ kind: 'delivered', to: { hostId: two } })
    const mapped = { to: { hostId: one, address: '192.168.2.5' } }
    expect(verdictOf(world, client, phone, '10.99.2.5')).toMatchObject(mapped)
    const back = verdictOf(world, { kind: 'underlay', hostId: two }, '192.168.2.5', phone)
    expect(back).toMatchObject({ kind: 'delivered', source: '192.168.2.5' })
  })

  test('G5 E9 a machine is let in at its own router by any range that it lies in, though others know it by one that is restricted', () => {
    const range = { ranges: [ipPrefix('192.168.3.0/24')], routers: [{ nodeId: nodeId('node-1-2') }] }
    const mapped = { ...range, virtualRanges: [ipPrefix('10.99.3.0/24')], restricted: true }
    const from = (source: string, to: string, ...more: readonly MeshCommand[]) =>
      verdictOf(worldWith(sampleAddEgress(4, mapped), ...more), { kind: 'underlay', hostId: two }, source, to)
    const open = sampleAddEgress(3, range)
    expect(from('10.99.3.5', '10.1.0.2')).toEqual({ kind: 'dropped', hostId: two, reason: 'input-filter' })
    expect(from('10.99.3.5', '10.1.0.2', open)).toMatchObject({ kind: 'delivered', to: { hostId: two } })
    expect(from('10.99.3.5', '10.1.0.1', open)).toMatchObject({ kind: 'dropped' })
  })

  test('E2 a router hides sources in a range that one of its egresses hides, whichever of them leads there', () => {
    const real = [ipPrefix('192.168.3.0/24')]
    const virtual = { virtualRanges: [ipPrefix('10.99.3.0/24')], nat: false }
    const both = worldWith(sampleAddEgress(3, { ranges: real }), sampleAddEgress(4, { ranges: real, ...virtual }))
    const seen = verdictOf(both, { kind: 'host', hostId: two }, '10.1.0.2', '10.99.3.5')
    expect(seen).toMatchObject({ kind: 'delivered', source: 'masqueraded' })
    const narrower = sampleAddEgress(4, { ranges: real, nat: false })
    const kept = worldWith(sampleAddEgress(3, { ranges: [ipPrefix('192.168.0.0/16')] }), narrower)
    const from = (to: string) => verdictOf(kept, { kind: 'host', hostId: two }, '10.1.0.2', to)
    expect(from('192.168.3.5')).toMatchObject({ kind: 'delivered', source: '10.1.0.2' })
    expect(from('192.168.4.5')).toMatchObject({ kind: 'delivered', source: 'masqueraded' })
  })

  test('E2 a router of everything without NAT keeps sources, though it hides them in a narrower range', () => {
    const everywhere = sampleAddEgress(3, { ranges: [ipPrefix('0.0.0.0/0')], nat: false })
    const narrower = sampleAddEgress(4, {
      ranges: [ipPrefix('192.168.3.0/24')],
      virtualRanges: [ipPrefix('10.99.3.0/24')],
    })
    const world = worldWith(sampleCreateExit(1), everywhere, narrower)
    const from = (to: string) => verdictOf(world, { kind: 'host', hostId: two }, '10.1.0.2', to)
    expect(from('192.168.4.5')).toMatchObject({ kind: 'delivered', source: '10.1.0.2' })
    expect(from('192.168.3.5')).toMatchObject({ kind: 'delivered', source: 'masqueraded' })
    expect(from('10.99.3.5')).toMatchObject({ kind: 'delivered', source: 'masqueraded' })
  })

  test('G4 what a host sends makes no answer of the same packet when that comes back to it', () => {
    const [real, virtual] = [[ipPrefix('192.168.1.0/24')], [ipPrefix('10.99.1.0/24')]]
    const site = (restricted: boolean) =>
      sampleAddEgress(1, { ranges: real, virtualRanges: virtual, restricted, nat: false })
    const full = [sampleCreateExit(2), sampleConnect(2, [1]), sampleRouteAll(1)]
    const toItself = (restricted: boolean) =>
      verdictOf(worldWith(...full, site(restricted)), { kind: 'host', hostId: one }, '10.1.0.1', '10.99.1.20')
    expect(toItself(true)).toMatchObject({ kind: 'dropped' })
    expect(toItself(false)).toEqual({ kind: 'dropped', hostId: one, reason: 'hop-limit' })
    const fromItsLan = verdictOf(
      worldWith(...full, site(false)),
      { kind: 'underlay', hostId: one },
      '10.99.1.30',
      '10.99.1.20',
    )
    expect(fromItsLan).toEqual({ kind: 'dropped', hostId: one, reason: 'hop-limit' })
  })

  test('A9 a client answers what came from the control address of its gateway, and begins nothing there', () => {
    const world = worldWith(sampleCreateExit(2), sampleAddClient(1, { gatewayId: nodeId('node-1-2') }))
    const control = [...(world.viewOf(two)?.controlAddresses ?? [])].find((each) => each.includes('.')) ?? ''
    const flow: FlowMemory = new Set()
    const begun = packet('10.1.0.254', control)
    expect(tracePacket(world, client, begun).verdict).toMatchObject({ kind: 'dropped', reason: 'control-address' })
    expect(tracePacket(world, { kind: 'host', hostId: two }, packet(control, '10.1.0.254'), flow).verdict.kind).toBe(
      'delivered',
    )
    expect(tracePacket(world, client, begun, flow).verdict).toMatchObject({ kind: 'delivered', to: { hostId: two } })
  })
})
