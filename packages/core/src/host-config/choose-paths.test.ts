import { describe, expect, test } from 'vitest'
import { handMadeConfig, hop, sampleNetwork, sampleWireguardKey } from '../../test/hand-made-config.js'
import { pairIdOf } from '../mesh/mesh-state.js'
import { clientId, egressId, type HostId, hostId, ipPrefix, type NodeId, nodeId } from '../values/index.js'
import { choosePaths } from './choose-paths.js'
import type { ChosenPaths, HealthView } from './chosen-paths.js'
import { internetPathKey, type Path, type PathTarget, pathKey, type RoutedEgress } from './host-config.js'
import type { PathVectors } from './path-vector.js'

const me = hostId('me')
const [far, one, two, three] = [hostId('far'), hostId('one'), hostId('two'), hostId('three')]
const toFar = (to: PathTarget): Path => ({
  key: pathKey('node', 'n-far'),
  networkId: sampleNetwork,
  prefixes: [ipPrefix('10.0.0.2/32')],
  to,
})
const direct = (id: HostId): Path => ({
  key: pathKey('node', `n-${id}`),
  networkId: sampleNetwork,
  prefixes: [],
  to: { kind: 'direct', ...hop(id) },
})

/** `me` with these peers and one path to 10.0.0.2. */
const configWith = (to: PathTarget, peers: readonly HostId[] = [far, one, two], more: readonly Path[] = []) =>
  handMadeConfig({ viewer: me, peers, paths: [toFar(to), ...more] })
const withRouting = (routing: readonly RoutedEgress[]) =>
  handMadeConfig({ viewer: me, peers: [one, two], paths: [], routing })

const none: ReadonlyMap<HostId, never> = new Map<HostId, never>()
const relayed = (gateways: readonly HostId[], isAttached = false): PathTarget => ({
  kind: 'relayed',
  ...hop(far),
  gateways: gateways.map(hop),
  isAttached,
})
const ownGateway = (gateways: readonly HostId[]): PathTarget => ({
  kind: 'own-gateway',
  nodeId: nodeId('n-me'),
  gateways: gateways.map(hop),
})
const pair = (gateways: readonly HostId[], other: HostId = far): PathTarget => ({
  kind: 'pair',
  pairId: pairIdOf(nodeId('n-me'), hop(other).nodeId),
  ...hop(other),
  owner: me,
  gateways: gateways.map(hop),
})
const health = (states: Readonly<Record<string, 'up' | 'down'>>): HealthView =>
  new Map(Object.entries(states).map(([id, state]) => [hostId(id), { state, roundTripMs: null }]))
const tells = (id: HostId, gateways: readonly HostId[], served: readonly string[] = []): PathVectors =>
  new Map([
    [
      id,
      {
        hostId: id,
        sequence: 7,
        gatewayIds: gateways.map((each) => hop(each).nodeId),
        servedEgressIds: served.map(egressId),
      },
    ],
  ])
const all = (...vectors: readonly PathVectors[]): PathVectors => new Map(vectors.flatMap((each) => [...each]))
const hopToFar = (chosen: ChosenPaths) => chosen.hops.get(pathKey('node', 'n-far'))
const told = (chosen: ChosenPaths): readonly NodeId[] => chosen.vector.gatewayIds
const nodes = (...hosts: readonly HostId[]) => hosts.map((id) => hop(id).nodeId)

