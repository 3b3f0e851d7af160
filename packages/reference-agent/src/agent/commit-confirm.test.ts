/** A10: what cut a host off is taken back, by the agent alone, and only that. */
import { hostCapabilities, hostId, nodeId } from '@meshfold/core'
import { sampleAddEgress, sampleTime } from '@meshfold/core/testing'
import { beforeEach, expect, test } from 'vitest'
import { type SampleHost, SampleWorld } from '../../test/support/sample-world.js'

let world: SampleWorld
let sample: SampleHost

beforeEach(async () => {
  world = new SampleWorld()
  world.admit(2)
  const capabilities = hostCapabilities
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: hostId('host-2'), capabilities })
  sample = await world.started(1)
  await world.pass(31_000)
})

const prefixes = ({ host }: SampleHost) => host.state.routes.map(({ prefix }) => prefix)
const own = ['10.1.0.0/24', '198.19.0.0/16', 'fd01:0:0:1::/64', 'fd6d:6573:6801::/48']
const both = [...own, '192.168.1.0/24', 'fd0a:0:0:1::/64'].sort()

/** Ranges behind host 2, and another MTU. */
const change = async () => {
  world.server.submit(sampleAddEgress(1, { routers: [{ nodeId: nodeId('node-1-2') }] }), {
    type: 'UpdateHost',
    atEpochMs: sampleTime,
    hostId: hostId('host-1'),
    mtuBytes: 1300,
  })
  await world.settle()
  expect(prefixes(sample).sort()).toEqual(both)
}

const reverted = [
  { section: 'routes', reason: 'server-silent' },
  { section: 'mtu', reason: 'server-silent' },
]

test('A10 a change after which the server is silent is taken back after thirty seconds, and told when the server is there', async () => {
  await change()
  await world.server.stop()
  await world.pass(29_000)
  expect(prefixes(sample).sort()).toEqual(both)
  await world.pass(3000)
  expect(prefixes(sample).sort()).toEqual(own)
  expect(sample.host.state.interface?.mtuBytes).toBe(1420)
  expect((await sample.agent.status()).config).toMatchObject({ reverted, failure: null })
  expect((await sample.agent.status()).differences).toEqual([])
  world.server.start()
  await world.pass(6000)
  expect(world.server.saidBy(sample.hostId, 'ack').at(-1)).toMatchObject({
    outcome: 'reverted',
    detail: expect.stringContaining('routes of revision'),
  })
})

test('a server that is back in time leaves everything as it is', async () => {
  await change()
  await world.server.stop()
  await world.pass(20_000)
  world.server.start()
  await world.pass(40_000)
  expect(prefixes(sample).sort()).toEqual(both)
  expect((await sample.agent.status()).config.reverted).toEqual([])
})

test('a server that goes later is no reason to take anything back', async () => {
  await change()
  await world.pass(31_000)
  await world.server.stop()
  await world.pass(90_000)
  expect(prefixes(sample).sort()).toEqual(both)
})

test('A10 an agent that was killed inside the window takes it back all the same', async () => {
  await change()
  sample.cutOff()
  await world.server.stop()
  const { store, probationStore, keys, host } = sample
  const again = world.agentOf(1, keys, { store, probationStore, host })
  await again.agent.start()
  await world.pass(32_000)
  expect(prefixes(again).sort()).toEqual(own)
})

test('what was taken back stays so through restarts, and is tried again when somebody says so', async () => {
  await change()
  await world.server.stop()
  await world.pass(32_000)
  await sample.agent.stop()
  world.server.start()
  const { store, probationStore, keys, host } = sample
  const again = world.agentOf(1, keys, { store, probationStore, host })
  await again.agent.start()
  await world.pass(6000)
  expect(prefixes(again).sort()).toEqual(own)
  expect(await again.agent.retry()).toMatchObject(reverted)
  await world.settle()
  expect(prefixes(again).sort()).toEqual(both)
  expect(world.server.saidBy(again.hostId, 'ack').at(-1)).toMatchObject({ outcome: 'applied', detail: null })
  expect(await again.agent.retry()).toEqual([])
})

test('A10 what was taken back for nothing is tried again by itself: the server stayed silent without it', async () => {
  await change()
  await world.server.stop()
  await world.pass(32_000)
  expect(prefixes(sample).sort()).toEqual(own)
  expect((await sample.agent.status()).config.reverted).toMatchObject([{ proof: 'awaited' }, { proof: 'awaited' }])
  await world.pass(31_000)
  const waiting = { proof: 'made-no-difference' }
  expect((await sample.agent.status()).config.reverted).toMatchObject([waiting, waiting])
  world.server.start()
  await world.pass(8000)
  expect(prefixes(sample).sort()).toEqual(both)
  expect(sample.host.state.interface?.mtuBytes).toBe(1300)
  expect((await sample.agent.status()).config.reverted).toEqual([])
  expect(world.server.saidBy(sample.hostId, 'ack').at(-1)).toMatchObject({ outcome: 'applied', detail: null })
  await world.pass(90_000)
  expect(prefixes(sample).sort()).toEqual(both)
})

test('A10 a restart after that forgets nothing of it', async () => {
  await change()
  await world.server.stop()
  await world.pass(65_000)
  await sample.agent.stop()
  const { store, probationStore, keys, host } = sample
  const again = world.agentOf(1, keys, { store, probationStore, host })
  await again.agent.start()
  expect(prefixes(again).sort()).toEqual(own)
  world.server.start()
  await world.pass(8000)
  expect(prefixes(again).sort()).toEqual(both)
})

test('A10 a host that never was confirmed, and was alone when the network was away, has its addresses when it is back', async () => {
  const fresh = await world.started(3)
  expect(fresh.host.state.interface?.addresses).not.toEqual([])
  await world.server.stop()
  await world.pass(32_000)
  expect(fresh.host.state.interface?.addresses).toEqual([])
  await world.pass(31_000)
  world.server.start()
  await world.pass(8000)
  expect(fresh.host.state.interface?.addresses).not.toEqual([])
})

test('A10 what was tightened at the same time stays tightened', async () => {
  world.admit(3)
  await world.pass(1000)
  expect(sample.host.state.peers.size).toBe(2)
  await change()
  world.server.submit({ type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('host-3') })
  await world.settle()
  await world.server.stop()
  await world.pass(32_000)
  expect(prefixes(sample).sort()).toEqual(own)
  expect(sample.host.state.peers.size).toBe(1)
})
