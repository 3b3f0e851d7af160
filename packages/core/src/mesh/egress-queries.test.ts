import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { egressId, type HostCapability, hostId, ipPrefix, networkId, networkName, nodeId } from '../values/index.js'
import type { AddEgress } from './commands/add-egress.js'
import { egressesOfNetwork, egressRangesSeen, routersInOrder, shadowedEgresses } from './egress-queries.js'
import { replay } from './evolve.js'
import type { MeshCommand } from './mesh-command.js'

const able: readonly HostCapability[] = ['isolate-networks', 'forward', 'nat', 'nat66', 'prefix-map']
const range = ipPrefix('192.168.1.0/24')

/** Host 9 is in networks 1 and 2, whose names are the other way round; host 1 routes in the first, host 2 in the second. */
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1, { name: networkName('zebra') }),
  sampleCreateNetwork(2, { name: networkName('ape') }),
  ...[1, 2, 9].map((number) => sampleRegisterHost(number, { capabilities: able })),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(2, 2),
  sampleJoinNetwork(1, 9),
  sampleJoinNetwork(2, 9),
]
const siteOf = (network: number, metric: number, changes: Partial<AddEgress> = {}): AddEgress =>
  sampleAddEgress(network, {
    networkId: networkId(`net-${network}`),
    ranges: [range],
    routers: [{ nodeId: nodeId(`node-${network}-${network}`), metric }],
    ...changes,
  })
const stateOf = (...more: readonly MeshCommand[]) => replay(eventsOf(...setUp, ...more))
const shadowedOf = (number: number, ...more: readonly MeshCommand[]) =>
  shadowedEgresses(stateOf(...more), hostId(`host-${number}`)).map(({ egressId: id, by }) => `${id} by ${by.egressId}`)

describe('ranges that two of a host’s networks export', () => {
  test('A4 the lower metric wins', () => {
    expect(shadowedOf(9, siteOf(1, 100), siteOf(2, 200))).toEqual(['egress-2 by egress-1'])
    expect(shadowedOf(9, siteOf(1, 200), siteOf(2, 100))).toEqual(['egress-1 by egress-2'])
  })

  test('A4 then the name of the network', () => {
    expect(shadowedEgresses(stateOf(siteOf(1, 100), siteOf(2, 100)), hostId('host-9'))).toEqual([
      {
        egressId: egressId('egress-1'),
        networkId: networkId('net-1'),
        range,
        by: { egressId: egressId('egress-2'), networkId: networkId('net-2') },
      },
    ])
  })

  test('A4 hosts of one network, and other ranges, know nothing of it', () => {
    expect(shadowedOf(1, siteOf(1, 200), siteOf(2, 100))).toEqual([])
    expect(shadowedOf(9, siteOf(1, 200), siteOf(2, 100, { ranges: [ipPrefix('192.168.1.0/25')] }))).toEqual([])
    expect(shadowedEgresses(stateOf(), hostId('nobody'))).toEqual([])
  })

  test('A4 a virtual range is what others see', () => {
    const virtual = { virtualRanges: [ipPrefix('100.70.1.0/24')] }
    expect(shadowedOf(9, siteOf(1, 200, virtual), siteOf(2, 100))).toEqual([])
  })

  test('A4 only where the host takes part, and somebody routes', () => {
    const away = { type: 'DisconnectNode', atEpochMs: sampleTime, nodeId: nodeId('node-2-9') } as const
    expect(shadowedOf(9, siteOf(1, 200), siteOf(2, 100), away)).toEqual([])
    const gone = { type: 'RemoveNode', atEpochMs: sampleTime, nodeId: nodeId('node-2-2') } as const
    expect(shadowedOf(9, siteOf(1, 200), siteOf(2, 100), gone)).toEqual([])
  })

  test('E10 what a host routes itself it reaches by its underlay, whatever the metric', () => {
    const own = { routers: [{ nodeId: nodeId('node-1-9'), metric: 900 }] }
    expect(shadowedOf(9, siteOf(1, 0, own), siteOf(2, 100))).toEqual(['egress-2 by egress-1'])
    const both = siteOf(2, 0, { routers: [{ nodeId: nodeId('node-2-9'), metric: 900 }] })
    expect(shadowedOf(9, siteOf(1, 0, own), both)).toEqual([])
  })
})

test('egresses of a network come in the order of their ids, with the ranges that others use', () => {
  const virtualRanges = [ipPrefix('100.70.1.0/24')]
  const state = stateOf(
    sampleAddEgress(4, { virtualRanges, ranges: [range] }),
    sampleAddEgress(3, { routers: [{ nodeId: nodeId('node-1-9') }, { nodeId: nodeId('node-1-1') }] }),
  )
  const [third, fourth] = egressesOfNetwork(state, networkId('net-1'))
  expect([third?.egressId, fourth?.egressId]).toEqual(['egress-3', 'egress-4'])
  expect(fourth && egressRangesSeen(fourth)).toEqual(virtualRanges)
  expect(third && egressRangesSeen(third)).toEqual(third?.ranges)
  expect(third && routersInOrder(third).map((router) => router.nodeId)).toEqual(['node-1-1', 'node-1-9'])
  expect(egressesOfNetwork(state, networkId('nowhere'))).toEqual([])
})