describe('peers and prefixes', () => {
  test('A6 A9 a direct path ends at its own host; every peer has its control addresses', () => {
    const config = configWith({ kind: 'direct', ...hop(far) })
    const chosen = choosePaths(config, none, none, undefined)
    const control = (id: HostId) => [
      `${config.peers.get(id)?.controlAddress4}/32`,
      `${config.peers.get(id)?.controlAddress6}/128`,
    ]
    expect(hopToFar(chosen)).toBe(far)
    expect(chosen.allowedIps.get(far)).toEqual(['10.0.0.2/32', ...control(far)])
    expect(chosen.allowedIps.get(one)).toEqual(control(one))
  })

  test('a hop that is no peer can carry nothing', () => {
    const chosen = choosePaths(configWith(relayed([one, two]), []), none, none, undefined)
    expect(hopToFar(chosen)).toBeUndefined()
    expect([...chosen.allowedIps.values()].flat()).not.toContain('10.0.0.2/32')
  })

  test("a client's prefixes are nobody else's", () => {
    const client = {
      clientId: clientId('c'),
      name: 'c' as never,
      wireguardKey: sampleWireguardKey,
      sets: [],
      prefixes: [ipPrefix('10.0.0.2/32')],
    }
    const config = handMadeConfig({
      viewer: me,
      peers: [far],
      paths: [toFar({ kind: 'direct', ...hop(far) })],
      clients: [client],
    })
    expect([...choosePaths(config, none, none, undefined).allowedIps.values()].flat()).not.toContain('10.0.0.2/32')
  })

  test('E4 route-all to an internet gateway has /0 before an egress of /0, whether it can be taken or not', () => {
    const defaults = [ipPrefix('0.0.0.0/0')]
    const egress: Path = {
      key: pathKey('egress', 'e'),
      networkId: sampleNetwork,
      prefixes: defaults,
      to: { kind: 'leaving', egressId: egressId('e'), routers: [{ ...hop(two), metric: 1 }], fallbackToWider: false },
    }
    const internet = (gateways: readonly HostId[]): Path => ({
      key: internetPathKey,
      networkId: sampleNetwork,
      prefixes: defaults,
      to: { kind: 'internet', gateways: gateways.map(hop) },
    })
    const holder = (gateways: readonly HostId[]) =>
      [
        ...choosePaths(
          handMadeConfig({ viewer: me, peers: [one, two], paths: [egress, internet(gateways)] }),
          none,
          none,
          undefined,
        ).allowedIps,
      ]
        .filter(([, prefixes]) => prefixes.includes(ipPrefix('0.0.0.0/0')))
        .map(([id]) => id)
    expect(holder([one])).toEqual([one])
    expect(holder([three])).toEqual([])
  })
})

describe('relayed nodes', () => {
  test('C1 without a vector: through the first of the list, whatever its health', () => {
    const config = configWith(relayed([one, two]), [one, two])
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), none, undefined))).toBe(one)
  })

  test('C1 F3 a vector is followed within the configured list, whatever is current', () => {
    const config = configWith(relayed([one, two]), [one, two])
    const current = choosePaths(config, none, none, undefined)
    expect(hopToFar(choosePaths(config, none, tells(far, [three, two, one]), current))).toBe(two)
    expect(hopToFar(choosePaths(config, none, tells(far, [three]), current))).toBe(one)
  })

  test('C1 F3 the gateway that a vector names has the node as its peer; another one of the list sends through it', () => {
    const config = configWith(relayed([one, me], true))
    expect(hopToFar(choosePaths(config, none, tells(far, [me, one]), undefined))).toBe(far)
    expect(hopToFar(choosePaths(config, none, tells(far, [one, me]), undefined))).toBe(one)
  })

  test('C7 a gateway that is reached through another one is, also with what it relays', () => {
    const config = configWith(relayed([one]), [one, two], [{ ...direct(one), to: pair([two], one) }])
    expect(hopToFar(choosePaths(config, none, tells(one, [two]), undefined))).toBe(two)
  })

  test('C7 their clients and ranges go the way that they go', () => {
    const clients: Path = { ...toFar({ kind: 'behind-node', ...hop(far) }), key: pathKey('clients', 'n-far') }
    const routers = [{ ...hop(far), metric: 1 }]
    const egress: Path = {
      ...toFar({ kind: 'leaving', egressId: egressId('e'), routers, fallbackToWider: true }),
      key: pathKey('egress', 'e'),
    }
    const chosen = choosePaths(
      configWith(relayed([one, two]), [one, two], [clients, egress]),
      none,
      tells(far, [two]),
      undefined,
    )
    expect(chosen.hops.get(clients.key)).toBe(two)
    expect(chosen.hops.get(egress.key)).toBe(two)
  })
})

