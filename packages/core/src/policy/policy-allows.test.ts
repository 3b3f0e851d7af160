import { describe, expect, test } from 'vitest'
import {
  buildWorld,
  type PolicyWorld,
  type WorldPlan,
  worldClientIds,
  worldGroups,
  worldNetworkId,
  worldNodeIds,
  worldTags,
  worldUsers,
} from '../../test/policy-world.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { DestinationSelector, Selector, TestEnd } from '../mesh/mesh-state.js'
import { type ClientId, egressId, ipAddress, ipPrefix, type NodeId, policyId } from '../values/index.js'
import { endsOf, sameFamily } from './end.js'
import { compileClass, compileForwarding, type PacketTraffic, policyAllows } from './index.js'

const [web, db] = worldTags
const [ada, bob] = worldUsers
const [staff] = worldGroups

const node = (number: number) => ({ kind: 'node', nodeId: worldNodeIds[number - 1] as NodeId }) as const
const client = (number: number) => ({ kind: 'client', clientId: worldClientIds[number - 1] as ClientId }) as const
const address = (text: string) => ({ kind: 'address', address: ipAddress(text) }) as const
const egress = (number: number) => ({ kind: 'egress', egressId: egressId(`egress-${number - 1}`) }) as const
const tag = (name: (typeof worldTags)[number]) => ({ kind: 'tag', tag: name }) as const
const everyone = { kind: 'everyone' } as const
const tcp443: PacketTraffic = { protocol: 'tcp', port: 443 }

const policy = (
  sources: readonly Selector[],
  destinations: readonly DestinationSelector[],
  changes: Partial<NonNullable<WorldPlan['policies']>[number]> = {},
): NonNullable<WorldPlan['policies']>[number] => ({
  enabled: true,
  sources,
  destinations,
  traffic: [{ protocol: 'any' }],
  direction: 'one-way',
  ...changes,
})

/** Whether every address of one may begin to talk to every one of the other; `some` where they differ. */
const may = ({ state, network }: PolicyWorld, from: TestEnd, to: TestEnd, packet: PacketTraffic = tcp443) => {
  const froms = endsOf(state, network, from, to)
  const answers = endsOf(state, network, to, from).flatMap((there) =>
    froms
      .filter((here) => sameFamily(here, there))
      .map((here) => policyAllows(state, worldNetworkId, here, there, packet).allowed),
  )
  if (answers.length > 0 && answers.every((answer) => answer === answers[0])) return answers[0]
  return 'some'
}

const site = { kind: 1, restricted: false, virtual: false }
const exit = { kind: 3, restricted: false, virtual: false }
const inSite = address('192.168.7.9')
const outside = address('198.51.100.7')

describe('the default policy', () => {
  test('G4 lets everyone reach everyone and the internet', () => {
    const world = buildWorld({ everyoneAllowed: true, egresses: [site] })
    for (const from of [node(1), client(1)])
      for (const to of [node(2), client(2), inSite, outside]) expect(may(world, from, to)).toBe(true)
    expect(may(world, inSite, node(1))).toBe(true)
    expect(may(world, outside, node(1))).toBe(false)
  })

  test('G4 switched off, nothing passes that no policy allows', () => {
    const world = buildWorld({ egresses: [site] })
    for (const from of [node(1), client(1)])
      for (const to of [node(2), client(2), inSite, outside]) expect(may(world, from, to)).toBe(false)
  })

  test('G4 says what allowed it', () => {
    const { state, network } = buildWorld({ everyoneAllowed: true, policies: [policy([everyone], [everyone])] })
    const [from, to] = [node(1), node(2)].map((end) => endsOf(state, network, end, node(3))[0])
    if (from === undefined || to === undefined) throw new TypeError('nodes have addresses')
    expect(policyAllows(state, worldNetworkId, from, to, tcp443)).toEqual({ allowed: true, by: 'everyone' })
    const off = buildWorld({ policies: [policy([everyone], [everyone])] })
    expect(policyAllows(off.state, worldNetworkId, from, to, tcp443)).toEqual({
      allowed: true,
      by: policyId('policy-0'),
    })
  })
})

