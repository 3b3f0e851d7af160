/** What routers and internet gateways translate, and no more than that. */
import { describe, expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleAbleHost, sampleCreateExit, sampleCreateGateway } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddClient,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostCapabilities, hostId, ipPrefix, nodeId } from '../values/index.js'
import { projectHostConfig } from './expand-host-config.js'

const range = { range4: ipPrefix('10.1.0.0/24'), range6: ipPrefix('fd01:0:0:1::/64') }
const mesh = [range.range4, range.range6]

/** Hosts 1 and 2 are in network 1; host 1 lacks some capabilities. */
const translated = (lacking: readonly string[], ...more: readonly MeshCommand[]) => {
  const capabilities = hostCapabilities.filter((capability) => !lacking.includes(capability))
  const state = replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(),
      sampleAbleHost(1),
      sampleAbleHost(2),
      sampleJoinNetwork(1, 1),
      sampleJoinNetwork(1, 2),
      ...more,
      // A driver may lose what it had when the egress was added.
      { type: 'UpdateHost', atEpochMs: sampleTime, hostId: hostId('host-1'), capabilities },
    ),
  )
  const config = projectHostConfig(state, hostId('host-1'))
  if (config === undefined) throw new TypeError('host 1 has no config')
  return { nat: config.nat, refused: config.refused.map(({ part }) => part) }
}

const site = (real: readonly string[], virtual?: readonly string[]): MeshCommand =>
  sampleAddEgress(1, {
    ranges: real.map(ipPrefix),
    ...(virtual && { virtualRanges: virtual.map(ipPrefix) }),
    routers: [{ nodeId: nodeId('node-1-1'), interfaceName: 'eth1' }],
  })

describe('a router', () => {
  test('E2 masquerades what goes from the mesh to its ranges, out of its interface, and nothing else', () => {
    const { nat, refused } = translated([], site(['192.168.1.0/24', 'fd0a::/64']))
    const to = [ipPrefix('192.168.1.0/24'), ipPrefix('fd0a::/64')]
    expect(nat).toEqual([{ kind: 'masquerade', egressId: 'egress-1', from: mesh, to, interfaceName: 'eth1' }])
    expect(refused).toEqual([])
  })

  test('E2 masquerades what clients bring along, too', () => {
    const client = sampleAddClient(1, { prefixesBehind: [ipPrefix('172.16.0.0/24')], gatewayId: nodeId('node-1-2') })
    const { nat } = translated([], site(['192.168.1.0/24']), sampleCreateGateway(2), client)
    expect(nat).toMatchObject([{ from: [...mesh, '172.16.0.0/24'] }])
  })

  test('E2 keeps the sources of what goes to a narrower range without NAT, by the same router', () => {
    const [wide, narrow] = [ipPrefix('192.168.0.0/16'), ipPrefix('192.168.128.0/17')]
    const routers = [{ nodeId: nodeId('node-1-1') }]
    const { nat } = translated(
      [],
      sampleAddEgress(1, { ranges: [wide], routers }),
      sampleAddEgress(2, { ranges: [narrow], routers, nat: false }),
    )
    expect(nat).toMatchObject([{ kind: 'masquerade', egressId: 'egress-1', to: ['192.168.0.0/17'] }])
  })

  test('E2 without NAT translates nothing', () => {
    const plain = { ...sampleAddEgress(1, { returnRoute: 'none' }), nat: false }
    expect(translated([], plain).nat).toEqual([])
  })

  test('E2 leaves out the family that its driver can not masquerade, and says so', () => {
    const { nat, refused } = translated(['nat66'], site(['192.168.1.0/24', 'fd0a::/64']))
    expect(nat).toMatchObject([{ to: ['192.168.1.0/24'] }])
    expect(refused).toEqual(['nat66'])
    expect(translated(['nat', 'nat66'], site(['192.168.1.0/24', 'fd0a::/64'])).refused).toEqual(['nat', 'nat66'])
  })

  test('E8 maps each virtual range to the real one in its place', () => {
    const [real, virtual] = [
      ['192.168.1.0/24', '192.168.8.0/24'],
      ['10.99.1.0/24', '10.99.8.0/24'],
    ]
    const { nat } = translated([], site(real, virtual))
    expect(nat.filter(({ kind }) => kind === 'prefix-map')).toEqual([
      { kind: 'prefix-map', egressId: 'egress-1', virtual: '10.99.1.0/24', real: '192.168.1.0/24' },
      { kind: 'prefix-map', egressId: 'egress-1', virtual: '10.99.8.0/24', real: '192.168.8.0/24' },
    ])
    expect(nat.find(({ kind }) => kind === 'masquerade')).toMatchObject({ to: real })
    expect(translated(['prefix-map'], site(real, virtual)).refused).toEqual(['prefix-map'])
  })
})

describe('an internet gateway', () => {
  test('D1 masquerades whatever leaves the mesh, and nothing that comes from elsewhere', () => {
    const { nat } = translated([], sampleCreateExit(1))
    expect(nat).toEqual([{ kind: 'masquerade', egressId: null, from: mesh, to: null, interfaceName: null }])
  })

  test('D1 E9 masquerades what another site begins, as the mesh calls it', () => {
    const [real, virtual] = [ipPrefix('192.168.1.0/24'), ipPrefix('10.99.1.0/24')]
    const elsewhere = sampleAddEgress(2, {
      ranges: [real],
      virtualRanges: [virtual],
      routers: [{ nodeId: nodeId('node-1-2') }],
    })
    const everywhere = sampleAddEgress(3, {
      ranges: [ipPrefix('0.0.0.0/0')],
      routers: [{ nodeId: nodeId('node-1-2') }],
    })
    const { nat } = translated([], sampleCreateExit(1), elsewhere, everywhere)
    expect(nat).toMatchObject([{ kind: 'masquerade', egressId: null, from: [...mesh, virtual] }])
  })

  test('D1 carries no IPv6 that its driver can not masquerade, and says so', () => {
    const { nat, refused } = translated(['nat66'], sampleCreateExit(1))
    expect(nat).toMatchObject([{ from: [range.range4] }])
    expect(refused).toEqual(['nat66'])
  })
})

test('who is neither translates nothing', () => {
  expect(translated([], sampleRegisterHost(3), sampleJoinNetwork(1, 3)).nat).toEqual([])
})
