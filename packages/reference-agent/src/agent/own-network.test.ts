import { type HostDriver, type ObservedHost, udpEndpoint } from '@meshfold/core'
import { sampleTime, withHandshake } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { type SampleHost, SampleWorld, sampleFacts, sampleUnderlay } from '../../test/support/sample-world.js'
import type { UnderlayEvents } from './agent-options.js'

const at =
  (...addresses: readonly ReturnType<typeof sampleUnderlay>[]) =>
  (host: ObservedHost): ObservedHost => ({ ...host, underlayAddresses: addresses })

async function withLivePeer(options: Parameters<SampleWorld['started']>[1] = {}) {
  const world = new SampleWorld()
  const peer = world.admit(2)
  const sample = await world.started(1, options)
  const shake = { endpoint: udpEndpoint('203.0.113.2:51821'), atEpochMs: sampleTime }
  sample.host.disturb((host) => withHandshake(host, peer.wireguardKey, shake))
  await world.pass(2000)
  return { world, sample }
}

const kinds = ({ host }: SampleHost) => host.executed.map(({ kind }) => kind)
const endpointsSaid = (world: SampleWorld, { hostId }: SampleHost) =>
  world.server.saidBy(hostId, 'report').map(({ report }) => report.endpoints.map(({ endpoint }) => endpoint))

test('an address that goes away: WireGuard forgets it, peers are greeted, the server is told over a new connection', async () => {
  const { world, sample } = await withLivePeer()
  const before = world.server.connectionOf(sample.hostId)
  sample.host.disturb(at(sampleUnderlay('203.0.113.77')))
  await world.pass(2100)
  expect(kinds(sample)).toContain('refresh-underlay')
  expect(sample.greeted).toContain('198.19.0.1')
  expect(world.server.connectionOf(sample.hostId)).not.toBe(before)
  expect(endpointsSaid(world, sample).at(-1)).toEqual(['203.0.113.77:51821'])
})

test('who is told of a lost address acts at once, before anything is looked at', async () => {
  let events: UnderlayEvents | undefined
  const { world, sample } = await withLivePeer({
    watchUnderlay: (given) => {
      events = given
      return () => {}
    },
  })
  sample.host.disturb(at(sampleUnderlay('203.0.113.77')))
  events?.onAddressGone('eth0')
  await world.settle()
  expect(kinds(sample).filter((kind) => kind === 'refresh-underlay').length).toBeGreaterThan(0)
  await world.pass(1500)
  expect(endpointsSaid(world, sample).at(-1)).toEqual(['203.0.113.77:51821'])
  events?.onAddressGone('docker0')
  const refreshed = kinds(sample).length
  await world.pass(500)
  expect(kinds(sample)).toHaveLength(refreshed)
})

test('an interface that was given another name is made anew as soon as it is seen, tried once at once', async () => {
  let events: UnderlayEvents | undefined
  const { world, sample } = await withLivePeer({
    watchUnderlay: (given) => {
      events = given
      return () => {}
    },
  })
  const made = () => kinds(sample).filter((kind) => kind === 'create-interface').length
  const rename = ({ interface: _, ...host }: ObservedHost): ObservedHost => ({
    ...host,
    ...{ interface: undefined, peers: new Map(), routes: [], renamedTo: 'other0' },
  })
  sample.host.disturb(rename)
  events?.onChanged()
  await world.pass(1500)
  expect(made()).toBe(2)
  expect(world.toDo(sample)).toEqual([])
  expect(sample.host.state.renamedTo).toBeUndefined()
  const words = 'the interface was given another name: it is made anew'
  expect(sample.logged.filter(({ message }) => message === words)).toMatchObject([{ fields: { renamedTo: 'other0' } }])
  await sample.agent.stopAndRemove()
  expect(sample.logged.filter(({ message }) => message.startsWith('the interface is gone'))).toEqual([])
})

test('while a host moves, peers are greeted on each change, before anything is looked at', async () => {
  let events: UnderlayEvents | undefined
  const { world, sample } = await withLivePeer({
    watchUnderlay: (given) => {
      events = given
      return () => {}
    },
  })
  const greetedSince = async (deed: () => void, ms: number) => {
    const before = sample.greeted.length
    deed()
    await world.pass(ms)
    return sample.greeted.length - before
  }
  expect(await greetedSince(() => events?.onChanged(), 50)).toBe(0)
  events?.onAddressGone('eth0')
  await world.pass(300)
  const change = () => {
    events?.onChanged()
    events?.onChanged()
  }
  expect(await greetedSince(change, 50)).toBe(1)
  await world.pass(7000)
  expect(await greetedSince(change, 50)).toBe(0)
})

