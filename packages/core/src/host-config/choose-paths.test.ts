import { describe, expect, test } from 'vitest'
import { pairIdOf } from '../mesh/mesh-state.js'
import {
  egressId,
  encodeBase64,
  type HostId,
  hostId,
  identityPublicKey,
  ipAddress,
  ipPrefix,
  networkId,
  nodeId,
  wireguardPublicKey,
} from '../values/index.js'
import { type ChosenPaths, choosePaths, type HealthView } from './choose-paths.js'
import { type Hop, type HostConfig, internetPathKey, type Path, type PathTarget, pathKey } from './host-config.js'
import type { PathVectors } from './path-vector.js'

const me = hostId('me')
const [far, one, two] = [hostId('far'), hostId('one'), hostId('two')]
const hop = (id: HostId): Hop => ({ nodeId: nodeId(`n-${id}`), hostId: id })
const key = (n: number, lane: number) => encodeBase64(new Uint8Array(32).fill(n).fill(lane, 16), 'standard')

/** `me` with these peers and one path to 10.0.0.2. */
const configWith = (
  to: PathTarget,
  peers: readonly HostId[] = [far, one, two],
  more: readonly Path[] = [],
): HostConfig => {
  const path = { key: pathKey('node', 'n-far'), networkId: networkId('net'), prefixes: [ipPrefix('10.0.0.2/32')], to }
  return {
    own: {
      kind: 'self',
      hostId: me,
      wireguardKey: wireguardPublicKey(key(99, 1)),
      listenPort: 51_821,
      mtuBytes: 1420,
      controlAddress4: ipAddress('198.19.0.1') as never,
      controlAddress6: ipAddress('fd12:3456:789a::1') as never,
      routes: [],
      keepaliveSeconds: 0,
      os: 'linux',
      capabilities: [],
      localPrefixes: [],
      memberships: [],
    },
    peers: new Map(
      peers.map((id, n) => [
        id,
        {
          hostId: id,
          name: id as never,
          wireguardKey: wireguardPublicKey(key(n + 1, 1)),
          identityKey: identityPublicKey(key(n + 1, 2)),
          controlAddress4: ipAddress(`198.19.0.${n + 2}`) as never,
          controlAddress6: ipAddress(`fd12:3456:789a::${n + 2}`) as never,
          endpoints: [],
          keepaliveSeconds: 0,
        },
      ]),
    ),
    clients: new Map(),
    networks: [],
    memberSets: [],
    egresses: [],
    paths: new Map([path, ...more].map((each) => [each.key, each])),
    routing: [],
    ranges: [],
    routes: [],
    fullTunnel: null,
    filter: { isEnforced: true, sets: new Map(), input: [], forward: [] },
    nat: [],
    names: [],
    dns: [],
    probes: [],
    refused: [],
  }
}

const none: ReadonlyMap<HostId, never> = new Map<HostId, never>()
const direct: PathTarget = { kind: 'direct', ...hop(far) }
const relayed: PathTarget = { kind: 'relayed', ...hop(far), gateways: [hop(one), hop(two)], isAttached: false }
const ownGateway: PathTarget = { kind: 'own-gateway', nodeId: nodeId('n-me'), gateways: [hop(one), hop(two)] }
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
const hopToFar = (chosen: ChosenPaths) => chosen.hops.get(pathKey('node', 'n-far'))

