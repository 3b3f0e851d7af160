import { expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import { sampleAbleHost, sampleAssignRelay, sampleCreateExit, sampleRouteAll } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostId, hostName, ipAddress } from '../values/index.js'
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

test('D5 whom the gateway of a full tunnel asks for names is told', () => {
  const commands = [
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    ...[1, 2].flatMap((number) => [sampleAbleHost(number), sampleJoinNetwork(1, number)]),
    sampleCreateExit(1),
    sampleAssignRelay(2, 1),
    sampleRouteAll(2),
  ]
  const viewWith = (...resolvers: readonly string[]) => {
    const report = { hostId: hostId('host-1'), resolvers: resolvers.map(ipAddress) }
    const asks = { type: 'ReportHostResolvers', atEpochMs: sampleTime, ...report } as const
    return createTraceWorld(replay(eventsOf(...commands, asks))).viewOf(hostId('host-2'))
  }
  expect(configDifferences(viewWith(), viewWith('192.168.1.1'))).toMatchObject([
    { part: 'full tunnel', change: 'comes', what: 'DNS by machine-1', gained: ['192.168.1.1'] },
  ])
})
