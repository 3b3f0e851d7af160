import { expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import { sampleAbleHost } from '../testing/sample-gateways.js'
import { eventsOf, sampleCreateMesh, sampleCreateNetwork, sampleJoinNetwork } from '../testing/sample-mesh.js'
import { hostId, hostName } from '../values/index.js'
import { configDifferences } from './config-differences.js'
import { createTraceWorld } from './trace-world.js'

test('hosts of one name are told one by one', () => {
  const laptop = hostName('laptop')
  const commands = [
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    sampleAbleHost(1),
    sampleAbleHost(2, { name: laptop }),
    sampleAbleHost(3, { name: laptop }),
    sampleJoinNetwork(1, 1),
  ]
  const viewWith = (...joined: readonly number[]) =>
    createTraceWorld(replay(eventsOf(...commands, ...joined.map((n) => sampleJoinNetwork(1, n))))).viewOf(
      hostId('host-1'),
    )
  const peersOf = (differences: ReturnType<typeof configDifferences>) =>
    differences.flatMap(({ part, change, what }) => (part === 'peer' ? [`${what} ${change}`] : []))
  expect(peersOf(configDifferences(viewWith(), viewWith(2, 3)))).toEqual(['laptop comes', 'laptop comes'])
  expect(peersOf(configDifferences(viewWith(2), viewWith(2, 3)))).toEqual(['laptop comes'])
})
