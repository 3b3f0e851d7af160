import { epochMs, type HostDriver, hostId, udpEndpoint } from '@meshfold/core'
import { type SimulatedHost, sampleTime, withHandshake } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { SampleWorld } from '../../test/support/sample-world.js'

/** A host that counts how often it is read. */
function counting(host: SimulatedHost) {
  const reads = { whole: 0, tunnel: 0 }
  const driver: HostDriver = {
    capabilities: host.capabilities,
    observe: () => {
      reads.whole += 1
      return host.observe()
    },
    observeTunnel: () => {
      reads.tunnel += 1
      return host.observeTunnel()
    },
    execute: (change) => host.execute(change),
    close: () => host.close(),
  }
  return { driver, reads }
}

async function withPeer() {
  const world = new SampleWorld()
  const peer = world.admit(2)
  const keys = world.admit(1)
  const host = world.simulatedHost(keys)
  const { driver, reads } = counting(host)
  // Told of changes of its own network, it does not look for them.
  const sample = world.agentOf(1, keys, { host, driver, watchUnderlay: () => () => {} })
  await sample.agent.start()
  await world.pass(2100)
  const before = { ...reads }
  const since = () => ({ whole: reads.whole - before.whole, tunnel: reads.tunnel - before.tunnel })
  const movePeer = (listenPort: number) =>
    world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: hostId('host-2'), listenPort })
  return { world, sample, peer, host, since, movePeer }
}

test('a patch of peers is carried out and read back by asking WireGuard alone', async () => {
  const { world, sample, peer, since, movePeer } = await withPeer()
  movePeer(51_999)
  await world.pass(1500)
  expect(sample.host.state.peers.get(peer.wireguardKey)?.endpoint).toMatch(/:51999$/)
  expect(since()).toMatchObject({ whole: 0 })
  expect(since().tunnel).toBeGreaterThan(0)
  expect(world.toDo(sample)).toEqual([])
})

test('a peer that does not come from its new port by itself is written at the read-back, by asking WireGuard alone', async () => {
  const { world, sample, peer, host, since, movePeer } = await withPeer()
  const endpoint = host.state.peers.get(peer.wireguardKey)?.endpoint ?? udpEndpoint('203.0.113.2:51821')
  host.disturb((state) =>
    withHandshake(state, peer.wireguardKey, { endpoint, atEpochMs: epochMs(world.clock.nowEpochMs()) }),
  )
  movePeer(51_999)
  await world.pass(1500)
  expect(sample.host.state.peers.get(peer.wireguardKey)?.endpoint).toMatch(/:51999$/)
  expect(since()).toMatchObject({ whole: 0 })
})

test('an interface that is gone meanwhile is found and made again', async () => {
  const { world, sample, host, since, movePeer } = await withPeer()
  host.disturb((state) => ({ ...state, interface: undefined, peers: new Map(), routes: [] }))
  movePeer(51_999)
  await world.pass(1500)
  expect(host.state.interface).toBeDefined()
  expect(since().whole).toBeGreaterThan(0)
  expect(world.toDo(sample)).toEqual([])
})
