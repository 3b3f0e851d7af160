import { expect, test } from 'vitest'
import { evolveAll, replay } from '../mesh/evolve.js'
import { sampleCreateGateway, sampleMeshOfSix, sampleNode, sampleSetAutoGateway } from '../testing/sample-gateways.js'
import { eventsOf, sampleTime } from '../testing/sample-mesh.js'
import { hostId, networkId } from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import { patchesOfStep } from './step-patches.js'

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
  const before = replay(eventsOf(...commands))
  const aside = { type: 'DisconnectNode', atEpochMs: sampleTime, nodeId: sampleNode(1) } as const
  const events = eventsOf(...commands, aside).slice(eventsOf(...commands).length)
  const after = evolveAll(before, events)
  const patches = new Map(patchesOfStep(changedFragments(before, after, events), before, after))
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
