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
  return { config, routing: policyRoutingOf(config, choosePaths(config, health, new Map(), undefined)) }
}
const namesWith = (...commands: readonly MeshCommand[]) => {
  const { config, routing } = partsOf(commands)
  return namesOf(config, routing)
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
    const { config, routing } = partsOf([])
    const own = { ...config.own, capabilities: [] }
    expect(namesOf({ ...config, own }, routing)).toEqual({ lines: [], resolvers: [] })
  })

  test('stay the same object while nothing of them changes', () => {
    const { config, routing } = partsOf([dnsIs('1.1.1.1')])
    const maker = new NamesMaker()
    const made = maker.make(config, routing)
    expect(made).toEqual(namesOf(config, routing))
    expect(maker.make({ ...config, names: [...config.names] }, routing)).toBe(made)
    const [first, ...others] = config.names
    if (first === undefined) throw new TypeError('no names')
    const names = [{ ...first, entries: [] }, ...others]
    expect(maker.make({ ...config, names }, routing)).toEqual(namesOf({ ...config, names }, routing))
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
      const { config, routing } = partsOf([dnsIs('1.1.1.1'), sampleRouteAll(2), ...more], gone)
      return namesOf(config, routing).resolvers.map(({ servers }) => servers)
    }
    expect(serversWhileGone(open)).toEqual([])
    expect(serversWhileGone()).toEqual([['1.1.1.1']])
  })
})
