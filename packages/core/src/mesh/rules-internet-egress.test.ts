import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { sampleGatewayCreated } from '../testing/sample-clients.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { egressId, type HostCapability, hostId, ipPrefix, networkId, nodeId } from '../values/index.js'
import type { AddEgress } from './commands/add-egress.js'
import { decide } from './decide.js'
import { routesInternet } from './egress-queries.js'
import { replay } from './evolve.js'
import { emptyLargeMap, largeMapGet, largeMapSet } from './large-map.js'
import { produceState } from './large-map-drafts.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshState } from './mesh-state.js'

const able: readonly HostCapability[] = ['isolate-networks', 'forward', 'nat', 'nat66', 'prefix-map']
const ranges = (...texts: readonly string[]) => texts.map(ipPrefix)

/** Hosts 1 to 3 in network 1; hosts 2 and 3 in network 2 as well. */
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  ...[1, 2, 3].map((number) => sampleRegisterHost(number, { capabilities: able })),
  ...[1, 2, 3].map((number) => sampleJoinNetwork(1, number)),
  ...[2, 3].map((number) => sampleJoinNetwork(2, number)),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))

const exit = (network: number, host: number, changes: Partial<AddEgress> = {}): AddEgress =>
  sampleAddEgress(network, {
    networkId: networkId(`net-${network}`),
    ranges: ranges('0.0.0.0/0', '::/0'),
    routers: [{ nodeId: nodeId(`node-${network}-${host}`) }],
    ...changes,
  })

describe('an egress of /0', () => {
  test('E4 is a way to the internet, without a wider one to fall back to', () => {
    const state = given()
      .when(exit(1, 1))
      .then([
        {
          type: 'EgressAdded',
          atEpochMs: sampleTime,
          egressId: egressId('egress-1'),
          networkId: networkId('net-1'),
          name: 'Site 1',
          ranges: ranges('0.0.0.0/0', '::/0'),
          virtualRanges: null,
          routers: [{ nodeId: nodeId('node-1-1'), metric: 256, interfaceName: null }],
          nat: true,
          returnRoute: 'none',
          restricted: false,
          fallbackToWider: false,
        },
      ])
    expect([1, 2].map((number) => routesInternet(state, hostId(`host-${number}`)))).toEqual([true, false])
  })

  test('E4 is that and nothing else', () => {
    const unfit = (changes: Partial<AddEgress>) =>
      given()
        .when(exit(1, 1, changes))
        .thenRefused('internet-egress-unfit').reason
    expect(unfit({ ranges: ranges('0.0.0.0/0', '192.168.1.0/24') })).toBe('other-ranges')
    expect(unfit({ virtualRanges: 'from-pool' })).toBe('virtual-ranges')
    expect(unfit({ fallbackToWider: true })).toBe('fallback')
    expect(unfit({ ranges: ranges('128.0.0.0/1', '0.0.0.0/2', '64.0.0.0/2') })).toBe('halves')
  })

  test('E6 one that becomes one of /0 falls back no more', () => {
    const site = sampleAddEgress(1, { ranges: ranges('192.168.1.0/24') })
    const widened = {
      type: 'UpdateEgress',
      atEpochMs: sampleTime,
      egressId: site.egressId,
      ranges: ranges('0.0.0.0/0'),
    } as const
    const state = replay(eventsOf(...setUp, site, widened))
    expect(largeMapGet(state.egresses, site.egressId)?.fallbackToWider).toBe(false)
  })

  test('D1 only Linux routes it', () => {
    const system = { ...sampleRegisterHost(4).system, os: 'windows' } as const
    given(sampleRegisterHost(4, { capabilities: able, system }), sampleJoinNetwork(1, 4))
      .when(exit(1, 4))
      .thenRefused('internet-egress-needs-linux', { os: 'windows' })
  })

  test('E10 a router may route a site and the internet', () => {
    eventsOf(...setUp, exit(1, 1), sampleAddEgress(7, { ranges: ranges('192.168.7.0/24') }))
  })
})

