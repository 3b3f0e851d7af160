import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleAddDnsRecord,
  sampleAddResolver,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { dnsRecordId, hostName, ipAddress, networkId, nodeId, resolverId } from '../values/index.js'
import type { UpdateResolver } from './commands/update-resolver.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'

/** Host 1 is node "machine-1" of network "office-1". */
const setUp = [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  sampleRegisterHost(1),
  sampleJoinNetwork(),
]
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...setUp, ...more))
const addresses = (...texts: readonly string[]) => texts.map(ipAddress)
const inNetwork1 = { networkId: networkId('net-1') }
const namedAs = (name: string, number = 1) => sampleAddDnsRecord(number, { name })

describe('a DNS record', () => {
  test('G8 gives addresses a name, each once, sorted', () => {
    const state = given()
      .when(sampleAddDnsRecord(1, { addresses: addresses('fd0a::9', '192.168.1.10', '192.168.1.9', '192.168.1.10') }))
      .then([
        {
          ...sampleAddDnsRecord(1, { addresses: addresses('192.168.1.9', '192.168.1.10', 'fd0a::9') }),
          type: 'DnsRecordAdded',
        },
      ])
    expect(largeMapGet(state.networks, networkId('net-1'))?.dnsRecordIds.size).toBe(1)
  })

  test('G8 the same again is already so, other content of the same id is refused', () => {
    given(sampleAddDnsRecord()).when(sampleAddDnsRecord()).thenNothing()
    given(sampleAddDnsRecord())
      .when(sampleAddDnsRecord(1, { addresses: addresses('192.168.1.99') }))
      .thenRefused('dns-record-id-taken')
    given()
      .when(sampleAddDnsRecord(1, { networkId: networkId('nowhere') }))
      .thenRefused('network-unknown')
  })

  test.each([
    'Printer.lan',
    'printer.lan.',
    '-a.lan',
    'a-.lan',
    'a..lan',
    '',
    '_sip.lan',
    '*.lan',
    'a b',
    `${'a'.repeat(64)}.lan`,
    `${'a.'.repeat(126)}ab`,
  ])('G8 "%s" is no name', (name) => {
    given().when(namedAs(name)).thenRefused('command-malformed')
  })

  test('G8 labels have 63 characters at most, names 253, addresses are 1 to 32', () => {
    for (const name of ['a', '0.1', `${'a'.repeat(63)}.lan`, `${'a.'.repeat(126)}a`]) eventsOf(...setUp, namedAs(name))
    given()
      .when(sampleAddDnsRecord(1, { addresses: [] }))
      .thenRefused('command-malformed')
    const many = Array.from({ length: 33 }, (_, n) => ipAddress(`192.168.1.${n + 1}`))
    given()
      .when(sampleAddDnsRecord(1, { addresses: many }))
      .thenRefused('command-malformed')
  })

  test('G8 two of one network have two names; two networks may mean different things', () => {
    given(namedAs('printer.lan'))
      .when(namedAs('printer.lan', 2))
      .thenRefused('dns-name-taken', { dnsRecordId: dnsRecordId('record-1') })
    eventsOf(
      ...setUp,
      namedAs('printer.lan'),
      sampleAddDnsRecord(2, { name: 'printer.lan', networkId: networkId('net-2') }),
    )
  })

  test('G8 is removed', () => {
    const removal = { type: 'RemoveDnsRecord', atEpochMs: sampleTime, dnsRecordId: dnsRecordId('record-1') } as const
    const state = given(sampleAddDnsRecord())
      .when(removal)
      .then([
        {
          ...inNetwork1,
          type: 'DnsRecordRemoved',
          atEpochMs: sampleTime,
          dnsRecordId: dnsRecordId('record-1'),
          cause: 'removed',
        },
      ])
    expect(largeMapGet(state.networks, networkId('net-1'))?.dnsRecordIds.size).toBe(0)
    given().when(removal).thenRefused('dns-record-unknown')
  })
})

describe('names of nodes', () => {
  const full = 'machine-1.office-1.mesh.internal'

  test('G8 no record takes the name of a node, whatever network it is made in', () => {
    given()
      .when(namedAs(full))
      .thenRefused('dns-name-of-member', { memberId: nodeId('node-1-1') })
    given()
      .when(sampleAddDnsRecord(1, { name: full, networkId: networkId('net-2') }))
      .thenRefused('dns-name-of-member')
    for (const name of [
      `www.${full}`,
      'office-1.mesh.internal',
      'machine-2.office-1.mesh.internal',
      'machine-1.office-2.mesh.internal',
    ])
      eventsOf(...setUp, namedAs(name))
  })

  test('G8 no node takes the name of a record: it gets another, and asked for it is refused', () => {
    const taken = [namedAs('machine-2.office-1.mesh.internal'), sampleRegisterHost(2)]
    const state = replay(eventsOf(...setUp, ...taken, sampleJoinNetwork(1, 2)))
    expect(largeMapGet(state.nodes, nodeId('node-1-2'))?.name).toBe('machine-2-2')
    given(...taken)
      .when(sampleJoinNetwork(1, 2, { name: hostName('machine-2') }))
      .thenRefused('name-of-dns-record', { dnsRecordId: dnsRecordId('record-1') })
  })

  test('G8 a domain that would make one name of two is refused', () => {
    given(namedAs('machine-1.office-1.example.net'))
      .when({ type: 'UpdateMeshSettings', atEpochMs: sampleTime, domain: 'example.net' })
      .thenRefused('domain-gives-taken-name', { memberId: nodeId('node-1-1') })
    eventsOf(...setUp, namedAs('machine-1.office-1.example.net'), {
      type: 'UpdateMeshSettings',
      atEpochMs: sampleTime,
      domain: 'example.org',
    })
  })
})

