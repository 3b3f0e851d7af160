import { hostName, udpEndpoint } from '@meshfold/core'
import { sampleRegisterHost, sampleTime, withHandshake } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { type Death, MortalProcess } from '../../test/support/mortal.js'
import { type SampleHost, SampleWorld, sampleKeys } from '../../test/support/sample-world.js'
import { createMemoryConfigStore } from '../state/config-store.js'

/** From a fresh host through a snapshot, a join, a moved peer, another own port, and a leave. */
async function live(world: SampleWorld, sample: SampleHost): Promise<void> {
  await Promise.race([sample.agent.start(), world.pass(500)])
  await world.pass(500)
  const peer = world.admit(2)
  await world.pass(500)
  const shake = { endpoint: udpEndpoint('203.0.113.2:51821'), atEpochMs: sampleTime }
  sample.host.disturb((host) => withHandshake(host, peer.wireguardKey, shake))
  world.server.submit({
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: sampleRegisterHost(2).hostId,
    listenPort: 51_821,
    endpoints: [{ endpoint: udpEndpoint('203.0.113.22:51821'), origin: 'local' }],
    localPrefixes: [],
  })
  await world.pass(500)
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sample.hostId, listenPort: 51_900 })
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sample.hostId, name: hostName('other') })
  await world.pass(500)
}

async function liveAndDie(death: Death | undefined) {
  const world = new SampleWorld()
  const keys = world.admit(1, sampleKeys())
  const process = new MortalProcess(death)
  const host = world.simulatedHost(keys)
  const store = createMemoryConfigStore()
  const driver = process.driver(host)
  const sample = world.agentOf(1, keys, { host, driver, store: process.store(store) })
  await live(world, sample)
  process.die()
  sample.cutOff()
  return { world, keys, host, store, process }
}

test('killed at any step, an agent comes back to the config that it holds, and with its server to the newest', async () => {
  const { process } = await liveAndDie(undefined)
  expect(process.calls).toBeGreaterThan(25)
  for (let step = 1; step <= process.calls; step++) {
    for (const effect of ['none', 'done'] as const) {
      const { world, keys, host, store } = await liveAndDie({ step, effect })
      await world.server.stop()
      const again = world.agentOf(1, keys, { host, store })
      await again.agent.start()
      const { config, differences } = await again.agent.status()
      expect(differences, `step ${step}, ${effect}: without its server`).toEqual([])
      expect(config.applied, `step ${step}, ${effect}`).toEqual(config.received)
      world.server.start()
      await world.pass(1500)
      expect(world.toDo(again), `step ${step}, ${effect}: with its server`).toEqual([])
      const peer = [...host.state.peers.values()][0]
      expect(peer?.endpoint, `step ${step}, ${effect}: the peer that moved`).toBe('203.0.113.22:51821')
      await again.agent.stop()
    }
  }
}, 60_000)
