import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { egressId, epochMs, type HostCapability, hostId, ipPrefix, networkId, nodeId } from '../values/index.js'
import type { UpdateEgress } from './commands/update-egress.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEventOf } from './mesh-event.js'

const able: readonly HostCapability[] = ['isolate-networks', 'forward', 'nat', 'nat66', 'prefix-map']
const host = (number: number, capabilities = able) => sampleRegisterHost(number, { capabilities })
const node = (number: number, network = 1) => nodeId(`node-${network}-${number}`)
const ranges = (...texts: readonly string[]) => texts.map(ipPrefix)
const site = egressId('egress-1')

/** Hosts 1 and 2 in network 1; host 2 in network 2 as well. */
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  host(1),
  host(2),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleJoinNetwork(2, 2),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const update = (changes: Partial<UpdateEgress>): UpdateEgress => ({
  type: 'UpdateEgress',
  atEpochMs: sampleTime,
  egressId: site,
  ...changes,
})

const added = (changes: Partial<MeshEventOf<'EgressAdded'>> = {}): MeshEventOf<'EgressAdded'> => ({
  type: 'EgressAdded',
  atEpochMs: sampleTime,
  egressId: site,
  networkId: networkId('net-1'),
  name: 'Site 1',
  ranges: ranges('192.168.1.0/24', 'fd0a:0:0:1::/64'),
  virtualRanges: null,
  routers: [{ nodeId: node(1), metric: 256, interfaceName: null }],
  nat: true,
  returnRoute: 'none',
  restricted: false,
  fallbackToWider: true,
  ...changes,
})
const updated = (changes: Partial<MeshEventOf<'EgressUpdated'>> = {}): MeshEventOf<'EgressUpdated'> => ({
  ...added(),
  ...changes,
  type: 'EgressUpdated',
})

describe('an egress', () => {
  test('E1 has a name, ranges of both families, routers with metrics, NAT, an interface found by itself', () => {
    const state = given().when(sampleAddEgress()).then([added()])
    expect(largeMapGet(state.nodes, node(1))?.egressIds).toEqual([site])
  })

  test('E1 ranges are each once and sorted, routers in the order of metric and id', () => {
    given()
      .when(
        sampleAddEgress(1, {
          ranges: ranges('fd0a:0:0:1::/64', '192.168.9.0/24', '192.168.1.0/24', '192.168.9.0/24'),
          routers: [{ nodeId: node(2) }, { nodeId: node(1), interfaceName: 'eth1' }, { nodeId: node(2), metric: 256 }],
        }),
      )
      .then([
        added({
          ranges: ranges('192.168.1.0/24', '192.168.9.0/24', 'fd0a:0:0:1::/64'),
          routers: [
            { nodeId: node(1), metric: 256, interfaceName: 'eth1' },
            { nodeId: node(2), metric: 256, interfaceName: null },
          ],
        }),
      ])
  })

  test('E1 the same again is already so, other content of the same id is refused', () => {
    given(sampleAddEgress()).when(sampleAddEgress()).thenNothing()
    given(sampleAddEgress())
      .when(sampleAddEgress(1, { nat: false }))
      .thenRefused('egress-id-taken', { name: 'Site 1' })
    given(sampleAddEgress())
      .when(sampleAddEgress(2, { name: 'Site 1' }))
      .thenRefused('egress-name-taken', { egressId: site })
  })

  test('E1 needs a router, of its network, named once', () => {
    given()
      .when(sampleAddEgress(1, { routers: [] }))
      .thenRefused('egress-needs-router')
    given()
      .when(sampleAddEgress(1, { routers: [{ nodeId: nodeId('nobody') }] }))
      .thenRefused('node-unknown')
    given()
      .when(sampleAddEgress(1, { routers: [{ nodeId: node(2, 2) }] }))
      .thenRefused('egress-router-elsewhere', { home: 'office-2' })
    given()
      .when(sampleAddEgress(1, { routers: [{ nodeId: node(1) }, { nodeId: node(1), metric: 1 }] }))
      .thenRefused('egress-router-twice')
    given()
      .when(sampleAddEgress(1, { networkId: networkId('nowhere') }))
      .thenRefused('network-unknown')
  })

  test.each(['sixteen-letters1', 'eth 0', 'a/b', '', '..', 'eth0"', 'a\tb'])(
    'E1 no interface is called "%s"',
    (name) => {
      given()
        .when(sampleAddEgress(1, { routers: [{ nodeId: node(1), interfaceName: name }] }))
        .thenRefused('command-malformed')
    },
  )

  test('E1 bounds: a range at least and 200 at most, 32 routers, metrics to 65,535', () => {
    const many = Array.from({ length: 201 }, (_, n) => ipPrefix(`192.168.${n}.0/24`))
    const refused = [
      { ranges: [] },
      { ranges: many },
      { routers: Array.from({ length: 33 }, () => ({ nodeId: node(1) })) },
      { routers: [{ nodeId: node(1), metric: 65_536 }] },
      { routers: [{ nodeId: node(1), mertic: 1 } as never] },
      { virtualRanges: 'from-poll' as never },
    ]
    for (const changes of refused) given().when(sampleAddEgress(1, changes)).thenRefused('command-malformed')
  })

  test('E1 its router must be able to forward', () => {
    mesh
      .given(eventsOf(...setUp, host(3, ['nat', 'nat66']), sampleJoinNetwork(1, 3)))
      .when(sampleAddEgress(1, { routers: [{ nodeId: node(1) }, { nodeId: node(3) }] }))
      .thenRefused('egress-router-unable', { hostId: hostId('host-3'), capability: 'forward' })
  })

  test.each(['127.0.0.0/8', '224.0.1.0/24', '169.254.0.0/16', 'fe80::/64', '::1/128', 'ff02::/16'])(
    'E1 %s is nothing that a router passes on',
    (range) => {
      given()
        .when(sampleAddEgress(1, { ranges: ranges(range) }))
        .thenRefused('range-not-usable')
    },
  )
})