describe('a policy', () => {
  test('G4 leads one way, or both', () => {
    const oneWay = buildWorld({ policies: [policy([node(1)], [node(2)])] })
    expect([may(oneWay, node(1), node(2)), may(oneWay, node(2), node(1))]).toEqual([true, false])
    const both = buildWorld({ policies: [policy([node(1)], [node(2)], { direction: 'both' })] })
    expect([may(both, node(1), node(2)), may(both, node(2), node(1))]).toEqual([true, true])
  })

  test('G4 disabled, says nothing', () => {
    const world = buildWorld({ policies: [policy([node(1)], [node(2)], { enabled: false })] })
    expect(may(world, node(1), node(2))).toBe(false)
  })

  test('G4 is about its traffic alone', () => {
    const traffic = [{ protocol: 'icmp' as const }, { protocol: 'tcp' as const, ports: [{ first: 440, last: 449 }] }]
    const world = buildWorld({ policies: [policy([everyone], [everyone], { traffic })] })
    const answers = (
      [
        { protocol: 'tcp', port: 440 },
        { protocol: 'tcp', port: 450 },
        { protocol: 'udp', port: 443 },
        { protocol: 'icmp' },
        { protocol: 'other' },
      ] as const
    ).map((packet) => may(world, node(1), node(2), packet))
    expect(answers).toEqual([true, false, false, true, false])
  })

  test.each<readonly [string, Selector, TestEnd, TestEnd]>([
    ['a tag', tag(web), node(1), node(2)],
    ['a tag, of clients too', tag(web), client(1), client(2)],
    ['a user', { kind: 'user', userId: ada }, node(1), node(2)],
    ['a group', { kind: 'group', groupId: staff }, client(1), client(2)],
    ['a node', node(1), node(1), node(2)],
    ['a client', client(1), client(1), client(2)],
    ["a gateway's clients", { kind: 'gateway-clients', gatewayId: worldNodeIds[0] as NodeId }, client(1), client(2)],
    ['an egress', egress(1), inSite, node(1)],
    [
      'a prefix inside an egress',
      { kind: 'prefix', prefix: ipPrefix('192.168.7.8/30') },
      inSite,
      address('192.168.7.99'),
    ],
    [
      'a prefix behind a client',
      { kind: 'prefix', prefix: ipPrefix('172.31.0.0/16') },
      address('172.31.0.9'),
      client(3),
    ],
    [
      'a prefix beyond the mesh',
      { kind: 'prefix', prefix: ipPrefix('198.51.100.0/24') },
      outside,
      address('203.0.113.9'),
    ],
  ])('G4 names %s, and nobody else', (_what, selector, inside, other) => {
    const member = { owner: ada, tags: [web] }
    const rest = { owner: bob, tags: [db] }
    const world = buildWorld({
      nodes: [member, rest, rest, rest],
      clients: [member, rest, rest],
      memberships: [[staff], []],
      egresses: [site],
      policies: [policy([everyone], [selector])],
    })
    expect(may(world, node(4), inside)).toBe(true)
    expect(may(world, node(4), other)).toBe(false)
  })

  test('G4 a prefix is about the addresses in it: of a node with two, perhaps one', () => {
    const world = buildWorld({ policies: [policy([everyone], [{ kind: 'prefix', prefix: ipPrefix('10.1.0.2/32') }])] })
    expect(may(world, node(1), node(2))).toBe('some')
    expect(may(world, node(1), node(3))).toBe(false)
  })

  test("G4 own devices are those of the source's user, and nobody's are nobody's own", () => {
    const world = buildWorld({
      nodes: [
        { owner: ada, tags: [web] },
        { owner: ada, tags: [] },
        { owner: bob, tags: [] },
      ],
      clients: [{ owner: ada, tags: [] }],
      policies: [policy([everyone], [{ kind: 'own-devices' }])],
    })
    expect([may(world, node(1), node(2)), may(world, client(1), node(1))]).toEqual([true, true])
    expect([may(world, node(1), node(3)), may(world, node(4), client(2))]).toEqual([false, false])
  })

  test('G4 own devices of some sources only, and both ways where it says so', () => {
    const nodes = [
      { owner: ada, tags: [web] },
      { owner: ada, tags: [] },
      { owner: ada, tags: [] },
    ]
    const own = { kind: 'own-devices' } as const
    const oneWay = buildWorld({ nodes, policies: [policy([tag(web)], [own])] })
    expect([may(oneWay, node(1), node(2)), may(oneWay, node(2), node(1)), may(oneWay, node(2), node(3))]).toEqual([
      true,
      false,
      false,
    ])
    const both = buildWorld({ nodes, policies: [policy([tag(web)], [own], { direction: 'both' })] })
    expect([may(both, node(2), node(1)), may(both, node(2), node(3))]).toEqual([true, false])
  })

  test('G4 the internet is what leaves by an internet gateway or an egress of /0, and never begins', () => {
    const toInternet = [policy([node(1)], [{ kind: 'internet' }], { direction: 'both' })]
    for (const egresses of [[], [{ ...exit, restricted: true }]]) {
      const world = buildWorld({ egresses, policies: toInternet })
      expect([may(world, node(1), outside), may(world, node(2), outside)]).toEqual([true, false])
      expect(may(world, outside, node(1))).toBe(false)
    }
  })

  test('G7 what a user owns counts as the user, in all groups', () => {
    const world = buildWorld({
      nodes: [
        { owner: ada, tags: [] },
        { owner: bob, tags: [] },
      ],
      memberships: [[staff], []],
      policies: [policy([{ kind: 'group', groupId: staff }], [node(3)])],
    })
    expect([may(world, node(1), node(3)), may(world, node(2), node(3))]).toEqual([true, false])
  })

  test('B9 clients reach nodes, egress ranges and clients of the same and of another gateway, as policy allows', () => {
    const targets = [node(3), client(3), client(2), inSite]
    const world = buildWorld({
      egresses: [site],
      policies: [policy([client(1)], [node(3), client(3), client(2), egress(1)])],
    })
    for (const to of targets) expect([may(world, client(1), to), may(world, client(2), to)]).not.toContain('some')
    expect(targets.map((to) => may(world, client(1), to))).toEqual([true, true, true, true])
    expect([node(3), inSite].map((to) => may(world, client(2), to))).toEqual([false, false])
  })
})

