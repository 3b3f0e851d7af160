import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { choosePaths } from '../host-config/choose-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import { replay } from '../mesh/evolve.js'
import { largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { emptyMeshState, type MeshState } from '../mesh/mesh-state.js'
import { busyMeshHistory } from '../testing/arbitraries/busy-mesh.js'
import { carriedMeshes } from '../testing/arbitraries/carried-meshes.js'
import { type MeshHistory, meshHistory } from '../testing/arbitraries/mesh.js'
import { sampleAbleHost } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { type HostId, hostId, ipAddress, type MemberId, networkId } from '../values/index.js'
import { type ConfigDifference, configDifferences } from './config-differences.js'
import { packetText } from './packet-text.js'
import type { ReachedMembers } from './reachability-change.js'
import { isPresent, type ReachedPlace, reaches, theInternet } from './reaches.js'
import { stateChange } from './state-change.js'
import { createTraceWorld } from './trace-world.js'

interface Change {
  readonly before: MeshState
  readonly after: MeshState
  readonly events: readonly MeshEvent[]
}

/** What the last few commands of a history changed. */
const lastOf = ({ steps }: MeshHistory, last: number): Change => {
  const some = steps.slice(-last)
  return {
    before: some[0]?.before ?? emptyMeshState(),
    after: some.at(-1)?.after ?? emptyMeshState(),
    events: some.flatMap(({ decision }) => (E.isRight(decision) ? decision.right : [])),
  }
}

const lastOfBatches = (batches: readonly (readonly MeshEvent[])[], last: number): Change => {
  const [earlier, later] = [batches.slice(0, -last).flat(), batches.slice(-last).flat()]
  return { before: replay(earlier), after: replay([...earlier, ...later]), events: later }
}

/** Counter-examples are read by people: events say more than states do. */
const readable = (change: Change): Change =>
  Object.assign(change, {
    [fc.toStringMethod]: () => `after ${change.before.revision}: ${JSON.stringify(change.events)}`,
  })

const last = fc.integer({ min: 1, max: 4 })
const changes: fc.Arbitrary<Change> = fc
  .oneof(
    fc.tuple(meshHistory({ maxCommands: 60 }), last).map(([history, count]) => lastOf(history, count)),
    fc.tuple(busyMeshHistory(), last).map(([history, count]) => lastOf(history, count)),
    fc.tuple(carriedMeshes(), last).map(([batches, count]) => lastOfBatches(batches, count)),
  )
  .map(readable)

/** Members of each network, and what they may reach. */
const membersIn = (state: MeshState): readonly (readonly [readonly MemberId[], readonly ReachedPlace[]])[] =>
  [...largeMapValues(state.networks)].map(({ members, clientIds, egressIds }) => {
    const all = [...largeMapKeys(members), ...largeMapKeys(clientIds)]
    return [all, [...all, ...largeMapKeys(egressIds), theInternet]]
  })

const lineOf = (from: MemberId, to: ReachedPlace, traffic: ReachedMembers['traffic'][number]): string =>
  `${from} to ${to}: ${packetText(traffic)}`

/** Nobody asks of members that come or go whether they have the internet. */
const toldIn = (before: MeshState, after: MeshState) => {
  const worlds = [createTraceWorld(before), createTraceWorld(after)]
  return (from: MemberId, to: ReachedPlace): boolean =>
    to !== theInternet || worlds.every((world) => isPresent(world, from))
}

const everyPair = (
  state: MeshState,
  traffics: ReachedMembers['traffic'],
  isTold: ReturnType<typeof toldIn>,
): ReadonlySet<string> => {
  const world = createTraceWorld(state)
  const lines = new Set<string>()
  for (const [members, places] of membersIn(state))
    for (const from of members)
      for (const to of places)
        for (const traffic of traffics)
          if (from !== to && isTold(from, to) && reaches(world, from, to, traffic)) lines.add(lineOf(from, to, traffic))
  return lines
}

const writtenOut = (found: readonly ReachedMembers[]): readonly string[] =>
  found
    .flatMap(({ from, to, traffic }) =>
      from.flatMap((one) =>
        to.flatMap((other) => (one === other ? [] : traffic.map((each) => lineOf(one, other, each)))),
      ),
    )
    .sort()

/** What the host's own config says, whatever others have told it. */
const viewOf = (state: MeshState, hostId: HostId) => {
  const config = projectHostConfig(state, hostId)
  return config && { config, chosen: choosePaths(config, new Map(), new Map(), undefined) }
}

const kindsOf = (differences: readonly ConfigDifference[]): readonly string[] =>
  differences.map(({ part, change }) => `${part} ${change}`).sort()

test('of hosts that are alike one is given an MTU of its own as well: each is told by itself', () => {
  const commands = [
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    ...[1, 2].flatMap((number) => [sampleAbleHost(number), sampleJoinNetwork(1, number)]),
  ]
  const changing = [
    {
      type: 'UpdateNetwork',
      atEpochMs: sampleTime,
      networkId: networkId('net-1'),
      settings: { clientDns: [ipAddress('9.9.9.9')] },
    },
    { type: 'UpdateHost', atEpochMs: sampleTime, hostId: hostId('host-2'), mtuBytes: 1300 },
  ] as const
  const [earlier, all] = [eventsOf(...commands), eventsOf(...commands, ...changing)]
  const { configs } = stateChange(replay(earlier), replay(all), all.slice(earlier.length))
  const ofInterface = configs.map(({ hostIds, differences }) => [
    ...hostIds,
    ...differences.flatMap(({ part, what }) => (part === 'interface' ? [what] : [])),
  ])
  expect(ofInterface.sort()).toEqual([['host-1'], ['host-2', 'MTU']])
})

describe('what a change does', () => {
  test('to reachability is the same for all that are alike: as if every pair had been followed', async () => {
    await fc.assert(
      fc.property(changes, ({ before, after, events }) => {
        const traffic = [{ protocol: 'icmp' }, { protocol: 'tcp', port: 443 }] as const
        const { reachability } = stateChange(before, after, events, { traffic, maxPairs: 1_000_000 })
        const isTold = toldIn(before, after)
        const [was, is] = [everyPair(before, traffic, isTold), everyPair(after, traffic, isTold)]
        expect(writtenOut(reachability.gained)).toEqual([...is].filter((line) => !was.has(line)).sort())
        expect(writtenOut(reachability.lost)).toEqual([...was].filter((line) => !is.has(line)).sort())
        expect(reachability.isComplete).toBe(true)
      }),
      lawRuns(0.2),
    )
  })

  test('to configs is told of every host whose config is another, and in the same way of all that are alike', async () => {
    await fc.assert(
      fc.property(changes, ({ before, after, events }) => {
        const { configs } = stateChange(before, after, events, { maxConfigs: 1_000_000, maxPairs: 0 })
        const told = new Set(configs.flatMap(({ hostIds }) => hostIds))
        for (const hostId of largeMapKeys(after.hosts))
          if (!told.has(hostId)) expect(configDifferences(viewOf(before, hostId), viewOf(after, hostId))).toEqual([])
        const [was, is] = [createTraceWorld(before), createTraceWorld(after)]
        for (const { hostIds, differences } of configs)
          for (const hostId of hostIds)
            expect(kindsOf(configDifferences(was.viewOf(hostId), is.viewOf(hostId)))).toEqual(kindsOf(differences))
      }),
      lawRuns(0.2),
    )
  })
})