describe('NAT', () => {
  const without = (capability: HostCapability) => [
    host(
      3,
      able.filter((each) => each !== capability),
    ),
    sampleJoinNetwork(1, 3),
  ]
  const byHost3 = { routers: [{ nodeId: node(3) }] }

  test('E2 needs a router that masquerades, of each family that is there', () => {
    given(...without('nat'))
      .when(sampleAddEgress(1, byHost3))
      .thenRefused('egress-router-unable', { capability: 'nat' })
    given(...without('nat66'))
      .when(sampleAddEgress(1, byHost3))
      .thenRefused('nat66-unsupported', { hostId: hostId('host-3'), ranges: ranges('fd0a:0:0:1::/64') })
  })

  test('E2 asks for nothing that its ranges do not need', () => {
    const ofIpv4 = { ...byHost3, ranges: ranges('192.168.1.0/24') }
    const ofIpv6 = { ...byHost3, ranges: ranges('fd0a::/64') }
    eventsOf(...setUp, ...without('nat66'), sampleAddEgress(1, ofIpv4))
    eventsOf(...setUp, ...without('nat'), sampleAddEgress(1, ofIpv6))
    eventsOf(...setUp, ...without('nat'), sampleAddEgress(1, { ...byHost3, nat: false }))
  })

  test('E6 without it several routers need somebody who sees to the way back', () => {
    const routers = [{ nodeId: node(1) }, { nodeId: node(2) }]
    given()
      .when(sampleAddEgress(1, { nat: false, routers }))
      .thenRefused('egress-needs-return-route', { routers: 2 })
    eventsOf(...setUp, sampleAddEgress(1, { nat: false, routers, returnRoute: 'external' }))
    eventsOf(...setUp, sampleAddEgress(1, { nat: false }))
    given(sampleAddEgress(1, { routers }))
      .when(update({ nat: false }))
      .thenRefused('egress-needs-return-route')
  })
})