test('where changes can no longer be told, they are looked for', async () => {
  const { world, sample } = await withLivePeer({
    watchUnderlay: (events) => {
      events.onFailed('no such program')
      return () => {}
    },
  })
  sample.host.disturb(at(sampleUnderlay('203.0.113.9'), sampleUnderlay('192.168.1.4', 'eth1', '192.168.1.0/24')))
  await world.pass(2100)
  expect(endpointsSaid(world, sample).at(-1)).toEqual(['203.0.113.9:51821', '192.168.1.4:51821'])
  expect(kinds(sample)).not.toContain('refresh-underlay')
})

test('who tells of changes is asked for again, less and less often, and is heard', async () => {
  const begun: UnderlayEvents[] = []
  const { world, sample } = await withLivePeer({
    watchUnderlay: (events) => {
      begun.push(events)
      return () => {}
    },
  })
  const watchers: number[] = []
  for (const seconds of [9, 2, 18, 4]) {
    begun.at(-1)?.onFailed('`ip monitor` ended (exit code null)')
    await world.pass(seconds * 1_000)
    watchers.push(begun.length)
  }
  expect(watchers).toEqual([1, 2, 2, 3])
  const told = 'changes of the network are not told: looking every now and then instead, tried again in'
  const said = sample.logged.filter(({ message }) => message.startsWith(told)).map(({ message }) => message)
  expect(said.map((message) => message.slice(told.length))).toEqual([' 10 s', ' 20 s'])

  sample.host.disturb(at(sampleUnderlay('203.0.113.77')))
  begun.at(-1)?.onAddressGone('eth0')
  await world.settle()
  expect(kinds(sample)).toContain('refresh-underlay')
})

test('container bridges, excluded prefixes and the mesh itself are not told; declared endpoints come first', async () => {
  const declared = udpEndpoint('198.51.100.1:1234')
  const facts = { ...sampleFacts, declaredEndpoints: [declared], excludedPrefixes: ['192.168.0.0/16' as never] }
  const { world, sample } = await withLivePeer({ facts })
  sample.host.disturb(
    at(
      sampleUnderlay('172.17.0.1', 'docker0'),
      sampleUnderlay('172.18.0.1', 'br-0123456789ab'),
      sampleUnderlay('192.168.1.4', 'eth1'),
      sampleUnderlay('10.1.0.200', 'eth2'),
      sampleUnderlay('10.9.0.4', 'br-lan'),
      sampleUnderlay('203.0.113.9'),
    ),
  )
  await world.pass(2100)
  expect(endpointsSaid(world, sample).at(-1)).toEqual([declared, '203.0.113.9:51821', '10.9.0.4:51821'])
})

test('nothing is reported before the server has told what is new: an old port would undo a newer one', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  await world.server.stop()
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sample.hostId, listenPort: 51_999 })
  world.server.start()
  await world.pass(2000)
  const ports = world.server.saidBy(sample.hostId, 'report').map(({ report }) => report.listenPort)
  expect(ports).toEqual([51_821, 51_999])
})

/** A host on which another program has a port. */
const withoutPort = (host: SampleHost['host'], ...taken: readonly number[]): HostDriver => ({
  capabilities: host.capabilities,
  observe: () => host.observe(),
  execute: async (change) => {
    const isTaken = 'listenPort' in change && taken.includes(change.listenPort ?? 0)
    const reason = 'the UDP port is in use'
    return isTaken ? E.left({ code: 'host-refused', action: change.kind, reason }) : host.execute(change)
  },
  close: () => host.close(),
})

test('a port that another program has: the host listens at the next one, asks the mesh for it, and gets it', async () => {
  const world = new SampleWorld()
  const keys = world.admit(1)
  const host = world.simulatedHost(keys)
  const driver = withoutPort(host, 51_821)
  const sample = world.agentOf(1, keys, { host, driver, findFreePort: async (port) => port + 2 })
  await sample.agent.start()
  await world.pass(500)
  const wished = world.server.saidBy(sample.hostId, 'report').at(-1)?.report
  expect(wished).toMatchObject({ listenPort: 51_823, endpoints: [{ endpoint: '203.0.113.9:51823' }] })
  expect(host.state.interface).toMatchObject({ listenPort: 51_823, isUp: true })
  expect((await sample.agent.status()).differences).toEqual(['listenPort is 51823 instead of 51821'])
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sample.hostId, listenPort: 51_823 })
  await world.pass(1000)
  expect(world.toDo(sample)).toEqual([])
  expect(host.state.interface?.listenPort).toBe(51_823)
  const acks = world.server.saidBy(sample.hostId, 'ack').map(({ outcome }) => outcome)
  expect(acks).toEqual(['failed', 'applied', 'applied'])
  expect((await sample.agent.status()).differences).toEqual([])
})

