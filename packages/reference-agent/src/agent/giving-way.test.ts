import { type HostDriver, hostId } from '@meshfold/core'
import { type SimulatedHost, sampleTime } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { SampleWorld } from '../../test/support/sample-world.js'
import type { WatchUnderlay } from './agent-options.js'

const PARTS = 10
const PART_MS = 100

/** Reading the whole host takes a second, in ten parts, once it is told to be slow. */
function slowToRead(world: SampleWorld, host: SimulatedHost) {
  const reads = { begun: 0, ended: 0, isSlow: false }
  const driver: HostDriver = {
    capabilities: host.capabilities,
    observe: async (wish) => {
      reads.begun += 1
      for (let part = 0; reads.isSlow && part < PARTS; part += 1) {
        if (wish?.isGivenUp?.() === true) return E.left({ code: 'given-up', action: 'observe', reason: 'test' })
        await new Promise<void>((resolve) => world.timers.after(PART_MS, resolve))
      }
      reads.ended += 1
      return host.observe()
    },
    observeTunnel: () => host.observeTunnel(),
    execute: (change) => host.execute(change),
    close: () => host.close(),
  }
  return { driver, reads }
}

async function slowHost() {
  const world = new SampleWorld()
  const peer = world.admit(2)
  const keys = world.admit(1)
  const host = world.simulatedHost(keys)
  const { driver, reads } = slowToRead(world, host)
  let loseAddress = () => {}
  const watchUnderlay: WatchUnderlay = ({ onAddressGone }) => {
    loseAddress = () => onAddressGone('eth0')
    return () => {}
  }
  const sample = world.agentOf(1, keys, { host, driver, watchUnderlay })
  await sample.agent.start()
  await world.pass(2000)
  reads.isSlow = true
  const begun = async () => {
    const before = reads.begun
    for (let waited = 0; reads.begun === before && waited < 20_000; waited += 50) await world.pass(50)
  }
  const movePeer = (listenPort: number) =>
    world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: hostId('host-2'), listenPort })
  const peerPort = () => host.state.peers.get(peer.wireguardKey)?.endpoint?.split(':').at(-1)
  return { world, sample, host, reads, begun, movePeer, peerPort, loseAddress: () => loseAddress() }
}

test('a patch does not wait for a look at the whole host, which is made up for afterwards', async () => {
  const { world, sample, host, reads, begun, movePeer, peerPort } = await slowHost()
  host.disturb((state) => ({ ...state, routes: [] }))
  await begun()
  const { ended } = reads
  movePeer(51_999)
  await world.pass(PART_MS * 2)
  expect([peerPort(), reads.ended]).toEqual(['51999', ended])
  await world.pass(PARTS * PART_MS * 3)
  expect(reads.ended).toBeGreaterThan(ended)
  expect(world.toDo(sample)).toEqual([])
  expect(sample.logged.filter(({ level }) => level === 'error')).toEqual([])
})

test('patches without end do not keep a host from being looked at', async () => {
  const { world, reads, begun, movePeer, peerPort } = await slowHost()
  await begun()
  const { ended } = reads
  let port = 52_000
  for (let passed = 0; reads.ended === ended && passed < 15_000; passed += 200) {
    movePeer(++port)
    await world.pass(200)
  }
  expect(reads.ended).toBeGreaterThan(ended)
  await world.pass(2000)
  expect(peerPort()).toBe(String(port))
})

test('nor do patches whose peers are read back in between', async () => {
  const { world, reads, begun, loseAddress, movePeer } = await slowHost()
  reads.isSlow = false
  await begun()
  await world.pass(100)
  reads.isSlow = true
  loseAddress()
  const { ended } = reads
  for (let port = 52_000; reads.ended === ended && port < 52_012; port += 1) {
    movePeer(port)
    await world.pass(700)
  }
  expect(reads.ended).toBeGreaterThan(ended)
})

test('who asks how the host is doing gets an answer though a patch comes in between', async () => {
  const { world, sample, movePeer, peerPort } = await slowHost()
  const answer = sample.agent.status()
  await world.pass(PART_MS * 3)
  movePeer(51_998)
  await world.pass(PARTS * PART_MS * 3)
  expect((await answer).host).toBeDefined()
  expect(peerPort()).toBe('51998')
})