describe('ranges of an egress and of the mesh', () => {
  const withRange = (text: string) => sampleAddEgress(1, { ranges: ranges(text) })

  test('E5 a range may lie around a network and control addresses: the longer prefix wins', () => {
    for (const text of ['10.0.0.0/8', '198.18.0.0/15', 'fd00::/8', '192.168.1.0/24', '64:ff9b::/96'])
      eventsOf(...setUp, withRange(text))
  })

  test.each([
    ['10.1.0.0/24', 'network'],
    ['10.2.0.128/25', 'network'],
    ['198.19.4.0/24', 'control'],
    ['fd01:0:0:1::/64', 'network'],
    ['fd6d:6573:6801::/64', 'control'],
  ])('E5 %s is, or lies inside, a range of the mesh (%s)', (text, kind) => {
    const refusal = given().when(withRange(text)).thenRefused('egress-range-inside')
    expect(refusal.owner.kind).toBe(kind)
  })

  test('E5 two egresses of one network may not have equal ranges; wider and narrower ones may be', () => {
    given(withRange('192.168.1.0/24'))
      .when(sampleAddEgress(2, { ranges: ranges('192.168.2.0/24', '192.168.1.0/24') }))
      .thenRefused('egress-range-taken', { range: ipPrefix('192.168.1.0/24'), egressId: site })
    eventsOf(...setUp, withRange('192.168.1.0/24'), sampleAddEgress(2, { ranges: ranges('192.168.0.0/16') }))
  })

  test('A4 two networks may export equal ranges', () => {
    const other = { networkId: networkId('net-2'), routers: [{ nodeId: node(2, 2) }], ranges: ranges('192.168.1.0/24') }
    eventsOf(...setUp, withRange('192.168.1.0/24'), sampleAddEgress(2, other))
  })

  test('E5 nothing of the mesh may come to lie around an egress', () => {
    given(withRange('10.7.3.0/24'))
      .when(sampleCreateNetwork(7, { range4: ipPrefix('10.7.0.0/16') }))
      .thenRefused('range-overlaps', {
        owner: { kind: 'egress', egressId: site, name: 'Site 1', range: ipPrefix('10.7.3.0/24') },
      })
    const inside = sampleCreateNetwork(7, { range4: ipPrefix('10.7.3.0/25') })
    eventsOf(...setUp, withRange('10.7.3.0/24'), inside)
  })

  test('E5 nor control ranges, while an egress waits for a router', () => {
    const gone = [1, 2].map(
      (number) => ({ type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId(`host-${number}`) }) as const,
    )
    given(withRange('10.7.3.0/24'), ...gone)
      .when({ type: 'UpdateMeshSettings', atEpochMs: sampleTime, controlRange4: ipPrefix('10.7.0.0/16') })
      .thenRefused('range-overlaps')
  })
})

describe('updating an egress', () => {
  test('what is left out stays', () => {
    given(sampleAddEgress(1, { restricted: true }))
      .when(update({ name: 'Office' }))
      .then([updated({ name: 'Office', restricted: true })])
    given(sampleAddEgress()).when(update({})).thenNothing()
    given().when(update({})).thenRefused('egress-unknown')
  })

  test('E9 it may be restricted: "everyone" leaves it out', () => {
    given(sampleAddEgress())
      .when(update({ restricted: true }))
      .then([updated({ restricted: true })])
  })

  test('E6 fallbackToWider is on, unless switched off', () => {
    given(sampleAddEgress())
      .when(update({ fallbackToWider: false }))
      .then([updated({ fallbackToWider: false })])
  })

  test('routers change as a whole; none is no egress', () => {
    const routers = [{ nodeId: node(2), metric: 1, interfaceName: 'br-lan.7' }]
    const state = given(sampleAddEgress())
      .when(update({ routers }))
      .then([updated({ routers })])
    expect(largeMapGet(state.nodes, node(1))?.egressIds).toEqual([])
    expect(largeMapGet(state.nodes, node(2))?.egressIds).toEqual([site])
    given(sampleAddEgress())
      .when(update({ routers: [] }))
      .thenRefused('egress-needs-router')
  })

  test('E2 a router that lost a capability keeps nobody from renaming the egress; what it serves is looked at again', () => {
    const lost = {
      type: 'UpdateHost',
      atEpochMs: sampleTime,
      hostId: hostId('host-1'),
      capabilities: ['forward'],
    } as const
    given(sampleAddEgress(), lost)
      .when(update({ name: 'Office' }))
      .then([updated({ name: 'Office' })])
    given(sampleAddEgress(), lost)
      .when(update({ ranges: ranges('192.168.7.0/24') }))
      .thenRefused('egress-router-unable', { capability: 'nat' })
  })
})