test('without a server, and with the next port taken as well, the host listens at one that is free', async () => {
  const world = new SampleWorld()
  const first = await world.started(1)
  await first.agent.stop()
  await world.server.stop()
  const host = world.simulatedHost(first.keys)
  const driver = withoutPort(host, 51_821, 51_823)
  const sample = world.agentOf(1, first.keys, {
    ...{ host, store: first.store, driver },
    findFreePort: async (port) => port + 2,
  })
  await sample.agent.start()
  await world.pass(500)
  expect(host.state.interface).toMatchObject({ listenPort: 51_825, isUp: true })
  expect((await sample.agent.status()).config.failure).toBeNull()
})

test('a wish for another port does not outlive the port that was refused', async () => {
  const world = new SampleWorld()
  const first = await world.started(1)
  await first.agent.stop()
  const host = world.simulatedHost(first.keys)
  const { store } = first
  const options = { host, store, driver: withoutPort(host, 51_821), findFreePort: async (port: number) => port + 2 }
  const setPort = (listenPort: number) =>
    world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: first.hostId, listenPort })
  // The wish is made before there is a server, which has another port for this host by then.
  await world.server.stop()
  const sample = world.agentOf(1, first.keys, options)
  await sample.agent.start()
  await world.pass(500)
  expect(sample.logged.map(({ message }) => message)).toContain(
    'the port is in use; listening at another, which the mesh is asked for',
  )
  setPort(51_999)
  world.server.start()
  await world.pass(2000)
  // And another one later, which is not what had been wished.
  setPort(52_000)
  await world.pass(1000)
  const ports = world.server.saidBy(sample.hostId, 'report').map(({ report }) => report.listenPort)
  expect([...new Set(ports)]).toEqual([51_821, 51_999, 52_000])
  expect(host.state.interface?.listenPort).toBe(52_000)
})

test('a port found free after the config has moved on is not wished for', async () => {
  const world = new SampleWorld()
  const keys = world.admit(1)
  const host = world.simulatedHost(keys)
  let found = (_: number) => {}
  const findFreePort = () =>
    new Promise<number>((resolve) => {
      found = resolve
    })
  const sample = world.agentOf(1, keys, { host, driver: withoutPort(host, 51_821), findFreePort })
  await sample.agent.start()
  await world.pass(200)
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sample.hostId, listenPort: 51_999 })
  await world.pass(200)
  found(51_823)
  await world.pass(1000)
  expect(world.server.saidBy(sample.hostId, 'report').at(-1)?.report.listenPort).toBe(51_999)
})

test('a tunnel that somebody takes away is back at once', async () => {
  let events: UnderlayEvents | undefined
  const { world, sample } = await withLivePeer({
    watchUnderlay: (given) => {
      events = given
      return () => {}
    },
  })
  sample.host.disturb((host) => ({ ...host, interface: undefined, peers: new Map(), routes: [] }))
  events?.onOwnInterfaceGone()
  await world.settle()
  expect(world.toDo(sample)).toEqual([])
})

test('an MTU that follows another way to peers is no drift; one that somebody set is', async () => {
  const { world, sample } = await withLivePeer()
  const said = () => sample.logged.map(({ message }) => message).filter((message) => /MTU|drift/.test(message))
  sample.host.disturb((host) => ({ ...host, underlayMtu: { linkBytes: 1400, pathBytes: 1400 } }))
  await world.pass(2100)
  expect(sample.host.state.interface?.mtuBytes).toBe(1320)
  expect(said()).toEqual(['the MTU follows the way to peers'])
  sample.host.disturb(({ interface: own, ...host }) => ({ ...host, interface: own && { ...own, mtuBytes: 1300 } }))
  await world.pass(301_000)
  expect(sample.host.state.interface?.mtuBytes).toBe(1320)
  expect(said()).toEqual(['the MTU follows the way to peers', 'drift put right'])
})
