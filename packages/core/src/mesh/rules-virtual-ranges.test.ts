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
import { meshSpecification as mesh } from '../testing/specification.js'
import { egressId, type HostCapability, hostId, type IpPrefix, ipPrefix, networkId, nodeId } from '../values/index.js'
import type { AddEgress } from './commands/add-egress.js'
import type { UpdateEgress } from './commands/update-egress.js'
import { lowestFreePrefix } from './commands/virtual-ranges.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import { defaultNetworkSettings } from './mesh-state.js'

const able: readonly HostCapability[] = ['isolate-networks', 'forward', 'nat', 'nat66', 'prefix-map']
const ranges = (...texts: readonly string[]): readonly IpPrefix[] => texts.map(ipPrefix)
const pools = (pool4: string | null, pool6: string | null = null) => ({
  ...defaultNetworkSettings,
  virtualPool4: pool4 === null ? null : ipPrefix(pool4),
  virtualPool6: pool6 === null ? null : ipPrefix(pool6),
})

/** Network 1 has pools, network 2 none; host 1 is in both. */
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1, { settings: pools('100.64.0.0/22', 'fd64::/60') }),
  sampleCreateNetwork(2),
  sampleRegisterHost(1, { capabilities: able }),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(2, 1),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))

/** Site `number`: the same 192.168.1.0/24 everywhere, unless told. */
const siteAt = (number: number, changes: Partial<AddEgress> = {}) =>
  sampleAddEgress(number, { ranges: ranges('192.168.1.0/24'), virtualRanges: 'from-pool', ...changes })
const inNetwork2 = { networkId: networkId('net-2'), routers: [{ nodeId: nodeId('node-2-1') }] }
const update = (changes: Partial<UpdateEgress>): UpdateEgress => ({
  type: 'UpdateEgress',
  atEpochMs: sampleTime,
  egressId: egressId('egress-1'),
  ...changes,
})

const virtualAfter = (number: number, ...more: readonly MeshCommand[]) =>
  largeMapGet(replay(eventsOf(...setUp, ...more)).egresses, egressId(`egress-${number}`))?.virtualRanges

describe('virtual ranges', () => {
  test('E8 the same real range at two sites: each gets the lowest free prefix of the pool', () => {
    expect(virtualAfter(1, siteAt(1), siteAt(2))).toEqual(ranges('100.64.0.0/24'))
    expect(virtualAfter(2, siteAt(1), siteAt(2))).toEqual(ranges('100.64.1.0/24'))
  })

  test('E8 of both families, one for each range in their order', () => {
    const both = siteAt(1, { ranges: ranges('fd20::/64', '192.168.4.0/25', '192.168.1.0/24') })
    expect(virtualAfter(1, both)).toEqual(ranges('100.64.0.0/24', '100.64.1.0/25', 'fd64::/64'))
  })

  test('E8 what was left is taken again', () => {
    const remove = { type: 'RemoveEgress', atEpochMs: sampleTime, egressId: egressId('egress-1') } as const
    expect(virtualAfter(3, siteAt(1), siteAt(2), remove, siteAt(3))).toEqual(ranges('100.64.0.0/24'))
  })

  test('E8 given ones need no pool', () => {
    const virtualRanges = ranges('100.70.1.0/24')
    expect(virtualAfter(1, siteAt(1, { ...inNetwork2, virtualRanges }))).toEqual(virtualRanges)
  })

  test('E8 given ones belong to the ranges as they were asked for', () => {
    const pairs = {
      ranges: ranges('192.168.2.0/24', '192.168.1.0/24'),
      virtualRanges: ranges('100.70.2.0/24', '100.70.1.0/24'),
    }
    expect(virtualAfter(1, siteAt(1, pairs))).toEqual(ranges('100.70.1.0/24', '100.70.2.0/24'))
  })

  test.each([
    ['too few', ['192.168.1.0/24', '192.168.2.0/24'], ['100.70.1.0/24']],
    ['of another size', ['192.168.1.0/24'], ['100.70.1.0/25']],
    ['of another family', ['192.168.1.0/24'], ['fd70::/24']],
    ['for ranges that are the same', ['192.168.1.0/24', '192.168.1.0/24'], ['100.70.1.0/24', '100.70.2.0/24']],
  ])('E8 virtual ranges %s are refused', (_what, real, virtual) => {
    given()
      .when(siteAt(1, { ranges: ranges(...real), virtualRanges: ranges(...virtual) }))
      .thenRefused('virtual-ranges-mismatch')
  })

  test('E8 ranges inside each other have no virtual ones', () => {
    given()
      .when(siteAt(1, { ranges: ranges('192.168.1.0/24', '192.168.0.0/16') }))
      .thenRefused('virtual-ranges-overlap', { ranges: [ipPrefix('192.168.0.0/16'), ipPrefix('192.168.1.0/24')] })
  })

  test('E8 without a pool, or with a full one, it is refused with the way out', () => {
    given()
      .when(siteAt(1, inNetwork2))
      .thenRefused('virtual-pool-missing', { family: 4, networkName: sampleCreateNetwork(2).name })
    given(siteAt(1, { ranges: ranges('192.168.0.0/22') }))
      .when(siteAt(2))
      .thenRefused('virtual-pool-full', { pool: ipPrefix('100.64.0.0/22') })
    given()
      .when(siteAt(1, { ranges: ranges('10.128.0.0/16') }))
      .thenRefused('virtual-pool-full')
  })

  test('E8 routers must map prefixes', () => {
    const host2 = sampleRegisterHost(2, { capabilities: ['forward', 'nat'] })
    given(host2, sampleJoinNetwork(1, 2))
      .when(siteAt(1, { routers: [{ nodeId: nodeId('node-1-2') }] }))
      .thenRefused('egress-router-unable', { hostId: hostId('host-2'), capability: 'prefix-map' })
  })
})