describe('a restricted egress', () => {
  const restricted = { ...site, restricted: true }

  test('E9 is no part of everyone, as a destination or a source', () => {
    const world = buildWorld({
      everyoneAllowed: true,
      egresses: [restricted],
      policies: [policy([everyone], [everyone])],
    })
    expect([may(world, node(1), inSite), may(world, client(1), inSite), may(world, inSite, node(1))]).toEqual([
      false,
      false,
      false,
    ])
  })

  test('E9 is reached by the sources that policies name, in the ranges that they name', () => {
    const world = buildWorld({
      everyoneAllowed: true,
      nodes: [{ owner: null, tags: [web] }],
      egresses: [restricted],
      policies: [
        policy([tag(web)], [egress(1)]),
        policy([node(2)], [{ kind: 'prefix', prefix: ipPrefix('192.168.7.0/28') }]),
      ],
    })
    expect([may(world, node(1), inSite), may(world, node(2), inSite), may(world, node(3), inSite)]).toEqual([
      true,
      true,
      false,
    ])
    expect(may(world, node(2), address('192.168.7.99'))).toBe(false)
  })

  test('E9 site to site: an egress is a source too', () => {
    const far = { kind: 0, restricted: true, virtual: true }
    const there = address('100.70.0.9')
    const world = buildWorld({ egresses: [restricted, far], policies: [policy([egress(1)], [egress(2), node(3)])] })
    expect([may(world, inSite, there), may(world, there, inSite), may(world, inSite, node(3))]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('E9 what its side begins is let out by the router as policy allows', () => {
    const { state, network } = buildWorld({ egresses: [restricted], policies: [policy([egress(1)], [node(3)])] })
    const rules = compileForwarding(state, network).egressRules.get(egressId('egress-0'))
    expect(rules?.inward).toEqual([])
    expect(rules?.outward).toEqual([
      {
        policyId: policyId('policy-0'),
        from: null,
        to: [{ kind: 'set', key: `node:${worldNodeIds[2]}` }],
        internet: false,
        traffic: [{ protocol: 'any' }],
      },
    ])
  })
})

describe('where policies are enforced', () => {
  const classOf = ({ state, network }: PolicyWorld, number: number) =>
    compileClass(state, network, largeMapGet(network.memberRecords, worldNodeIds[number - 1] as NodeId)?.classKey ?? '')
  const traffic = [{ protocol: 'tcp' as const, ports: [{ first: 443, last: 443 }] }]

  test('G5 by the destination: who may begin, and about what; the source lets nobody in for it', () => {
    const world = buildWorld({
      nodes: [
        { owner: null, tags: [web] },
        { owner: null, tags: [db] },
      ],
      policies: [policy([tag(web)], [tag(db)], { traffic })],
    })
    expect(classOf(world, 1)).toEqual({ peerSets: ['tag:db'], ownPeerSets: [], inputRules: [] })
    expect(classOf(world, 2)).toEqual({
      peerSets: ['tag:web'],
      ownPeerSets: [],
      inputRules: [
        { policyId: policyId('policy-0'), from: [{ kind: 'set', key: 'tag:web' }], within: null, to: null, traffic },
      ],
    })
  })

  test('A6 G5 nodes with nothing allowed either way are no peers', () => {
    const world = buildWorld({ policies: [policy([node(1)], [node(2)])] })
    expect(classOf(world, 3)).toEqual({ peerSets: [], ownPeerSets: [], inputRules: [] })
  })

  test('G5 relays pass a pair if either direction is allowed, whatever it is about', () => {
    const { state, network } = buildWorld({ policies: [policy([tag(web)], [tag(db)], { traffic })] })
    expect(compileForwarding(state, network).relayPairs).toEqual([
      {
        policyId: policyId('policy-0'),
        one: [{ kind: 'set', key: 'tag:web' }],
        other: [{ kind: 'set', key: 'tag:db' }],
        internet: false,
        sameUser: false,
      },
    ])
  })

  test('G5 relays pass what a policy both ways lets out through an egress of /0', () => {
    const { state, network } = buildWorld({
      egresses: [exit],
      policies: [policy([everyone], [tag(web)], { direction: 'both' })],
    })
    expect(compileForwarding(state, network).relayPairs).toMatchObject([
      { one: [everyone, egress(1)], other: [{ kind: 'set', key: 'tag:web' }] },
    ])
  })

  test("G5 own devices: the rule names the class's own user, relays ask for the same user", () => {
    const world = buildWorld({
      nodes: [
        { owner: ada, tags: [] },
        { owner: null, tags: [] },
      ],
      policies: [policy([tag(web)], [{ kind: 'own-devices' }], { traffic })],
    })
    expect(classOf(world, 1)).toEqual({
      peerSets: [],
      ownPeerSets: ['tag:web'],
      inputRules: [
        {
          policyId: policyId('policy-0'),
          from: [{ kind: 'set', key: 'tag:web' }],
          within: { kind: 'set', key: `user:${ada}` },
          to: null,
          traffic,
        },
      ],
    })
    expect(classOf(world, 2)?.inputRules).toEqual([])
    expect(compileForwarding(world.state, world.network).relayPairs).toMatchObject([{ sameUser: true }])
  })

  test('G4 while everyone may, policies add rules only for what everyone leaves out', () => {
    const egresses = [{ ...site, restricted: true }]
    const { inputRules } = classOf(
      buildWorld({
        everyoneAllowed: true,
        egresses,
        policies: [policy([tag(web), egress(1)], [everyone], { traffic })],
      }),
      1,
    ) ?? { inputRules: [] }
    expect(inputRules.map(({ policyId: by, from }) => [by, from])).toEqual([
      [null, [everyone]],
      [policyId('policy-0'), [egress(1)]],
    ])
  })

  test('G5 an unknown class has nothing compiled', () => {
    const { state, network } = buildWorld({})
    expect(compileClass(state, network, 'no such class')).toBeUndefined()
  })
})
