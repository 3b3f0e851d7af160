import { describe, expect, test } from 'vitest'
import { handMadeConfig, hop, sampleNetwork } from '../../test/hand-made-config.js'
import { pairIdOf } from '../mesh/mesh-state.js'
import { egressId, type HostId, hostId, ipPrefix, nodeId } from '../values/index.js'
import { choosePaths } from './choose-paths.js'
import type { HealthView } from './chosen-paths.js'
import { type Path, type PathTarget, pathKey } from './host-config.js'
import type { PathVectors } from './path-vector.js'

const me = hostId('me')
const [one, two, gateway] = [hostId('one'), hostId('two'), hostId('gateway')]
const site = pathKey('egress', 'site')

const toSite = (kind: 'leaving' | 'routed', routers: readonly HostId[]): Path => ({
  key: site,
  networkId: sampleNetwork,
  prefixes: [ipPrefix('172.16.0.0/24')],
  to: {
    kind,
    egressId: egressId('site'),
    routers: routers.map((router) => ({ ...hop(router), metric: 10 })),
    fallbackToWider: true,
  },
})
const toNode = (id: HostId, to: PathTarget): Path => ({
  key: pathKey('node', hop(id).nodeId),
  networkId: sampleNetwork,
  prefixes: [],
  to,
})
const relayed = (id: HostId) => toNode(id, { kind: 'relayed', ...hop(id), gateways: [hop(gateway)], isAttached: false })
const paired = (id: HostId) => {
  const pairId = pairIdOf(nodeId('n-me'), hop(id).nodeId)
  return toNode(id, { kind: 'pair', pairId, ...hop(id), owner: me, gateways: [hop(gateway)] })
}
const serving = (...hosts: readonly HostId[]): PathVectors =>
  new Map(
    hosts.map(
      (id) =>
        [
          id,
          { hostId: id, sequence: 1, gatewayIds: [hop(gateway).nodeId], servedEgressIds: [egressId('site')] },
        ] as const,
    ),
  )
const health = (states: Readonly<Record<string, 'up' | 'down'>>): HealthView =>
  new Map(Object.entries(states).map(([id, state]) => [hostId(id), { state, roundTripMs: 5 }]))
const hopOf = (paths: readonly Path[], states: HealthView, vectors: PathVectors) =>
  choosePaths(handMadeConfig({ viewer: me, peers: [one, two, gateway], paths }), states, vectors, undefined).hops.get(
    site,
  )

describe.each(['leaving', 'routed'] as const)('ranges that are %s', (kind) => {
  test('E10 of which a router is relayed go to the first that says it serves, as they do at its gateway', () => {
    const paths = [toSite(kind, [one, two]), relayed(one)]
    expect(hopOf(paths, health({ two: 'up' }), serving(one))).toBe(gateway)
    expect(hopOf(paths, health({ two: 'up' }), serving(two))).toBe(two)
  })

  test('C3 move along to the relay of a pair when nothing else leads to them', () => {
    const paths = [toSite(kind, [one, two]), paired(one)]
    const vectors = serving(one, two)
    expect(hopOf(paths, health({ one: 'down', two: 'up' }), vectors)).toBe(two)
    expect(hopOf(paths, health({ one: 'down', two: 'down' }), vectors)).toBe(gateway)
    expect(hopOf([toSite(kind, [one, two])], health({ one: 'down', two: 'down' }), vectors)).toBeUndefined()
  })
})

describe('E6 with NAT, a router that says it can not serve', () => {
  const told = (...hosts: readonly HostId[]): PathVectors =>
    new Map(
      [...serving(one, two)].map(([id, vector]) => [
        id,
        hosts.includes(id) ? vector : { ...vector, servedEgressIds: [] },
      ]),
    )
  const choose = (states: Readonly<Record<string, 'up' | 'down'>>, vectors: PathVectors) =>
    hopOf([toSite('leaving', [one, two])], health(states), vectors)

  test('is passed over while there is another', () => {
    expect(choose({ one: 'up', two: 'up' }, told(two))).toBe(two)
    expect(choose({ one: 'up', two: 'down' }, told(two))).toBe(one)
  })

  test('is told from one that stands by behind a router that serves', () => {
    expect(choose({ one: 'up', two: 'up' }, told(one))).toBe(one)
    expect(choose({ one: 'down', two: 'up' }, told(one))).toBe(two)
  })
})
