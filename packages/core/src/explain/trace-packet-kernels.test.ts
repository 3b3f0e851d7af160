/** Packets of random meshes that the tracer and real kernels once disagreed on, one example each. */
import { describe, expect, test } from 'vitest'
import { verdictOf, worldWith } from '../../test/sample-trace.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAbleHost,
  sampleConnect,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import { sampleAddClient, sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { clientId, hostId, ipAddress, ipPrefix, networkId, nodeId } from '../values/index.js'
import { type FlowMemory, tracePacket } from './trace-packet.js'

const [one, two] = [hostId('host-1'), hostId('host-2')]

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
    // The router gives it another source, under which it is another flow when it comes back.
    const fromItsLan = verdictOf(
      worldWith(...full, site(false)),
      { kind: 'underlay', hostId: one },
      '10.99.1.30',
      '10.99.1.20',
    )
    expect(fromItsLan).toMatchObject({ kind: 'delivered', to: { hostId: one, address: '192.168.1.20' } })
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
