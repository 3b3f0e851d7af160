/** Law 6, without agents: what core's tracer says of a mesh, and what the kernels of its hosts do. */

import { setTimeout as pause } from 'node:timers/promises'
import { type MeshCommand, networkId, nodeId, tagName } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import {
  sampleAddPolicy,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../../core/src/testing/sample-mesh.js'
import { follow, Lab } from '../../lab/src/index.js'
import { RealMesh, streamingPort, type Verdicts } from './support/real-mesh.js'

const expectAlike = (verdicts: readonly Verdicts[]) => {
  const line = ({ source, destination, traffic }: Verdicts, passes: boolean) =>
    `${source} ${destination} ${traffic.protocol} ${traffic.port} ${passes ? 'passes' : 'stays out'}`
  expect(verdicts.map((each) => line(each, each.passed))).toEqual(
    verdicts.map((each) => line(each, each.traced.kind === 'delivered')),
  )
}

const countPassed = (verdicts: readonly Verdicts[]): number => verdicts.filter(({ passed }) => passed).length

const tag = (host: number, name: string, network = 1): MeshCommand => ({
  type: 'AssignTag',
  atEpochMs: sampleTime,
  memberId: nodeId(`node-${network}-${host}`),
  tag: tagName(name),
})

const inNetworks: readonly MeshCommand[] = [
  sampleCreateNetwork(1),
  sampleCreateNetwork(2),
  ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
  ...[1, 3].map((host) => sampleJoinNetwork(2, host)),
]

const close: MeshCommand = {
  type: 'SwitchDefaultPolicy',
  atEpochMs: sampleTime,
  networkId: networkId('net-1'),
  everyoneAllowed: false,
}

describe('the kernels of three hosts, two of them in two networks, let through what the tracer says', () => {
  test('A4 G5 everything inside each network, and nothing between them or at control addresses', async () => {
    await using lab = await Lab.open()
    await using mesh = await RealMesh.open(lab, 3)
    const verdicts = await mesh.compare(await mesh.become(...inNetworks))
    expectAlike(verdicts)
    expect(countPassed(verdicts)).toBeGreaterThan(0)
    expect(countPassed(verdicts)).toBeLessThan(verdicts.length)
  })

  test('G4 G5 what policies allow, by tag, port and direction; and after another was put in their place', async () => {
    await using lab = await Lab.open()
    await using mesh = await RealMesh.open(lab, 3)
    const web: MeshCommand = sampleAddPolicy(1, {
      sources: [{ kind: 'tag', tag: tagName('dev') }],
      destinations: [{ kind: 'tag', tag: tagName('web') }],
      traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
      direction: 'one-way',
    })
    const named: MeshCommand = sampleAddPolicy(2, {
      sources: [{ kind: 'node', nodeId: nodeId('node-1-3') }],
      destinations: [{ kind: 'tag', tag: tagName('dev') }],
      traffic: [{ protocol: 'udp', ports: [] }],
      direction: 'both',
    })
    const tags = [tag(1, 'dev'), tag(2, 'web'), tag(3, 'web')]
    const first = await mesh.compare(await mesh.become(...inNetworks, close, ...tags, web))
    expectAlike(first)
    expect(countPassed(first)).toBeGreaterThan(0)
    const second = await mesh.compare(await mesh.become(...inNetworks, close, ...tags, tag(2, 'dev'), named))
    expectAlike(second)
    expect(countPassed(second)).toBeGreaterThan(0)
  })
})

test('G4 a policy that is tightened ends what it no longer allows, under way, both ways; what it still allows goes on', async () => {
  await using lab = await Lab.open()
  await using mesh = await RealMesh.open(lab, 3)
  const [one, two, three] = mesh.hosts
  if (one === undefined || two === undefined || three === undefined) throw new TypeError('three hosts')
  const toWeb = (...from: readonly number[]) =>
    sampleAddPolicy(1, {
      sources: from.map((host) => ({ kind: 'node', nodeId: nodeId(`node-1-${host}`) })),
      destinations: [{ kind: 'node', nodeId: nodeId('node-1-2') }],
      traffic: [{ protocol: 'any' }],
      direction: 'one-way',
    })
  // They stay peers of each other: what ends, the filter ends.
  const peers = sampleAddPolicy(2, {
    sources: [{ kind: 'node', nodeId: nodeId('node-1-1') }],
    destinations: [{ kind: 'node', nodeId: nodeId('node-1-2') }],
    traffic: [{ protocol: 'tcp', ports: [{ first: 9, last: 9 }] }],
  })
  const before = [...inNetworks, close, peers]
  await mesh.become(...before, toWeb(1, 3))
  const ended = await follow(one.host, '10.1.0.2', streamingPort)
  const lasting = await follow(three.host, '10.1.0.2', streamingPort)
  await mesh.become(...before, toWeb(3))
  await pause(300)
  const [atEnd, atFirst] = [{ ...ended }, { ...lasting }]
  await pause(500)
  expect({ tcp: ended.tcp, udp: ended.udp }).toEqual({ tcp: atEnd.tcp, udp: atEnd.udp })
  expect(lasting.tcp).toBeGreaterThan(atFirst.tcp)
  expect(lasting.udp).toBeGreaterThan(atFirst.udp)
  await Promise.all([ended.stop(), lasting.stop()])
})
