import { describe, expect, test } from 'vitest'
import {
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostId, ipAddress, udpEndpoint } from '../values/index.js'
import type { EnrollHost } from './commands/enroll-host.js'
import type { ReportHostEndpoints } from './commands/report-host-endpoints.js'
import type { UpdateHost } from './commands/update-host.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import { replay } from './evolve.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent } from './mesh-event.js'
import type { Host, MeshState } from './mesh-state.js'

const opening = [sampleCreateMesh(), sampleCreateNetwork(), sampleCreateEnrollmentKey()]
const home = '198.51.100.3'

const local = (port: number, address = '192.168.1.10'): EndpointCandidate => ({
  endpoint: udpEndpoint(`${address}:${port}`),
  origin: 'local',
})
const observed = (text: string): EndpointCandidate => ({ endpoint: udpEndpoint(text), origin: 'observed' })
const declared = (text: string): EndpointCandidate => ({ endpoint: udpEndpoint(text), origin: 'declared' })

/** Behind a NAT, at an address that means something there only; it wants port 51821. The next one that hosts get is 51823. */
const enrol = (number: number, from: string | null = home, changes: Partial<EnrollHost> = {}): EnrollHost =>
  sampleEnrollHost(number, {
    endpoints: [local(51_821)],
    enrolledFrom: from === null ? null : ipAddress(from),
    ...changes,
  })
const report = (number: number, listenPort: number, endpoints: readonly EndpointCandidate[]): ReportHostEndpoints => ({
  type: 'ReportHostEndpoints',
  atEpochMs: sampleTime,
  hostId: hostId(`host-${number}`),
  listenPort,
  endpoints,
  localPrefixes: [],
})
const update = (number: number, changes: Partial<UpdateHost>): UpdateHost => ({
  type: 'UpdateHost',
  atEpochMs: sampleTime,
  hostId: hostId(`host-${number}`),
  ...changes,
})

const given = (...commands: readonly MeshCommand[]): readonly MeshEvent[] => eventsOf(...opening, ...commands)
const after = (...commands: readonly MeshCommand[]): MeshState => replay(given(...commands))
const hostOf = (state: MeshState, number: number): Host | undefined =>
  largeMapGet(state.hosts, hostId(`host-${number}`))
const portsOf = (state: MeshState): readonly (number | undefined)[] =>
  [1, 2, 3].flatMap((number) => hostOf(state, number)?.listenPort ?? [])

describe('A3 hosts that enrol from one public address', () => {
  test('get different ports before anybody has seen them, and their local endpoints move along', () => {
    const state = after(enrol(1), enrol(2), enrol(3))
    expect(portsOf(state)).toEqual([51_821, 51_823, 51_824])
    expect(hostOf(state, 1)?.endpoints).toEqual([local(51_821)])
    expect(hostOf(state, 2)?.endpoints).toEqual([local(51_823)])
  })

  test('get no endpoint there: nobody is told to send to it', () => {
    const [host1, host2] = [1, 2].map((number) => hostOf(after(enrol(1), enrol(2)), number))
    expect([...(host1?.endpoints ?? []), ...(host2?.endpoints ?? [])].map(({ origin }) => origin)).toEqual([
      'local',
      'local',
    ])
  })

  test('have no need of other ports where they come from different ones', () => {
    expect(portsOf(after(enrol(1), enrol(2, '198.51.100.4'), enrol(3, '2001:db8::3')))).toEqual([
      51_821, 51_821, 51_821,
    ])
  })

  test('do so by whichever command makes them known', () => {
    const { keyId: _key, secretHash: _hash, freshNodeIds: _ids, ...facts } = enrol(2)
    expect(portsOf(after(enrol(1), { ...facts, type: 'RegisterHost' }))).toEqual([51_821, 51_823])
  })

  test.each([
    ['a private network', '192.168.1.1'],
    ['a provider’s network', '100.64.1.2'],
    ['the same machine, as behind a proxy', '127.0.0.1'],
    ['the same machine by IPv6', '::1'],
    ['the same link', 'fe80::1'],
    ['a private IPv6 network', 'fd12::1'],
    ['no address at all', '0.0.0.0'],
    ['no address of one machine', '224.0.0.1'],
  ])('keep their ports where that is %s', (_, from) => {
    const state = after(enrol(1, from), enrol(2, from))
    expect(portsOf(state)).toEqual([51_821, 51_821])
    expect(hostOf(state, 1)?.enrolledFrom).toBeNull()
    expect(state.indexes.hostIdsByListener.size).toBe(0)
  })

  test('keep their ports where nobody knows from where they came', () => {
    expect(portsOf(after(enrol(1, null), enrol(2, null)))).toEqual([51_821, 51_821])
    const { enrolledFrom: _from, ...unsaid } = enrol(2)
    expect(portsOf(after(enrol(1), unsaid))).toEqual([51_821, 51_821])
  })

  test('give way to who is reached there already, and are given way to', () => {
    const router = sampleRegisterHost(2, { endpoints: [local(51_821, home)] })
    expect(portsOf(after(router, enrol(1)))).toEqual([51_823, 51_821])
    expect(portsOf(after(enrol(1), router))).toEqual([51_821, 51_823])
  })
})