/** Node 1-2 is an internet gateway, which host `number`'s node of network 1 uses. */
const usingGateway = (state: MeshState, number: number): MeshState =>
  produceState(state, (draft) => {
    const gatewayId = nodeId('node-1-2')
    largeMapSet(draft.gateways, gatewayId, {
      nodeId: gatewayId,
      networkId: networkId('net-1'),
      hostId: hostId('host-2'),
      createdAtEpochMs: sampleTime,
      autoRelay: true,
      internet: true,
      usedBy: 1,
      relayedNodeIds: emptyLargeMap(),
      pairIds: emptyLargeMap(),
      clientIds: emptyLargeMap(),
    })
    const node = largeMapGet(draft.nodes, nodeId(`node-1-${number}`))
    if (node !== undefined)
      node.relay = { mode: 'manual', gatewayIds: [gatewayId], sequence: 0, assignedAtEpochMs: sampleTime }
  })

const refusalOf = (command: MeshCommand, state: MeshState) => {
  const decision = decide(command, state)
  return E.isLeft(decision) ? decision.left.code : 'accepted'
}

describe('a host has one way to the internet', () => {
  test('D2 a second egress of /0 is refused where hosts would use both, and they are named', () => {
    given(sampleRegisterHost(4), exit(1, 1))
      .when(exit(2, 2))
      .thenRefused('internet-egresses-two', { hosts: [sampleRegisterHost(3).name], count: 1 })
  })

  test('E10 a host that uses an internet gateway cannot route /0, in any of its networks', () => {
    const state = usingGateway(replay(eventsOf(...setUp)), 3)
    expect(refusalOf(exit(1, 3), state)).toBe('internet-egress-chained')
    expect(refusalOf(exit(2, 3), state)).toBe('internet-egress-chained')
    expect(refusalOf(exit(1, 1), state)).toBe('accepted')
    expect(refusalOf(sampleAddEgress(1, { routers: [{ nodeId: nodeId('node-1-3') }] }), state)).toBe('accepted')
  })

  test('E4 it counts only where no internet gateway is assigned', () => {
    const events = eventsOf(...setUp, exit(1, 1))
    expect(refusalOf(exit(2, 2), replay(events))).toBe('internet-egresses-two')
    expect(refusalOf(exit(2, 2), usingGateway(replay(events), 3))).toBe('accepted')
  })

  test('E4 gateways use it only where they may cascade', () => {
    const settings = { gatewayBehindInternetGateway: 'cascade' } as const
    const cascade = (['net-1', 'net-2'] as const).map(
      (id) => ({ type: 'UpdateNetwork', atEpochMs: sampleTime, networkId: networkId(id), settings }) as const,
    )
    // Of the two hosts that are in both networks one is a gateway, the other routes.
    const answer = (...more: readonly MeshCommand[]) =>
      refusalOf(exit(2, 3), replay([...eventsOf(...setUp, ...more, exit(1, 1)), sampleGatewayCreated(2)]))
    expect(refusalOf(exit(2, 3), replay(eventsOf(...setUp, exit(1, 1))))).toBe('internet-egresses-two')
    expect(answer()).toBe('accepted')
    expect(answer(...cascade)).toBe('internet-egresses-two')
  })

  test('D3 an internet gateway uses none, even where gateways may cascade', () => {
    const settings = { gatewayBehindInternetGateway: 'cascade' } as const
    const cascade = { type: 'UpdateNetwork', atEpochMs: sampleTime, networkId: networkId('net-1'), settings } as const
    expect(refusalOf(exit(2, 3), usingGateway(replay(eventsOf(...setUp, cascade, exit(1, 1))), 1))).toBe('accepted')
  })

  test('D2 routers of /0 go their own way: by their underlay', () => {
    eventsOf(...setUp, exit(1, 2), exit(2, 3))
  })

  test('D2 joining is refused as well', () => {
    given(exit(1, 2), exit(2, 3))
      .when(sampleJoinNetwork(2, 1))
      .thenRefused('internet-egresses-two', {
        networkName: sampleCreateNetwork(2).name,
        hosts: [sampleRegisterHost(1).name],
      })
    const key = sampleCreateEnrollmentKey({ networkIds: [networkId('net-1'), networkId('net-2')] })
    given(exit(1, 2), exit(2, 3), key)
      .when(sampleEnrollHost(9, { capabilities: able }))
      .thenRefused('internet-egresses-two')
    eventsOf(...setUp, exit(1, 2), sampleJoinNetwork(2, 1))
  })
})