describe('a resolver', () => {
  const update = (changes: Partial<UpdateResolver>): UpdateResolver => ({
    type: 'UpdateResolver',
    atEpochMs: sampleTime,
    resolverId: resolverId('resolver-1'),
    ...changes,
  })
  const added = { ...sampleAddResolver(), type: 'ResolverAdded' } as const

  test('G8 is asked about some domains, its servers in their order', () => {
    const servers = addresses('192.168.9.53', '192.168.1.53', '192.168.9.53')
    given()
      .when(sampleAddResolver(1, { servers, matchDomains: ['lan', 'corp.example.net', 'lan'] }))
      .then([{ ...added, servers: servers.slice(0, 2), matchDomains: ['corp.example.net', 'lan'] }])
  })

  test('G8 the same again is already so, other content of the same id is refused', () => {
    given(sampleAddResolver()).when(sampleAddResolver()).thenNothing()
    given(sampleAddResolver())
      .when(sampleAddResolver(1, { matchDomains: ['lan'] }))
      .thenRefused('resolver-id-taken')
  })

  test('G8 has eight servers at most, a domain at least, and is never asked about everything', () => {
    const many = Array.from({ length: 9 }, (_, n) => ipAddress(`192.168.1.${n + 1}`))
    for (const changes of [
      { servers: many },
      { servers: [] },
      { matchDomains: [] },
      { matchDomains: [''] },
      { matchDomains: ['.'] },
    ])
      given().when(sampleAddResolver(1, changes)).thenRefused('command-malformed')
  })

  test('G8 no two of a network have one name or one domain', () => {
    given(sampleAddResolver(1))
      .when(sampleAddResolver(2, { name: 'Resolver 1' }))
      .thenRefused('resolver-name-taken')
    given(sampleAddResolver(1))
      .when(sampleAddResolver(2, { matchDomains: ['lan', 'site-1.example.net'] }))
      .thenRefused('resolver-domain-taken', { domain: 'site-1.example.net' })
    eventsOf(
      ...setUp,
      sampleAddResolver(1),
      sampleAddResolver(2, { matchDomains: ['example.net', 'a.site-1.example.net'] }),
    )
    eventsOf(
      ...setUp,
      sampleAddResolver(1),
      sampleAddResolver(2, { ...sampleAddResolver(1), resolverId: resolverId('r2'), networkId: networkId('net-2') }),
    )
  })

  test('G8 is updated: what is left out stays', () => {
    given(sampleAddResolver())
      .when(update({ servers: addresses('192.168.1.54') }))
      .then([{ ...added, type: 'ResolverUpdated', servers: addresses('192.168.1.54') }])
    given(sampleAddResolver())
      .when(update({ name: 'Resolver 1' }))
      .thenNothing()
    given(sampleAddResolver(1), sampleAddResolver(2))
      .when(update({ matchDomains: ['site-2.example.net'] }))
      .thenRefused('resolver-domain-taken')
    given()
      .when(update({ name: 'Any' }))
      .thenRefused('resolver-unknown')
  })

  test('G8 is removed', () => {
    const removal = { type: 'RemoveResolver', atEpochMs: sampleTime, resolverId: resolverId('resolver-1') } as const
    given(sampleAddResolver())
      .when(removal)
      .then([
        {
          ...inNetwork1,
          type: 'ResolverRemoved',
          atEpochMs: sampleTime,
          resolverId: resolverId('resolver-1'),
          cause: 'removed',
        },
      ])
    given().when(removal).thenRefused('resolver-unknown')
  })
})

describe('a network that is removed', () => {
  const removal = {
    type: 'RemoveNetwork',
    atEpochMs: sampleTime,
    networkId: networkId('net-1'),
    evenWithNodes: true,
  } as const
  const typesAfter = (...commands: readonly MeshCommand[]) =>
    eventsOf(...commands, removal)
      .slice(eventsOf(...commands).length)
      .map(({ type }) => type)

  test('G8 takes its names and resolvers along, each with an event, whether it has nodes or not', () => {
    const names = [sampleAddDnsRecord(1), sampleAddDnsRecord(2), sampleAddResolver(1)]
    expect(typesAfter(...setUp, ...names)).toEqual([
      'DnsRecordRemoved',
      'DnsRecordRemoved',
      'ResolverRemoved',
      'NodeLeft',
      'NetworkRemoved',
    ])
    expect(typesAfter(...setUp.slice(0, 3), ...names)).toEqual([
      'DnsRecordRemoved',
      'DnsRecordRemoved',
      'ResolverRemoved',
      'NetworkRemoved',
    ])
  })
})