describe('choosePaths', () => {
  test('a direct path ends at its own host; every peer has its control addresses', () => {
    const chosen = choosePaths(configWith(direct), none, none, undefined)
    expect(hopToFar(chosen)).toBe(far)
    expect(chosen.allowedIps.get(far)).toEqual(['10.0.0.2/32', '198.19.0.2/32', 'fd12:3456:789a::2/128'])
    expect(chosen.allowedIps.get(one)).toEqual(['198.19.0.3/32', 'fd12:3456:789a::3/128'])
  })

  test('a relayed node without a vector is reached through the first of its list, whatever its health', () => {
    const config = configWith(relayed, [one, two])
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), none, undefined))).toBe(one)
  })

  test('a vector is followed within the configured list, whatever is current', () => {
    const config = configWith(relayed, [one, two])
    const current = choosePaths(config, none, none, undefined)
    const vectors = tells(far, [hostId('elsewhere'), two, one])
    expect(hopToFar(choosePaths(config, none, vectors, current))).toBe(two)
    expect(hopToFar(choosePaths(config, none, tells(far, [hostId('elsewhere')]), current))).toBe(one)
  })

  test('the gateway that a vector names has the node as its peer; another one of the list sends through it', () => {
    const gateways = [hop(one), hop(me)]
    const config = configWith({ kind: 'relayed', ...hop(far), gateways, isAttached: true })
    expect(hopToFar(choosePaths(config, none, tells(far, [me, one]), undefined))).toBe(far)
    expect(hopToFar(choosePaths(config, none, tells(far, [one, me]), undefined))).toBe(one)
  })

  test('a relayed node stays with its gateway until it is down and another is known to be up', () => {
    const config = configWith(ownGateway, [one, two])
    const first = choosePaths(config, none, none, undefined)
    expect(hopToFar(first)).toBe(one)
    expect(hopToFar(choosePaths(config, health({ one: 'down' }), none, first))).toBe(one)
    const moved = choosePaths(config, health({ one: 'down', two: 'up' }), none, first)
    expect(hopToFar(moved)).toBe(two)
    expect(moved.vector.gatewayIds).toEqual([hop(two).nodeId, hop(one).nodeId])
    expect(hopToFar(choosePaths(config, health({ one: 'up', two: 'up' }), none, moved))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ one: 'down', two: 'down' }), none, moved))).toBe(two)
  })

  test('a pair goes through the first that both ends tell', () => {
    const pair = (owner: HostId): PathTarget => ({
      kind: 'pair',
      pairId: pairIdOf(nodeId('n-me'), nodeId('n-far')),
      ...hop(far),
      owner,
      gateways: [hop(one), hop(two)],
    })
    expect(hopToFar(choosePaths(configWith(pair(me)), none, none, undefined))).toBe(one)
    expect(hopToFar(choosePaths(configWith(pair(me)), none, tells(far, [two]), undefined))).toBe(two)
    expect(hopToFar(choosePaths(configWith(pair(far)), none, tells(far, [two, one]), undefined))).toBe(two)
    const alone = choosePaths(configWith(pair(far)), health({ two: 'down' }), tells(far, [two, one]), undefined)
    expect(hopToFar(alone)).toBe(one)
  })

  test('a masqueraded range goes through the lowest metric that is not down, then the nearest', () => {
    const routers = [
      { ...hop(one), metric: 10 },
      { ...hop(two), metric: 10 },
      { ...hop(far), metric: 20 },
    ]
    const config = configWith({ kind: 'leaving', egressId: egressId('e'), routers, fallbackToWider: true })
    const near: HealthView = new Map([
      [one, { state: 'up', roundTripMs: 30 }],
      [two, { state: 'up', roundTripMs: 10 }],
    ])
    const chosen = choosePaths(config, near, none, undefined)
    expect(hopToFar(chosen)).toBe(two)
    const swapped: HealthView = new Map([[one, { state: 'up', roundTripMs: 1 }]])
    expect(hopToFar(choosePaths(config, swapped, none, chosen))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ one: 'down', two: 'down' }), none, chosen))).toBe(far)
    const allDown = health({ one: 'down', two: 'down', far: 'down' })
    expect(hopToFar(choosePaths(config, allDown, none, chosen))).toBeUndefined()
  })

  test('a routed range follows the router that says it serves it', () => {
    const routers = [
      { ...hop(one), metric: 10 },
      { ...hop(two), metric: 10 },
    ]
    const config = configWith({ kind: 'routed', egressId: egressId('e'), routers, fallbackToWider: false })
    expect(hopToFar(choosePaths(config, none, none, undefined))).toBe(one)
    expect(hopToFar(choosePaths(config, none, tells(two, [], ['e']), undefined))).toBe(two)
    expect(hopToFar(choosePaths(config, health({ one: 'down', two: 'down' }), none, undefined))).toBe(one)
  })

  test('internet traffic stays where it is while nothing better is proven', () => {
    const defaults = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]
    const to: PathTarget = { kind: 'internet', gateways: [hop(one), hop(two)] }
    const config = configWith(
      direct,
      [far, one, two],
      [{ key: internetPathKey, networkId: networkId('net'), prefixes: defaults, to }],
    )
    const first = choosePaths(config, none, none, undefined)
    expect(first.allowedIps.get(one)).toEqual(expect.arrayContaining(defaults))
    const moved = choosePaths(config, health({ one: 'down', two: 'up' }), none, first)
    expect(moved.hops.get(internetPathKey)).toBe(two)
    expect(choosePaths(config, health({ two: 'down' }), none, moved).hops.get(internetPathKey)).toBe(two)
  })

  test('a hop that is no peer can carry nothing', () => {
    const chosen = choosePaths(configWith(relayed, []), none, none, undefined)
    expect(hopToFar(chosen)).toBeUndefined()
    expect([...chosen.allowedIps.values()].flat()).not.toContain('10.0.0.2/32')
  })
})