describe('virtual ranges change', () => {
  test('E8 ranges that stay keep theirs, new ones take theirs', () => {
    const more = update({ ranges: ranges('192.168.0.0/24', '192.168.1.0/24') })
    expect(virtualAfter(1, siteAt(1), siteAt(2), more)).toEqual(ranges('100.64.2.0/24', '100.64.0.0/24'))
    given(siteAt(1), siteAt(2), more).when(more).thenNothing()
    given(siteAt(1)).when(siteAt(1)).thenNothing()
    given(siteAt(1))
      .when(update({ virtualRanges: 'from-pool' }))
      .thenNothing()
  })

  test('E8 they end when asked to, but not while another egress has the real range', () => {
    expect(virtualAfter(1, siteAt(1), update({ virtualRanges: null }))).toBeNull()
    given(siteAt(1), siteAt(2, { virtualRanges: null }))
      .when(update({ virtualRanges: null }))
      .thenRefused('egress-range-taken', { egressId: egressId('egress-2') })
  })

  test('E5 equal real ranges are refused unless one has a virtual range', () => {
    given(siteAt(1, { virtualRanges: null }))
      .when(siteAt(2, { virtualRanges: null }))
      .thenRefused('egress-range-taken')
    expect(virtualAfter(2, siteAt(1, { virtualRanges: null }), siteAt(2))).toEqual(ranges('100.64.0.0/24'))
  })
})

describe('virtual ranges are the mesh’s own', () => {
  const virtual = (text: string, number = 1) => siteAt(number, { virtualRanges: ranges(text) })

  test.each([
    ['10.1.0.0/24', 'network'],
    ['10.2.0.0/24', 'network'],
    ['198.19.7.0/24', 'control'],
  ])('E8 %s overlaps a range of the mesh (%s)', (text, kind) => {
    expect(given().when(virtual(text)).thenRefused('range-overlaps').owner.kind).toBe(kind)
  })

  test('E8 no two overlap, whatever their networks', () => {
    given(virtual('100.70.1.0/24'))
      .when(siteAt(2, { ...inNetwork2, virtualRanges: ranges('100.70.1.0/24') }))
      .thenRefused('range-overlaps', {
        owner: { kind: 'virtual', egressId: egressId('egress-1'), name: 'Site 1', range: ipPrefix('100.70.1.0/24') },
      })
    const other = siteAt(2, { ...inNetwork2, virtualRanges: ranges('100.64.0.0/24') })
    expect(virtualAfter(1, other, siteAt(1))).toEqual(ranges('100.64.1.0/24'))
  })

  test('E5 a real range may lie around virtual ones, not in them', () => {
    eventsOf(...setUp, virtual('100.70.1.0/24'), sampleAddEgress(2, { ranges: ranges('100.64.0.0/10') }))
    given(virtual('100.70.1.0/24'))
      .when(sampleAddEgress(2, { ranges: ranges('100.70.1.128/25') }))
      .thenRefused('egress-range-inside')
    given(sampleAddEgress(2, { ranges: ranges('100.70.1.128/25') }))
      .when(virtual('100.70.1.0/24'))
      .thenRefused('range-overlaps')
    given().when(virtual('192.168.1.0/24')).thenRefused('virtual-range-around-real')
  })

  test('E8 the pool leaves out what would hide another egress', () => {
    const hidden = sampleAddEgress(2, { ranges: ranges('100.64.0.64/26') })
    expect(virtualAfter(1, hidden, siteAt(1))).toEqual(ranges('100.64.1.0/24'))
    const around = sampleAddEgress(2, { ranges: ranges('100.64.0.0/16') })
    expect(virtualAfter(1, around, siteAt(1))).toEqual(ranges('100.64.0.0/24'))
  })

  test.each(['0.1.0.0/24', '127.0.1.0/24', '224.0.0.0/24'])('E8 %s is no range for hosts', (text) => {
    given().when(virtual(text)).thenRefused('range-not-usable')
  })

  test('A1 networks and control ranges keep off virtual ranges and pools', () => {
    given(virtual('100.70.1.0/24'))
      .when(sampleCreateNetwork(3, { range4: ipPrefix('100.70.0.0/16') }))
      .thenRefused('range-overlaps')
    const refusal = given()
      .when(sampleCreateNetwork(3, { range4: ipPrefix('100.64.3.0/24') }))
      .thenRefused('range-overlaps')
    expect(refusal.owner.kind).toBe('pool')
  })

  test('A3 nobody is reached at a virtual range', () => {
    const endpoints = [{ endpoint: '100.70.1.9:51821', origin: 'local' }] as never
    given(virtual('100.70.1.0/24'))
      .when(sampleRegisterHost(2, { endpoints }))
      .thenRefused('endpoint-refused', { reason: 'mesh-range' })
  })
})