describe('an own gateway', () => {
  const config = configWith(ownGateway([one, two]), [one, two])

  test('F1 F3 is kept until it is down and another is known to be up; recovery moves nothing', () => {
    const first = choosePaths(config, none, none, undefined)
    expect(hopToFar(first)).toBe(one)
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), none, first))).toBe(one)
    const moved = choosePaths(config, health({ one: 'down', two: 'up' }), none, first)
    expect(hopToFar(moved)).toBe(two)
    expect(told(moved)).toEqual(nodes(two))
    const recovered = choosePaths(config, health({ one: 'up', two: 'up' }), none, moved)
    expect(hopToFar(recovered)).toBe(two)
    expect(told(recovered)).toEqual(nodes(two, one))
    expect(hopToFar(choosePaths(config, health({ one: 'down', two: 'down' }), none, moved))).toBe(two)
  })

  test('F3 while all are down, the vector says where the host is', () => {
    const chosen = choosePaths(
      config,
      health({ one: 'down', two: 'down' }),
      none,
      choosePaths(config, none, none, undefined),
    )
    expect(told(chosen)).toEqual(nodes(one))
  })

  test('C1 a list that begins with another one is followed as soon as that one is proven', () => {
    const first = choosePaths(config, health({ one: 'up', two: 'up' }), none, undefined)
    const reordered = configWith(ownGateway([two, one]), [one, two])
    const waiting = choosePaths(reordered, health({ one: 'up' }), none, first)
    expect(hopToFar(waiting)).toBe(one)
    expect(hopToFar(choosePaths(reordered, health({ one: 'up', two: 'up' }), none, waiting))).toBe(two)
  })

  test('F3 what the server recorded of an own move is no command', () => {
    const first = choosePaths(config, health({ one: 'up', two: 'up' }), none, undefined)
    const moved = choosePaths(config, health({ one: 'down', two: 'up' }), none, first)
    const recorded = configWith(ownGateway([two, one]), [one, two])
    const after = choosePaths(recorded, health({ one: 'up', two: 'up' }), none, moved)
    expect(hopToFar(after)).toBe(two)
    expect(hopToFar(choosePaths(recorded, health({ one: 'up', two: 'down' }), none, after))).toBe(one)
  })

  test('C1 one that left the list is replaced by a proven one, then by the one that the list begins with', () => {
    const first = choosePaths(config, health({ one: 'up', two: 'up' }), none, undefined)
    const without = configWith(ownGateway([three, two]), [two, three])
    const moved = choosePaths(without, health({ two: 'up' }), none, first)
    expect(hopToFar(moved)).toBe(two)
    expect(hopToFar(choosePaths(without, health({ two: 'up', three: 'up' }), none, moved))).toBe(three)
  })
})

describe('pairs', () => {
  test('C3 go through the configured first until the other end tells something', () => {
    const chosen = choosePaths(configWith(pair([one, two])), none, none, undefined)
    expect(hopToFar(chosen)).toBe(one)
    expect(told(chosen)).toEqual(nodes(one, two))
  })

  test('C6 go through the first of the list that both ends tell, whatever the order in their vectors', () => {
    const config = configWith(pair([one, two, three]), [far, one, two, three])
    expect(hopToFar(choosePaths(config, none, tells(far, [three, two]), undefined))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ two: 'down' }), tells(far, [three, two]), undefined))).toBe(three)
    expect(hopToFar(choosePaths(config, health({ two: 'down' }), tells(far, [two]), undefined))).toBeUndefined()
  })

  test('C6 a gateway that came back is told again when no pair moves back to it', () => {
    const config = configWith(pair([one, two]))
    const both = tells(far, [one, two])
    const moved = choosePaths(
      config,
      health({ one: 'down', two: 'up' }),
      both,
      choosePaths(config, none, both, undefined),
    )
    expect(hopToFar(moved)).toBe(two)
    const recovered = choosePaths(config, health({ one: 'up', two: 'up' }), both, moved)
    expect(hopToFar(recovered)).toBe(two)
    expect(told(recovered)).toEqual(nodes(two))
    const recorded = choosePaths(configWith(pair([two, one])), health({ one: 'up', two: 'up' }), both, recovered)
    expect(hopToFar(recorded)).toBe(two)
    expect(told(recorded)).toEqual(nodes(one, two))
  })

  test('C6 a gateway that came back is told again when a pair has no other', () => {
    const config = configWith(pair([one, two]))
    const both = tells(far, [one, two])
    const moved = choosePaths(
      config,
      health({ one: 'down', two: 'up' }),
      both,
      choosePaths(config, none, both, undefined),
    )
    const held = choosePaths(config, health({ one: 'up', two: 'up' }), both, moved)
    expect(hopToFar(choosePaths(config, health({ one: 'up', two: 'down' }), both, held))).toBe(one)
    expect(hopToFar(choosePaths(config, health({ one: 'up', two: 'up' }), tells(far, [one]), held))).toBe(one)
  })

  test('C3 never go through a gateway that is reached through another pair', () => {
    const viaThree: Path = { ...direct(one), to: pair([three], one) }
    const config = configWith(pair([one, two]), [far, one, two, three], [viaThree])
    const chosen = choosePaths(config, none, all(tells(far, [one, two]), tells(one, [three])), undefined)
    expect(hopToFar(chosen)).toBe(two)
    expect(told(chosen)).toEqual(nodes(three, two))
  })
})