describe('A3 the place from which a host enrolled', () => {
  const second = report(1, 51_821, [local(51_821, '10.9.9.9')])

  test('stays its own while it reports addresses that mean something at its place only', () => {
    const state = after(enrol(1), enrol(2), second)
    expect(hostOf(state, 1)?.enrolledFrom).toBe(home)
    expect(portsOf(after(enrol(1), second, enrol(2)))).toEqual([51_821, 51_823])
    const onLan = report(1, 51_821, [local(51_821), observed('192.168.1.10:51821')])
    expect(hostOf(after(enrol(1), onLan), 1)?.enrolledFrom).toBe(home)
  })

  test('moves it once only: it keeps the port that it was given, whichever it asks for', () => {
    const events = given(enrol(1), enrol(2))
    mesh
      .given(events)
      .when(report(2, 51_823, [local(51_823)]))
      .thenNothing()
    mesh
      .given(events)
      .when(report(2, 51_821, [local(51_821)]))
      .thenNothing()
  })

  test('is free for others once it has been seen elsewhere, and taken where it was seen', () => {
    const seen = report(1, 51_821, [local(51_821), observed('198.51.100.7:51821')])
    const state = after(enrol(1), seen)
    expect(hostOf(state, 1)?.enrolledFrom).toBeNull()
    expect(portsOf(after(enrol(1), seen, enrol(2), enrol(3, '198.51.100.7')))).toEqual([51_821, 51_821, 51_823])
  })

  test('is where it was seen, mostly: nothing changes for its neighbour', () => {
    const seen = report(1, 51_821, [local(51_821), observed(`${home}:51821`)])
    const neighbour = report(2, 51_823, [local(51_823), observed(`${home}:51823`)])
    expect(portsOf(after(enrol(1), enrol(2), seen, neighbour))).toEqual([51_821, 51_823])
  })

  test('does not come back when others see it no longer', () => {
    const seen = report(1, 51_821, [local(51_821), observed(`${home}:51821`)])
    const unseen = report(1, 51_821, [local(51_821)])
    expect(hostOf(after(enrol(1), seen, unseen), 1)?.enrolledFrom).toBeNull()
  })

  test('counts on where it was seen by the other family only', () => {
    const seen = report(1, 51_821, [local(51_821), observed('[2001:db8::7]:51821')])
    expect(hostOf(after(enrol(1), seen), 1)?.enrolledFrom).toBe(home)
  })

  test.each([
    ['a public address of its own', local(51_821, '203.0.113.9')],
    ['a declared endpoint', declared('203.0.113.9:51821')],
  ])('is of no account with %s: perhaps its call came by a proxy', (_, endpoint) => {
    const there = (number: number) => enrol(number, home, { endpoints: [endpoint] })
    const state = after(enrol(2), there(1))
    expect(hostOf(state, 1)).toMatchObject({ listenPort: 51_821, enrolledFrom: null })
  })

  test('is free when it is removed', () => {
    const remove = { type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('host-1') } as const
    expect(after(enrol(1), remove).indexes.hostIdsByListener.size).toBe(0)
    expect(portsOf(after(enrol(1), remove, enrol(2)))).toEqual([51_821])
  })

  test('counts for a port that is changed later, too', () => {
    expect(portsOf(after(enrol(1), enrol(2), update(1, { listenPort: 51_823 })))).toEqual([51_824, 51_823])
    expect(portsOf(after(enrol(1), update(1, { listenPort: 40_000 }), enrol(2)))).toEqual([40_000, 51_821])
  })

  test('stays what it was when a host that is known enrols again from elsewhere', () => {
    const again = enrol(1, '198.51.100.9', { hostId: hostId('again') })
    mesh
      .given(given(enrol(1)))
      .when(again)
      .thenNothing()
  })
})

test('A3 in a log of an earlier version nobody knows from where hosts enrolled', () => {
  const [registered] = given(enrol(1)).filter(({ type }) => type === 'HostRegistered')
  expect(registered).toMatchObject({ enrolledFrom: home })
  const unknown = { ...registered, enrolledFrom: null } as MeshEvent
  const state = replay([...eventsOf(...opening), unknown])
  expect(hostOf(state, 1)).toMatchObject({ enrolledFrom: null, listenPort: 51_821 })
})
