/** E7: a range that a host has at its own LAN. */
import { expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleAbleHost } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { egressId, type HostCapability, hostId, ipPrefix, networkId, nodeId } from '../values/index.js'
import { choosePaths } from './choose-paths.js'
import { projectHostConfig } from './expand-host-config.js'
import { pathKey } from './host-config.js'

const range = ipPrefix('192.168.1.0/24')
const able: readonly HostCapability[] = ['isolate-networks', 'forward', 'nat', 'nat66', 'prefix-map', 'full-tunnel']

/** Host 1 routes 192.168.1.0/24; host 2 has `local` at its own interfaces. */
const configOf = (local: string, ...more: readonly MeshCommand[]) => {
  const state = replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(),
      sampleAbleHost(1),
      sampleRegisterHost(2, { capabilities: able, localPrefixes: [ipPrefix(local)] }),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
      sampleAddEgress(1, { ranges: [range] }),
      ...more,
    ),
  )
  const config = projectHostConfig(state, hostId('host-2'))
  if (config === undefined) throw new TypeError('host 2 has no config')
  return config
}

const hasRoute = (config: ReturnType<typeof configOf>) => config.routes.some(({ prefix }) => prefix === range)

test.each(['192.168.1.0/24', '192.168.0.0/16'])(
  'E7 a LAN of %s keeps the range for what its host sends itself',
  (lan) => {
    const config = configOf(lan)
    expect(hasRoute(config)).toBe(false)
    expect(config.refused.filter(({ part }) => part === 'egress')).toEqual([
      {
        part: 'egress',
        capability: null,
        reason: `192.168.1.0/24 of network "office-1" is not used: this host has ${lan} at its own interfaces. The node may prefer the mesh (ownLan).`,
      },
    ])
  },
)

test.each(['192.168.1.0/25', '192.168.2.0/24'])('E7 a LAN of %s, smaller or elsewhere, keeps nothing', (lan) => {
  const config = configOf(lan)
  expect(hasRoute(config)).toBe(true)
  expect(config.refused.filter(({ part }) => part === 'egress')).toEqual([])
})

test('E7 a node may prefer the mesh, and its own LAN again', () => {
  const prefer = (ownLan: 'own' | 'mesh'): MeshCommand => ({
    type: 'UpdateNodeTraits',
    atEpochMs: sampleTime,
    nodeId: nodeId('node-1-2'),
    ownLan,
  })
  const preferring = configOf('192.168.1.0/24', prefer('mesh'))
  expect(hasRoute(preferring)).toBe(true)
  expect(preferring.refused.filter(({ part }) => part === 'egress')).toEqual([])
  expect(hasRoute(configOf('192.168.1.0/24', prefer('mesh'), prefer('own')))).toBe(false)
})

test('E7 what it passes on for others follows the mesh: its router keeps the range', () => {
  const config = configOf('192.168.1.0/24')
  const { hops, allowedIps } = choosePaths(config, new Map(), new Map(), undefined)
  expect(hops.get(pathKey('egress', egressId('egress-1')))).toBe('host-1')
  expect(allowedIps.get(hostId('host-1'))).toContain(range)
  expect(config.keptByLan).toEqual([range])
})

test('A4 E10 a range that the host routes for one network is not the way to the same range of another', () => {
  const config = configOf(
    '10.99.0.0/24',
    sampleCreateNetwork(2),
    sampleJoinNetwork(2, 2),
    sampleAddEgress(2, { networkId: networkId('net-2'), ranges: [range], routers: [{ nodeId: nodeId('node-2-2') }] }),
  )
  expect(config.paths.get(pathKey('egress', egressId('egress-1')))?.prefixes).toBeUndefined()
  expect(config.refused.map(({ reason }) => reason)).toContain(
    '192.168.1.0/24 of network "office-1" is shadowed by the same range of network "office-2".',
  )
})

test('E10 a range that the host routes itself is kept by its LAN, whatever it prefers, where another site is called the same', () => {
  const ofItself = sampleAddEgress(2, {
    ranges: [range],
    virtualRanges: [ipPrefix('10.99.2.0/24')],
    routers: [{ nodeId: nodeId('node-1-2') }],
  })
  const prefers: MeshCommand = {
    type: 'UpdateNodeTraits',
    atEpochMs: sampleTime,
    nodeId: nodeId('node-1-2'),
    ownLan: 'mesh',
  }
  expect(hasRoute(configOf('192.168.1.0/24', prefers, ofItself))).toBe(false)
  expect(hasRoute(configOf('192.168.9.0/24', prefers, ofItself))).toBe(true)
})