describe('masqueraded ranges', () => {
  const routers = [
    { ...hop(one), metric: 10 },
    { ...hop(two), metric: 10 },
    { ...hop(three), metric: 20 },
  ]
  const leaving = (fallbackToWider: boolean) =>
    configWith({ kind: 'leaving', egressId: egressId('e'), routers, fallbackToWider }, [one, two, three])

  test('E6 go through the lowest metric that is not down, then the nearest, and stay there', () => {
    const near: HealthView = new Map([
      [one, { state: 'up', roundTripMs: 30 }],
      [two, { state: 'up', roundTripMs: 10 }],
    ])
    const chosen = choosePaths(leaving(true), near, none, undefined)
    expect(hopToFar(chosen)).toBe(two)
    const swapped: HealthView = new Map([[one, { state: 'up', roundTripMs: 1 }]])
    expect(hopToFar(choosePaths(leaving(true), swapped, none, chosen))).toBe(two)
    const moved = choosePaths(leaving(true), health({ one: 'down', two: 'down' }), none, chosen)
    expect(hopToFar(moved)).toBe(three)
    expect(hopToFar(choosePaths(leaving(true), health({ one: 'up', two: 'down' }), none, moved))).toBe(one)
  })

  test('E6 with all routers down they are left to a wider path, or stay', () => {
    const down = health({ one: 'down', two: 'down', three: 'down' })
    const chosen = choosePaths(leaving(false), health({ one: 'down' }), none, undefined)
    expect(hopToFar(choosePaths(leaving(true), down, none, chosen))).toBeUndefined()
    expect(hopToFar(choosePaths(leaving(false), down, none, chosen))).toBe(two)
  })
})

