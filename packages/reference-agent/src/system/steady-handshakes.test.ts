import { type EpochMs, udpEndpoint } from '@meshfold/core'
import { withHandshake } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { SampleWorld } from '../../test/support/sample-world.js'
import { steadyHandshakes } from './steady-handshakes.js'

const minute = 60_000

/** A host whose clock may be set, and its peer, with whom there was a handshake from somewhere else than configured. */
async function world() {
  const sampleWorld = new SampleWorld()
  const peer = sampleWorld.admit(2)
  const keys = sampleWorld.admit(1)
  const host = sampleWorld.simulatedHost(keys)
  let setByMs = 0
  const nowEpochMs = () => sampleWorld.clock.nowEpochMs() + setByMs
  const shifted = {
    ...host,
    observe: async () =>
      E.map((observed: typeof host.state) => ({ ...observed, observedAtEpochMs: nowEpochMs() as EpochMs }))(
        await host.observe(),
      ),
  }
  const driver = steadyHandshakes(shifted, { nowEpochMs, sinceBootMs: sampleWorld.clock.monotonicMs })
  const sample = sampleWorld.agentOf(1, keys, { host, driver })
  await sample.agent.start()
  await sampleWorld.pass(1000)
  const shake = () =>
    host.disturb((state) =>
      withHandshake(state, peer.wireguardKey, {
        endpoint: udpEndpoint('192.0.2.77:1024'),
        atEpochMs: nowEpochMs() as EpochMs,
      }),
    )
  shake()
  await sampleWorld.pass(11_000)
  const ageMs = async () => {
    const seen = await driver.observe()
    const peerSeen = E.isRight(seen) ? seen.right.peers.get(peer.wireguardKey) : undefined
    return nowEpochMs() - (peerSeen?.latestHandshakeAtEpochMs ?? 0)
  }
  const set = (byMs: number) => {
    setByMs += byMs
  }
  const endpoint = () => host.state.peers.get(peer.wireguardKey)?.endpoint
  return { pass: (ms: number) => sampleWorld.pass(ms), set, shake, ageMs, endpoint, executed: host.executed }
}

test('a clock that is set, forward or back, makes no peer silent, nor one live that is not', async () => {
  const { pass, set, shake, ageMs, endpoint, executed } = await world()
  const done = executed.length
  for (const byMs of [10 * minute, 30 * minute, -3 * 24 * 60 * minute]) {
    set(byMs)
    await pass(11_000)
  }
  expect(executed).toHaveLength(done)
  expect(endpoint()).toBe('192.0.2.77:1024')
  expect(await ageMs()).toBe(44_000)
  shake()
  expect(await ageMs()).toBe(0)
  await pass(4 * minute)
  expect(await ageMs()).toBe(4 * minute)
  expect(endpoint()).toBe('203.0.113.2:51821')
})

test('a clock that is kept right little by little moves nothing', async () => {
  const { pass, set, ageMs } = await world()
  for (let i = 0; i < 5; i += 1) {
    set(900)
    await pass(1000)
    await ageMs()
  }
  expect(await ageMs()).toBe(11_000 + 5 * 1900)
})
