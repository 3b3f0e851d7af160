import { text } from 'node:stream/consumers'
import { getHeapSnapshot } from 'node:v8'
import {
  emptyMeshState,
  hostId,
  hostName,
  type Ipv6Address,
  ipAddress,
  type PathMemory,
  udpEndpoint,
} from '@meshfold/core'
import { sampleJoinNetwork, sampleTime } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { sampleAbleHost, sampleAssignRelay, sampleCreateGateway } from '../../../core/src/testing/sample-gateways.js'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import { ControlNet } from '../../test/support/control-net.js'
import { type SampleHost, SampleWorld, sampleKeys } from '../../test/support/sample-world.js'
import { createMemoryConfigStore } from '../state/config-store.js'
import { keepInMemory } from '../state/kept-file.js'

/** Put together where it is used, so that no source text holds it. */
const marked = (number: number): string => ['passer', 'by', number].join('-')
const addressOf = (number: number): string => [198, 51, 77, number].join('.')

/** Hosts 1 and 2, and 2 is a gateway; each keeps its paths. What a disk would keep is forgotten. */
async function twoAgents(world: SampleWorld, net: ControlNet): Promise<readonly SampleHost[]> {
  const samples = [1, 2].map((number) => {
    const { wireguardKey, identityKey, ...secret } = sampleKeys()
    world.server.submit(sampleAbleHost(number, { wireguardKey, identityKey }), sampleJoinNetwork(1, number))
    const kept = createMemoryConfigStore()
    const store = { ...kept, append: async () => E.right(undefined) }
    const paths = { crypto: nodeCrypto, openControlPort: net.open, store: keepInMemory<PathMemory>() }
    return world.agentOf(number, { wireguardKey, identityKey, ...secret }, { paths, store })
  })
  world.server.submit(sampleCreateGateway(2))
  for (const { agent } of samples) await agent.start()
  await world.pass(3000)
  return samples
}

/** A host comes, as a gateway or relayed by one, is tried and probed in vain, and is removed. Answers its keys. */
async function passBy(world: SampleWorld, number: number): Promise<readonly string[]> {
  const { wireguardKey, identityKey } = sampleKeys()
  const id = hostId(marked(number))
  const facts = {
    hostId: id,
    name: hostName(marked(number)),
    wireguardKey,
    identityKey,
    controlAddress6: ipAddress(`fd6d:6573:6801::${number.toString(16)}`) as Ipv6Address,
    endpoints: [{ endpoint: udpEndpoint(`${addressOf(number)}:51821`), origin: 'declared' as const }],
  }
  world.server.submit(sampleAbleHost(number, facts), sampleJoinNetwork(1, number, { hostId: id }))
  world.server.submit(number % 2 === 0 ? sampleAssignRelay(number, 2) : sampleCreateGateway(number))
  await world.pass(8000)
  world.server.submit({ type: 'RemoveHost', atEpochMs: sampleTime, hostId: id })
  await world.pass(1000)
  return [wireguardKey, identityKey]
}

/** So that to remember a key is not to hold it. */
const backwards = (key: string): string => [...key].reverse().join('')

/** What the test itself remembers. */
const forget = (...lists: readonly (readonly unknown[])[]): void => {
  for (const list of lists) (list as unknown[]).length = 0
}

/** What is in the memory of this process. */
async function stringsInMemory(): Promise<readonly string[]> {
  const snapshot: unknown = JSON.parse(await text(getHeapSnapshot()))
  return (snapshot as { readonly strings: readonly string[] }).strings
}

test('what has gone is forgotten: nothing in memory names a host that was removed', async () => {
  const world = new SampleWorld()
  const net = new ControlNet(world.timers)
  const samples = await twoAgents(world, net)
  const numbers = Array.from({ length: 16 }, (_, index) => 20 + index)
  const keys: string[] = []
  for (const number of numbers) keys.push(...(await passBy(world, number)).map(backwards))
  // What was worked out last may lie where the next one goes.
  await passBy(world, 99)
  for (const { host } of samples) expect(JSON.stringify(host.executed)).toContain(addressOf(numbers.at(-1) ?? 0))
  for (const { logged, greeted, host } of samples) forget(logged, greeted, host.executed)
  forget(net.sent, world.server.sent, world.server.heard)
  world.server.forgetRing()
  // Its state remembers the keys of who was removed, for ever (A5).
  world.server.state = emptyMeshState()
  const strings = await stringsInMemory()
  const marks = [...numbers.flatMap((number) => [marked(number), addressOf(number)]), ...keys.map(backwards)]
  expect(strings.filter((each) => marks.some((mark) => each.includes(mark)))).toEqual([])
  for (const { agent } of samples) await agent.stop()
})