describe('routed ranges', () => {
  const routers = [
    { ...hop(one), metric: 10 },
    { ...hop(two), metric: 10 },
  ]
  const config = configWith({ kind: 'routed', egressId: egressId('e'), routers, fallbackToWider: false })
  const both = all(tells(one, [], ['e']), tells(two, [], ['e']))

  test('E6 follow the first router that says it serves them', () => {
    expect(hopToFar(choosePaths(config, none, none, undefined))).toBe(one)
    expect(hopToFar(choosePaths(config, none, all(tells(one, []), tells(two, [], ['e'])), undefined))).toBe(two)
    expect(hopToFar(choosePaths(config, none, both, undefined))).toBe(one)
  })

  test('E6 leave a dead one as soon as another serves them, and not before', () => {
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), tells(one, [], ['e']), undefined))).toBe(one)
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), both, undefined))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ one: 'down', two: 'down' }), both, undefined))).toBe(one)
  })

  test('E6 stay where they were while nothing is proven', () => {
    const moved = choosePaths(config, health({ one: 'down' }), both, undefined)
    expect(hopToFar(choosePaths(config, none, both, moved))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ one: 'up' }), both, moved))).toBe(one)
  })

  test('E6 a router serves them while each router before it is down or says that it does not', () => {
    const serving = withRouting([{ egressId: egressId('e'), ranges: [], before: [hop(one)], routers: [] }])
    const served = (view: HealthView, vectors: PathVectors, current?: ChosenPaths) =>
      choosePaths(serving, view, vectors, current).vector.servedEgressIds
    expect(served(none, none)).toEqual([])
    expect(served(none, tells(one, []))).toEqual(['e'])
    expect(served(none, tells(one, [], ['e']))).toEqual([])
    expect(served(health({ one: 'down' }), tells(one, [], ['e']))).toEqual(['e'])
    const active = choosePaths(serving, health({ one: 'down' }), tells(one, [], ['e']), undefined)
    expect(served(none, tells(one, [], ['e']), active)).toEqual(['e'])
    expect(served(health({ one: 'up' }), tells(one, [], ['e']), active)).toEqual([])
  })

  test('E6 what can not be served now is not', () => {
    const first = withRouting([{ egressId: egressId('e'), ranges: [], before: [], routers: [] }])
    expect(choosePaths(first, none, none, undefined).vector.servedEgressIds).toEqual(['e'])
    expect(choosePaths(first, none, none, undefined, new Set([egressId('e')])).vector.servedEgressIds).toEqual([])
  })
})

describe('internet traffic', () => {
  const defaults = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]
  const internet = (gateways: readonly HostId[]): Path => ({
    key: internetPathKey,
    networkId: sampleNetwork,
    prefixes: defaults,
    to: { kind: 'internet', gateways: gateways.map(hop) },
  })

  test('F3 stays where it is while nothing better is proven', () => {
    const config = configWith({ kind: 'direct', ...hop(far) }, [far, one, two], [internet([one, two])])
    const first = choosePaths(config, none, none, undefined)
    expect(first.allowedIps.get(one)).toEqual(expect.arrayContaining(defaults))
    const moved = choosePaths(config, health({ one: 'down', two: 'up' }), none, first)
    expect(moved.hops.get(internetPathKey)).toBe(two)
    const gone = choosePaths(config, health({ one: 'down', two: 'down' }), none, moved)
    expect(gone.hops.get(internetPathKey)).toBe(undefined)
    expect(choosePaths(config, health({ one: 'down', two: 'up' }), none, gone).hops.get(internetPathKey)).toBe(two)
    expect(choosePaths(config, health({ two: 'down' }), none, moved).hops.get(internetPathKey)).toBe(two)
  })

  test('F3 of two gateways that are reached the same way, the one that is not down is in use', () => {
    const paths = [internet([three, two, one]), { ...direct(two), to: pair([one], two) }]
    const first = choosePaths(handMadeConfig({ viewer: me, peers: [one, two, three], paths }), none, none, undefined)
    const config = handMadeConfig({ viewer: me, peers: [one, two], paths })
    const moved = choosePaths(config, health({ two: 'down' }), none, first)
    expect(moved.hops.get(internetPathKey)).toBe(one)
    expect(choosePaths(config, health({ two: 'down' }), none, moved).memory).toEqual(moved.memory)
  })

  test("D8 a relayed node's goes through its own gateway, which is an internet gateway while one is healthy", () => {
    const network: Path = { ...toFar(ownGateway([one, two, three])), key: pathKey('network', sampleNetwork) }
    const config = handMadeConfig({ viewer: me, peers: [one, two, three], paths: [network, internet([two, three])] })
    const hops = (chosen: ChosenPaths) => [chosen.hops.get(network.key), chosen.hops.get(internetPathKey)]
    const chosen = choosePaths(config, health({ one: 'up', two: 'up', three: 'up' }), none, undefined)
    expect(hops(chosen)).toEqual([two, two])
    const alone = choosePaths(config, health({ one: 'up', two: 'down', three: 'down' }), none, chosen)
    expect(hops(alone)).toEqual([one, undefined])
    const back = choosePaths(config, health({ one: 'up', two: 'down', three: 'up' }), none, alone)
    expect(hops(back)).toEqual([three, three])
  })
})
