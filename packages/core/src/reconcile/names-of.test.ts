/** What a host knows of names, and whom it asks. */
import { describe, expect, test } from 'vitest'
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleAbleHost, sampleAssignRelay, sampleCreateExit, sampleRouteAll } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostCapabilities, hostId, networkId, nodeId } from '../values/index.js'
import { NamesMaker, namesOf } from './names-of.js'
import { policyRoutingOf } from './policy-routing-of.js'

/** Host 1 is an internet gateway, host 2 uses it; both are in two networks. */
const setUp: readonly MeshCommand[] = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  ...[1, 2].map((host) => sampleAbleHost(host, { capabilities: hostCapabilities })),
  sampleJoinNetwork(1, 1),
  sampleJoinNetwork(1, 2),
  sampleJoinNetwork(2, 1),
  sampleJoinNetwork(2, 2),
  sampleCreateExit(1),
  sampleAssignRelay(2, 1),
]

const about = (type: string, fields: object) => ({ type, atEpochMs: sampleTime, ...fields }) as MeshCommand
const dnsIs = (...clientDns: readonly string[]) =>
  about('UpdateNetwork', { networkId: networkId('net-1'), settings: { clientDns } })
const resolver = (number: number, servers: readonly string[], ...matchDomains: readonly string[]) =>
  about('AddResolver', {
    networkId: networkId('net-1'),
    resolverId: `resolver-${number}`,
    name: `r${number}`,
    servers,
    matchDomains,
  })

const partsOf = (commands: readonly MeshCommand[], health: HealthView = new Map()) => {
  const config = projectHostConfig(replay(eventsOf(...setUp, ...commands)), hostId('host-2'))
  if (config === undefined) throw new TypeError('host 2 has no config')
  const chosen = choosePaths(config, health, new Map(), undefined)
  return { config, place: { routing: policyRoutingOf(config, chosen), hops: chosen.hops } }
}
const namesWith = (...commands: readonly MeshCommand[]) => {
  const { config, place } = partsOf(commands)
  return namesOf(config, place)
}
const linesWith = (...commands: readonly MeshCommand[]) =>
  namesWith(...commands).lines.map(({ address, names }) => `${address} ${names.join(' ')}`)

describe('G8 names', () => {
  test('are there in full for each network, in short for the first that has them, and not in short for the host itself', () => {
    expect(linesWith()).toEqual([
      '10.1.0.1 machine-1.office-1.mesh.internal machine-1',
      'fd01:0:0:1::1 machine-1.office-1.mesh.internal machine-1',
      '10.1.0.2 machine-2.office-1.mesh.internal',
      'fd01:0:0:1::2 machine-2.office-1.mesh.internal',
      '10.2.0.1 machine-1.office-2.mesh.internal',
      'fd01:0:0:2::1 machine-1.office-2.mesh.internal',
      '10.2.0.2 machine-2.office-2.mesh.internal',
      'fd01:0:0:2::2 machine-2.office-2.mesh.internal',
    ])
  })

  test('of records are there as they are', () => {
    const record = about('AddDnsRecord', {
      networkId: networkId('net-1'),
      dnsRecordId: 'record-1',
      name: 'wiki.example',
      addresses: ['10.20.0.7', 'fd20::7'],
    })
    expect(linesWith(record).slice(-2)).toEqual(['10.20.0.7 wiki.example', 'fd20::7 wiki.example'])
  })

  test('are none for a host whose driver can not', () => {
    const { config, place } = partsOf([])
    const own = { ...config.own, capabilities: [] }
    expect(namesOf({ ...config, own }, place)).toEqual({ lines: [], resolvers: [] })
  })

  test('stay the same object while nothing of them changes', () => {
    const { config, place } = partsOf([dnsIs('1.1.1.1')])
    const maker = new NamesMaker()
    const made = maker.make(config, place)
    expect(made).toEqual(namesOf(config, place))
    expect(maker.make({ ...config, names: [...config.names] }, place)).toBe(made)
    const [first, ...others] = config.names
    if (first === undefined) throw new TypeError('no names')
    const names = [{ ...first, entries: [] }, ...others]
    expect(maker.make({ ...config, names }, place)).toEqual(namesOf({ ...config, names }, place))
  })
})

describe('G8 resolvers', () => {
  test('are asked about their domains, and told apart by whether the mesh leads to them', () => {
    const two = [resolver(1, ['10.1.0.1'], 'b.example', 'a.example'), resolver(2, ['192.0.2.53'], 'c.example')]
    expect(namesWith(...two).resolvers).toEqual([
      { servers: ['10.1.0.1'], domains: ['a.example', 'b.example'], isInMesh: true },
      { servers: ['192.0.2.53'], domains: ['c.example'], isInMesh: false },
    ])
  })

  test('a host does not ask itself', () => {
    expect(namesWith(resolver(1, ['10.1.0.2'], 'a.example')).resolvers).toEqual([])
    expect(namesWith(resolver(1, ['10.1.0.2', '10.1.0.1'], 'a.example')).resolvers[0]?.servers).toEqual(['10.1.0.1'])
  })
})

