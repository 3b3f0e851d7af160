/** Law 6, without agents: what core's tracer says of a mesh, and what the kernels of its hosts do, whatever they filter with. */

import { setTimeout as pause } from 'node:timers/promises'
import {
  egressId,
  type IpPrefix,
  ipAddress,
  ipPrefix,
  type MeshCommand,
  mapAddress,
  networkId,
  nodeId,
  tagName,
} from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import {
  sampleAssignRelay,
  sampleCreateExit,
  sampleCreateGateway,
  sampleRouteAll,
} from '../../../core/src/testing/sample-gateways.js'
import {
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../../../core/src/testing/sample-mesh.js'
import { answerOn, follow, knock, Lab } from '../../../lab/src/index.js'
import { mappedLanCases } from './mapped-lan-cases.js'
import { type HostKind, RealMesh, streamingPort, type Verdicts } from './real-mesh.js'

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

/** Registers the tests, on hosts of a kind. */
export function modelCases(kind: HostKind): void {
  describe('the kernels of three hosts, two of them in two networks, let through what the tracer says', () => {
    test('A4 G5 everything inside each network, and nothing between them or at control addresses', async () => {
      await using lab = await Lab.open()
      await using mesh = await RealMesh.open(lab, 3, kind)
      const verdicts = await mesh.compare(await mesh.become(...inNetworks))
      expectAlike(verdicts)
      expect(countPassed(verdicts)).toBeGreaterThan(0)
      expect(countPassed(verdicts)).toBeLessThan(verdicts.length)
    })

    test('G4 G5 what policies allow, by tag, port and direction; and after another was put in their place', async () => {
      await using lab = await Lab.open()
      await using mesh = await RealMesh.open(lab, 3, kind)
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

  test('C1 G5 what a gateway passes on between nodes that it relays and others, in both families', async () => {
    await using lab = await Lab.open()
    await using mesh = await RealMesh.open(lab, 4, kind)
    const setUp: readonly MeshCommand[] = [
      sampleCreateNetwork(1),
      ...[1, 2, 3, 4].map((host) => sampleJoinNetwork(1, host)),
      sampleCreateGateway(1),
      sampleAssignRelay(2, 1),
      sampleAssignRelay(3, 1),
    ]
    const open = await mesh.compare(await mesh.become(...setUp))
    expectAlike(open)
    const dev = { kind: 'tag', tag: tagName('dev') } as const
    const web = { kind: 'tag', tag: tagName('web') } as const
    const policy: MeshCommand = sampleAddPolicy(1, {
      sources: [dev],
      destinations: [web],
      traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
      direction: 'one-way',
    })
    const tags = [tag(2, 'dev'), tag(3, 'web'), tag(4, 'web')]
    const closed = await mesh.compare(await mesh.become(...setUp, close, ...tags, policy))
    expectAlike(closed)
    // From host 2 to 3 and 4, over IPv4 and IPv6.
    expect(countPassed(closed)).toBe(4)
  })

  describe('what a router passes on to its LAN, with masquerading', () => {
    const office = { network: '192.168.1', network6: 'fd0a:0:0:1' }

    /** Host 1 has an office LAN with a machine that answers; hosts 2 and 3 are somewhere else. */
    async function meshWithOffice(lab: Lab) {
      const mesh = await RealMesh.open(lab, 3, kind)
      const lan = await lab.lan('office', office)
      const [nas] = await lab.hosts(['nas'])
      const [router, reached, other] = mesh.hosts
      if (router === undefined || reached === undefined || other === undefined) throw new TypeError('three hosts')
      await lan.attach([router.host], 'eth1')
      const [port] = await lan.attach([nas])
      await answerOn(nas, { ports: [80, 443] })
      return { mesh, reached, other, nas: [port?.ipv4 ?? '', port?.ipv6 ?? ''].map(ipAddress) }
    }
    const joined = [sampleCreateNetwork(1), ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host))]

    test('E1 G5 a range of both families, for those whom policies let in', async () => {
      await using lab = await Lab.open()
      const { mesh, reached, other, nas } = await meshWithOffice(lab)
      await using _answering = mesh
      const egress = sampleAddEgress(1, { routers: [{ nodeId: nodeId('node-1-1'), interfaceName: 'eth1' }] })
      const policy: MeshCommand = sampleAddPolicy(1, {
        sources: [{ kind: 'node', nodeId: nodeId('node-1-2') }],
        destinations: [{ kind: 'egress', egressId: egressId('egress-1') }],
        traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
        direction: 'one-way',
      })
      const open = await mesh.become(...joined, egress)
      for (const host of [reached, other]) expectAlike(await mesh.knockAt(open, host, nas))
      const closed = await mesh.become(...joined, egress, close, policy)
      const [letIn, leftOut] = [await mesh.knockAt(closed, reached, nas), await mesh.knockAt(closed, other, nas)]
      expectAlike([...letIn, ...leftOut])
      expect([countPassed(letIn), countPassed(leftOut)]).toEqual([2, 0])
    })

    test('E8 a virtual range stands for the real one, which is not reached by its own addresses', async () => {
      await using lab = await Lab.open()
      const { mesh, reached, nas } = await meshWithOffice(lab)
      await using _answering = mesh
      const state = await mesh.become(
        ...joined,
        sampleAddEgress(1, {
          ranges: [ipPrefix('192.168.1.0/24'), ipPrefix('fd0a:0:0:1::/64')],
          virtualRanges: [ipPrefix('100.64.7.0/24'), ipPrefix('fd64:0:0:7::/64')],
          routers: [{ nodeId: nodeId('node-1-1'), interfaceName: 'eth1' }],
        }),
      )
      const [real4 = '', real6 = ''] = nas
      const seen = [`100.64.7.${real4.split('.').at(-1)}`, `fd64:0:0:7::${real6.split(':').at(-1)}`].map(ipAddress)
      const verdicts = await mesh.knockAt(state, reached, [...seen, ...nas])
      expectAlike(verdicts)
      expect(countPassed(verdicts)).toBe(8)
    })
  })

  mappedLanCases(kind)

  test.each([
    ['a range', null],
    ['a virtual range', ['100.64.7.0/24', 'fd64:0:0:7::/64'].map(ipPrefix)],
  ])(
    'E6 a gateway that stands by for %s sends what it passes on to the router that is active, not to its own LAN',
    async (_, virtualRanges) => {
      await using lab = await Lab.open()
      await using mesh = await RealMesh.open(lab, 3, kind)
      const [standby, relayed, active] = mesh.hosts
      if (standby === undefined || relayed === undefined || active === undefined) throw new TypeError('three hosts')
      const plan = { network: '192.168.1', network6: 'fd0a:0:0:1' }
      const ranges = ['192.168.1.0/24', 'fd0a:0:0:1::/64'].map(ipPrefix)
      const [nas, empty] = [await lab.lan('office', plan), await lab.lan('empty', plan)]
      const [machine] = await lab.hosts(['nas'])
      const [router] = await nas.attach([active.host], 'eth1')
      const [port] = await nas.attach([machine])
      await empty.attach([standby.host], 'eth1')
      await machine.ip([`route add default via ${router?.ipv4}`, `route add default via ${router?.ipv6}`])
      const answering = await answerOn(machine, { ports: [80, 443] })
      const state = await mesh.become(
        sampleCreateNetwork(1),
        ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
        sampleCreateGateway(1),
        sampleAssignRelay(2, 1),
        sampleAddEgress(1, {
          ranges,
          virtualRanges,
          nat: false,
          returnRoute: 'external',
          routers: [3, 1].map((host, at) => ({
            nodeId: nodeId(`node-1-${host}`),
            metric: 10 + at,
            interfaceName: 'eth1',
          })),
        }),
      )
      const seen = [port?.ipv4 ?? '', port?.ipv6 ?? '']
        .map(ipAddress)
        .map((address, at) => mapAddress(address, ranges[at] as IpPrefix, (virtualRanges ?? ranges)[at] as IpPrefix))
      const verdicts = await mesh.knockAt(state, relayed, seen)
      expectAlike(verdicts)
      expect(countPassed(verdicts)).toBe(8)
      await answering.stop()
    },
  )

  test('D4 D5 what goes through a full tunnel, and what is left outside of it', async () => {
    await using lab = await Lab.open()
    await using mesh = await RealMesh.open(lab, 3, kind)
    const [, user] = mesh.hosts
    if (user === undefined) throw new TypeError('three hosts')
    const [web] = await lab.publicHosts(['web'])
    await answerOn(web, { ports: [80, 443] })
    const { ipv4, ipv6 } = lab.inet.uplink(web).address
    const outside = [ipv4, ipv6].map(ipAddress)
    const connected: readonly MeshCommand[] = [
      sampleCreateNetwork(1),
      ...[1, 2, 3].map((host) => sampleJoinNetwork(1, host)),
      sampleCreateExit(1),
      sampleAssignRelay(2, 1),
    ]
    const goneOut = async () =>
      (await lab.inet.packets(user.host, web)) + (await lab.inet.packets(user.host, web, 'ipv6'))
    const anyhow = outside.map((to) => ({ from: null, to, protocol: 'tcp' as const, port: 80 }))
    const kindsOf = (verdicts: readonly Verdicts[]) => new Set(verdicts.map(({ traced }) => traced.kind))

    const full = await mesh.become(...connected, sampleRouteAll(2))
    const through = await mesh.knockAt(full, user, outside)
    expectAlike(through)
    // From its node's addresses; control addresses are nobody's way to the internet.
    expect(countPassed(through)).toBe(8)
    expect(await knock(user.host, anyhow)).toEqual([true, true])
    expect(await goneOut()).toBe(0)
    expectAlike(await mesh.compare(full))

    const split = await mesh.become(...connected)
    expect(kindsOf(await mesh.knockAt(split, user, outside))).toEqual(new Set(['left-outside']))
    expect(await knock(user.host, anyhow)).toEqual([true, true])
    expect(await goneOut()).toBeGreaterThan(0)
  })

  test('G4 a policy that is tightened ends what it no longer allows, under way, both ways; what it still allows goes on', async () => {
    await using lab = await Lab.open()
    await using mesh = await RealMesh.open(lab, 3, kind)
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
}
