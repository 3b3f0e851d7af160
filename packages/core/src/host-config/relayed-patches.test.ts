import { expect, test } from 'vitest'
import { evolveAll, replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAssignRelay,
  sampleCascadingMesh,
  sampleCreateExit,
  sampleCreateGateway,
  sampleMeshOfSix,
  sampleNode,
  sampleRouteAll,
  sampleSetAutoGateway,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleTime } from '../testing/sample-mesh.js'
import { hostId, ipAddress, networkId } from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import { patchesOfStep } from './step-patches.js'

const patchesBy = (commands: readonly MeshCommand[], last: MeshCommand) => {
  const before = replay(eventsOf(...commands))
  const events = eventsOf(...commands, last).slice(eventsOf(...commands).length)
  const after = evolveAll(before, events)
  return new Map(patchesOfStep(changedFragments(before, after, events), before, after))
}

const host = (number: number) => hostId(`host-${number}`)

test('A5 nodes that come to a gateway together are sent it, those that had it already are not', () => {
  const commands = [
    ...sampleMeshOfSix.filter((command) => command.type !== 'JoinNetwork' || command.networkId === networkId('net-1')),
    sampleCreateGateway(1),
    sampleSetAutoGateway(3),
    sampleSetAutoGateway(4),
    sampleCreateGateway(2),
    sampleSetAutoGateway(5),
    sampleSetAutoGateway(6),
  ]
  const patches = patchesBy(commands, { type: 'DisconnectNode', atEpochMs: sampleTime, nodeId: sampleNode(1) })
  const sentTo = (number: number) =>
    patches
      .get(host(number))
      ?.map(({ fragment, change }) => `${change.op} ${fragment}`)
      .sort()
  expect(sentTo(3)).toContain(`put node:${sampleNode(2)}`)
  expect(sentTo(5)).not.toContain(`put node:${sampleNode(2)}`)
  for (const [one, other] of [
    [3, 4],
    [5, 6],
  ] as const)
    expect(sentTo(one)?.map((text) => text.replace(host(one), host(other)))).toEqual(sentTo(other))
})

test('D5 D6 whom an internet gateway asks for names those are sent who send all through it and have nobody else', () => {
  // Host 1 leads to the internet; behind it are hosts 3, 4 and 5, and gateway 2 with host 6.
  const commands = [
    ...sampleCascadingMesh.filter(
      (command) => command.type !== 'JoinNetwork' || command.networkId === networkId('net-1'),
    ),
    sampleCreateExit(1),
    sampleCreateGateway(2),
    ...[2, 3, 4, 5].map((number) => sampleAssignRelay(number, 1)),
    sampleAssignRelay(6, 2),
    sampleRouteAll(2),
    sampleRouteAll(3),
    sampleRouteAll(4),
    { type: 'UpdateNodeTraits', atEpochMs: sampleTime, nodeId: sampleNode(4), tunnel: { dns: 'keep' } } as const,
  ]
  const asks: MeshCommand = {
    type: 'ReportHostResolvers',
    atEpochMs: sampleTime,
    hostId: host(1),
    resolvers: [ipAddress('192.168.1.1')],
  }
  expect([...patchesBy(commands, asks).keys()].sort()).toEqual([host(2), host(3), host(6)])
  const dns: MeshCommand = {
    type: 'UpdateNetwork',
    atEpochMs: sampleTime,
    networkId: networkId('net-1'),
    settings: { clientDns: [ipAddress('9.9.9.9')] },
  }
  expect([...patchesBy([...commands, dns], asks).keys()]).toEqual([])
})