describe('D5 in a full tunnel', () => {
  const own = about('UpdateNodeTraits', { nodeId: nodeId('node-1-2'), tunnel: { dns: 'keep' } })

  test("the network's DNS is asked about everything", () => {
    expect(namesWith(dnsIs('1.1.1.1', '9.9.9.9'), sampleRouteAll(2)).resolvers).toEqual([
      { servers: ['1.1.1.1', '9.9.9.9'], domains: ['.'], isInMesh: true },
    ])
  })

  test('it is not where only mesh traffic goes through the gateway, where the node keeps its own, or where there is none', () => {
    expect(namesWith(dnsIs('1.1.1.1')).resolvers).toEqual([])
    expect(namesWith(dnsIs('1.1.1.1'), sampleRouteAll(2), own).resolvers).toEqual([])
    expect(namesWith(sampleRouteAll(2)).resolvers).toEqual([])
  })

  test('while its gateway is gone it is asked no more where the tunnel opens then, and nobody else where it stays closed', () => {
    const gone: HealthView = new Map([[hostId('host-1'), { state: 'down', roundTripMs: null }]])
    const open = about('UpdateNodeTraits', { nodeId: nodeId('node-1-2'), tunnel: { whenGatewayGone: 'allow' } })
    const serversWhileGone = (...more: readonly MeshCommand[]) => {
      const { config, place } = partsOf([dnsIs('1.1.1.1'), sampleRouteAll(2), ...more], gone)
      return namesOf(config, place).resolvers.map(({ servers }) => servers)
    }
    expect(serversWhileGone(open)).toEqual([])
    expect(serversWhileGone()).toEqual([['1.1.1.1']])
  })
})

describe('D5 in a full tunnel of a network without DNS', () => {
  const exits = [sampleAbleHost(3, { capabilities: hostCapabilities }), sampleJoinNetwork(1, 3), sampleCreateExit(3)]
  const gatewayAsks = (host: number, ...resolvers: readonly string[]) =>
    about('ReportHostResolvers', { hostId: hostId(`host-${host}`), resolvers })
  const tunnelled = [...exits, sampleAssignRelay(2, 1, 3), sampleRouteAll(2)]
  const traits = (tunnel: object) => about('UpdateNodeTraits', { nodeId: nodeId('node-1-2'), tunnel })
  const isDown = (...hosts: readonly number[]): HealthView =>
    new Map(hosts.map((host) => [hostId(`host-${host}`), { state: 'down', roundTripMs: null }]))
  const serversWith = (commands: readonly MeshCommand[], health: HealthView = new Map()) => {
    const { config, place } = partsOf([...tunnelled, ...commands], health)
    return namesOf(config, place).resolvers.map(({ servers, domains }) => `${domains.join()} ${servers.join()}`)
  }

  test('those are asked about everything that the gateway asks, also on its LAN', () => {
    expect(serversWith([gatewayAsks(1, '192.168.1.1', '2001:db8::53')])).toEqual(['. 192.168.1.1,2001:db8::53'])
  })

  test("the network's own go before them, and what the node keeps", () => {
    const asks = gatewayAsks(1, '192.168.1.1')
    expect(serversWith([asks, dnsIs('1.1.1.1')])).toEqual(['. 1.1.1.1'])
    expect(serversWith([asks, traits({ dns: 'keep' })])).toEqual([])
    expect(serversWith([asks, sampleRouteAll(2, false)])).toEqual([])
  })

  test('nobody else is told of them', () => {
    const state = replay(eventsOf(...setUp, ...tunnelled, gatewayAsks(1, '192.168.1.1')))
    for (const host of ['host-1', 'host-3'])
      expect(JSON.stringify(projectHostConfig(state, hostId(host))?.own)).not.toContain('192.168.1.1')
    expect(JSON.stringify(projectHostConfig(state, hostId('host-2'))?.own)).toContain('192.168.1.1')
  })

  test('they follow the gateway that is taken; while there is none, the first is asked where the tunnel is closed', () => {
    const both = [gatewayAsks(1, '192.168.1.1'), gatewayAsks(3, '192.168.3.1')]
    expect(serversWith(both)).toEqual(['. 192.168.1.1'])
    expect(serversWith(both, isDown(1))).toEqual(['. 192.168.3.1'])
    expect(serversWith(both, isDown(1, 3))).toEqual(['. 192.168.1.1'])
    expect(serversWith([...both, traits({ whenGatewayGone: 'allow' })], isDown(1, 3))).toEqual([])
  })

  test('where the one that is taken names nobody, the node asks as before', () => {
    expect(serversWith([gatewayAsks(3, '192.168.3.1')])).toEqual([])
  })

  test('what the node would not ask through the gateway is left out: its own LAN, and the mesh', () => {
    const { listenPort, endpoints } = sampleAbleHost(2)
    const where = { hostId: hostId('host-2'), listenPort, endpoints, localPrefixes: ['192.168.1.0/24'] }
    const lan = about('ReportHostEndpoints', where)
    const asks = gatewayAsks(1, '192.168.1.1', '192.0.2.53')
    expect(serversWith([lan, asks])).toEqual(['. 192.0.2.53'])
    expect(serversWith([lan, asks, traits({ localNetwork: 'inside' })])).toEqual(['. 192.168.1.1,192.0.2.53'])
    expect(serversWith([gatewayAsks(1, '10.9.0.1'), sampleCreateNetwork(9), sampleJoinNetwork(9, 2)])).toEqual([])
  })
})
