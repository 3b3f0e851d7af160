/** Whom hosts measure. Host 3 is nobody's gateway and nobody's router. */
import { expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleAssignRelay, sampleCreateGateway, sampleMeshOfSix, sampleNode } from '../testing/sample-gateways.js'
import { eventsOf, sampleAddEgress } from '../testing/sample-mesh.js'
import { hostId, ipPrefix, networkId } from '../values/index.js'
import { projectHostConfig } from './expand-host-config.js'

const probesOf = (host: number, ...more: readonly MeshCommand[]) =>
  projectHostConfig(replay(eventsOf(...sampleMeshOfSix, ...more)), hostId(`host-${host}`))?.probes
const site = (number: number, range: string, routers: readonly number[], changes: object = {}) =>
  sampleAddEgress(number, {
    ranges: [ipPrefix(range)],
    routers: routers.map((router, at) => ({ nodeId: sampleNode(router), metric: 10 + at })),
    ...changes,
  })
const wide = site(1, '192.168.0.0/16', [1])
const narrow = site(2, '192.168.77.0/24', [2])

test('E6 of a range with one router nobody is measured', () => {
  expect(probesOf(3, narrow)).toEqual([])
  expect(probesOf(3, narrow, site(1, '192.168.78.0/24', [1]))).toEqual([])
})

test("E6 where a wider range carries it, its router is measured and the wider one's", () => {
  expect(probesOf(3, wide, narrow)).toEqual(['host-1', 'host-2'])
  expect(probesOf(3, narrow, wide)).toEqual(['host-1', 'host-2'])
})

test('E6 also where it has several routers, and so do all of a chain of ranges', () => {
  expect(probesOf(3, wide, site(2, '192.168.77.0/24', [2, 4]))).toEqual(['host-1', 'host-2', 'host-4'])
  expect(probesOf(3, wide, narrow, site(3, '192.168.77.64/26', [4]))).toEqual(['host-1', 'host-2', 'host-4'])
})

test('E6 not where it stays with its routers, where the wider range is another network’s, or all there is', () => {
  expect(probesOf(3, wide, site(2, '192.168.77.0/24', [2], { fallbackToWider: false }))).toEqual([])
  const elsewhere = site(1, '192.168.0.0/16', [5], {
    networkId: networkId('net-2'),
    routers: [{ nodeId: sampleNode(5, 2) }],
  })
  expect(probesOf(6, elsewhere, narrow)).toEqual([])
  expect(probesOf(3, site(1, '0.0.0.0/0', [1]), narrow)).toEqual(['host-1'])
  expect(probesOf(1, site(1, '0.0.0.0/0', [1]), narrow)).toEqual([])
})

test('E6 routers of the wider range measure those of what they carry', () => {
  expect(probesOf(1, wide, narrow)).toEqual(['host-2'])
  expect(probesOf(2, wide, narrow)).toEqual([])
})

test('E6 a relayed node leaves that to its gateway', () => {
  const relayed = [sampleCreateGateway(5), sampleAssignRelay(3, 5), wide, narrow]
  expect(probesOf(3, ...relayed)).toEqual(['host-5'])
  expect(probesOf(5, ...relayed)).toEqual(['host-1', 'host-2'])
})

test('E6 a relayed router is measured by nobody', () => {
  expect(probesOf(3, sampleCreateGateway(5), sampleAssignRelay(2, 5), wide, narrow)).toEqual(['host-1'])
})