describe('what goes along', () => {
  const both = sampleAddEgress(1, { routers: [{ nodeId: node(1) }, { nodeId: node(2), metric: 300 }] })
  const removeNode = (number: number) => ({ type: 'RemoveNode', atEpochMs: sampleTime, nodeId: node(number) }) as const
  const left = (number: number) =>
    ({
      type: 'NodeLeft',
      atEpochMs: sampleTime,
      nodeId: node(number),
      networkId: networkId('net-1'),
      hostId: hostId(`host-${number}`),
      cause: 'removed',
    }) as const

  test('a node that leaves is no router any more; without its last one an egress stays, unserved', () => {
    const [, second] = [1, 2].map((number) => ({
      nodeId: node(number),
      metric: number === 1 ? 256 : 300,
      interfaceName: null,
    }))
    given(both)
      .when(removeNode(1))
      .then([updated({ routers: second === undefined ? [] : [second] }), left(1)])
    given(sampleAddEgress())
      .when(removeNode(1))
      .then([updated({ routers: [] }), left(1)])
  })

  test('an egress without routers can be changed, and gets routers again', () => {
    given(sampleAddEgress(), removeNode(1))
      .when(update({ name: 'Office' }))
      .then([updated({ name: 'Office', routers: [] })])
    given(sampleAddEgress(), removeNode(1))
      .when(update({ routers: [{ nodeId: node(2) }] }))
      .then([updated({ routers: [{ nodeId: node(2), metric: 256, interfaceName: null }] })])
  })

  test('policies no longer name an egress that is removed, before it goes', () => {
    const policy = sampleAddPolicy(1, { destinations: [{ kind: 'egress', egressId: site }] })
    const events = eventsOf(...setUp, sampleAddEgress(), policy)
    const state = mesh
      .given(events)
      .when({ type: 'RemoveEgress', atEpochMs: sampleTime, egressId: site })
      .then([
        {
          type: 'PolicyRemoved',
          atEpochMs: sampleTime,
          policyId: policy.policyId,
          networkId: networkId('net-1'),
          cause: 'nothing-left',
        },
        {
          type: 'EgressRemoved',
          atEpochMs: sampleTime,
          egressId: site,
          networkId: networkId('net-1'),
          cause: 'removed',
        },
      ])
    expect(largeMapGet(state.nodes, node(1))?.egressIds).toEqual([])
    given().when({ type: 'RemoveEgress', atEpochMs: sampleTime, egressId: site }).thenRefused('egress-unknown')
  })

  test('a network takes its egresses along, each with an event', () => {
    const events = eventsOf(...setUp, sampleAddEgress(1), sampleAddEgress(2), {
      type: 'RemoveNetwork',
      atEpochMs: sampleTime,
      networkId: networkId('net-1'),
      evenWithNodes: true,
    })
    const types = events.slice(eventsOf(...setUp).length + 2).map(({ type }) => type)
    expect(types).toEqual(['EgressRemoved', 'EgressRemoved', 'NodeLeft', 'NodeLeft', 'NetworkRemoved'])
  })

  test('also those that nobody routes any more', () => {
    const commands = [...setUp, sampleAddEgress(1), removeNode(1), removeNode(2)]
    const removal = {
      type: 'RemoveNetwork',
      atEpochMs: sampleTime,
      networkId: networkId('net-1'),
      evenWithNodes: false,
    } as const
    const events = eventsOf(...commands, removal).slice(eventsOf(...commands).length)
    expect(events.map(({ type }) => type)).toEqual(['EgressRemoved', 'NetworkRemoved'])
  })
})

test('an egress is as old as its adding, whatever is updated since', () => {
  const later = { ...update({ name: 'Office' }), atEpochMs: epochMs(sampleTime + 1000) }
  const state = replay(eventsOf(...setUp, sampleAddEgress(), later))
  expect(largeMapGet(state.egresses, site)).toMatchObject({ createdAtEpochMs: sampleTime, name: 'Office' })
})