describe('pools', () => {
  const withPool = (pool4: string | null, pool6: string | null = null) =>
    sampleCreateNetwork(3, { settings: pools(pool4, pool6) })

  test('A1 a pool lies apart from networks, its own too, and from control ranges', () => {
    for (const pool of ['10.1.0.0/16', '10.3.0.0/24', '198.19.0.0/20'])
      given().when(withPool(pool)).thenRefused('range-overlaps')
    given()
      .when({
        type: 'UpdateNetwork',
        atEpochMs: sampleTime,
        networkId: networkId('net-2'),
        settings: { virtualPool4: ipPrefix('10.2.0.0/20') },
      })
      .thenRefused('range-overlaps')
  })

  test('A1 has its family, and addresses that hosts can have', () => {
    given().when(withPool('fd70::/48')).thenRefused('range-wrong-family')
    given().when(withPool(null, '100.65.0.0/16')).thenRefused('range-wrong-family')
    given().when(withPool('224.0.0.0/8')).thenRefused('range-not-usable')
    given().when(withPool('64.0.0.0/4')).thenRefused('range-size')
  })

  test('E8 pools may overlap: what is taken of one is taken of the other', () => {
    const shared = [withPool('100.64.0.0/16'), sampleJoinNetwork(3, 1)]
    const there = siteAt(2, { networkId: networkId('net-3'), routers: [{ nodeId: nodeId('node-3-1') }] })
    expect(virtualAfter(2, ...shared, siteAt(1), there)).toEqual(ranges('100.64.1.0/24'))
  })

  test('E8 a pool may go or move; what was taken stays', () => {
    const noPool = {
      type: 'UpdateNetwork',
      atEpochMs: sampleTime,
      networkId: networkId('net-1'),
      settings: { virtualPool4: null },
    } as const
    expect(virtualAfter(1, siteAt(1), noPool)).toEqual(ranges('100.64.0.0/24'))
    expect(virtualAfter(1, siteAt(1), noPool, update({ name: 'Office' }))).toEqual(ranges('100.64.0.0/24'))
  })
})

describe('the lowest free prefix', () => {
  const pool = ipPrefix('100.64.0.0/22')
  const lowest = (length: number, taken: readonly string[], hidden: readonly string[] = []) =>
    lowestFreePrefix(pool, length, ranges(...taken), ranges(...hidden))

  test('is found between, beside and beyond what is taken', () => {
    expect(lowest(24, [])).toBe('100.64.0.0/24')
    expect(lowest(22, [])).toBe('100.64.0.0/22')
    expect(lowest(21, [])).toBeUndefined()
    expect(lowest(24, ['100.64.1.0/24', '100.64.0.0/25', '100.64.0.128/32'])).toBe('100.64.2.0/24')
    expect(lowest(25, ['100.64.0.0/25', '100.64.1.0/24'])).toBe('100.64.0.128/25')
    expect(lowest(24, ['100.64.0.0/16'])).toBeUndefined()
    expect(lowest(32, ['0.0.0.0/0'])).toBeUndefined()
    expect(lowest(24, ['fd00::/8', '10.0.0.0/8', '100.65.0.0/16'])).toBe('100.64.0.0/24')
  })

  test('holds nothing of what it would hide, and may lie inside it', () => {
    expect(lowest(24, [], ['100.64.0.7/32'])).toBe('100.64.1.0/24')
    expect(lowest(24, [], ['100.64.0.0/24'])).toBe('100.64.1.0/24')
    expect(lowest(24, [], ['100.64.0.0/23'])).toBe('100.64.0.0/24')
  })

  test('is found at once among thousands', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ipPrefix(`10.${n >> 8}.${n & 255}.0/24`))
    const before = performance.now()
    expect(lowestFreePrefix(ipPrefix('10.0.0.0/8'), 24, many, [])).toBe('10.78.32.0/24')
    expect(performance.now() - before).toBeLessThan(1_500)
  })
})
