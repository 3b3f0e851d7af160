import { describe, expect, test } from 'vitest'
import { handMadeConfig, handMadePair, hop, sampleNetwork, sampleWireguardKey } from '../../test/hand-made-config.js'
import { clientId, egressId, type HostId, hostId, ipPrefix } from '../values/index.js'
import { choosePaths } from './choose-paths.js'
import { forwardsFor } from './forwards-for.js'
import type { PairFragment } from './fragment.js'
import { type Path, type PathTarget, pathKey } from './host-config.js'
import type { PathVectors } from './path-vector.js'

const me = hostId('me')
const [a, b, g, d] = [hostId('a'), hostId('b'), hostId('g'), hostId('d')]
const path = (key: Path['key'], prefix: string, to: PathTarget): Path => ({
  key,
  networkId: sampleNetwork,
  prefixes: [ipPrefix(prefix)],
  to,
})
const node = (id: HostId, prefix: string, to: PathTarget): Path => path(pathKey('node', hop(id).nodeId), prefix, to)
const relayed = (id: HostId, gateways: readonly HostId[]): PathTarget => ({
  kind: 'relayed',
  ...hop(id),
  gateways: gateways.map(hop),
  isAttached: gateways.includes(me),
})
const paths: readonly Path[] = [
  node(a, '10.0.0.1/32', { kind: 'direct', ...hop(a) }),
  node(b, '10.0.0.2/32', { kind: 'direct', ...hop(b) }),
  node(d, '10.0.0.3/32', relayed(d, [g, me])),
  path(pathKey('clients', hop(a).nodeId), '10.0.0.99/32', { kind: 'behind-node', ...hop(a) }),
  path(pathKey('egress', 'e'), '192.0.2.0/24', {
    kind: 'routed',
    egressId: egressId('e'),
    routers: [{ ...hop(d), metric: 1 }],
    fallbackToWider: true,
  }),
]
const pairs: readonly PairFragment[] = [handMadePair(a, b, [g, me])]
const tells = (...told: readonly (readonly [HostId, readonly HostId[]])[]): PathVectors =>
  new Map(
    told.map(([id, gateways]) => [
      id,
      { hostId: id, sequence: 1, gatewayIds: gateways.map((each) => hop(each).nodeId), servedEgressIds: [] },
    ]),
  )
const forwarding = (vectors: PathVectors, withPairs: readonly PairFragment[] = [], more: readonly Path[] = []) => {
  const config = handMadeConfig({ viewer: me, peers: [a, b, g, d], paths: [...paths, ...more], pairs: withPairs })
  const { prefixes, between } = forwardsFor(config, vectors, choosePaths(config, new Map(), vectors, undefined))
  return { prefixes: [...prefixes].sort(), between: between.map((sides) => sides.map((side) => [...side].sort())) }
}

describe('a gateway passes on', () => {
  test('C1 C7 for relayed nodes and what lies behind them, unless their vector leaves it out', () => {
    expect(forwarding(tells([d, [me, g]])).prefixes).toEqual(['10.0.0.3/32', '192.0.2.0/24'])
    expect(forwarding(tells([d, [g]])).prefixes).toEqual([])
  })

  test('C7 for a node that is at another gateway of its list, but not for ranges behind it, which that one has', () => {
    expect(forwarding(tells()).prefixes).toEqual(['10.0.0.3/32'])
    expect(forwarding(tells([d, [g, me]])).prefixes).toEqual(['10.0.0.3/32'])
  })

  test('C3 from one end of a pair to the other, unless one of them leaves it out', () => {
    const sides = [['10.0.0.1/32', '10.0.0.99/32'], ['10.0.0.2/32']]
    const alone = [d, [g]] as const
    expect(forwarding(tells(alone), pairs)).toEqual({ prefixes: [], between: [sides] })
    expect(forwarding(tells(alone, [a, [me]], [b, [me, g]]), pairs).between).toEqual([sides])
    expect(forwarding(tells(alone, [a, [me]], [b, [g]]), pairs).between).toEqual([])
  })

  test('C3 not for pairs that others relay', () => {
    expect(forwarding(tells([d, [g]]), [handMadePair(a, b, [g])])).toEqual({ prefixes: [], between: [] })
  })

  test('C7 for what an end of a pair relays', () => {
    const x = hostId('x')
    const behind = node(x, '10.0.0.4/32', relayed(x, [a, g]))
    const [of, to] = [forwarding(tells([d, [g]]), pairs, [behind]), forwarding(tells([x, [g]]), pairs, [behind])]
    expect(of.between[0]?.[0]).toContain('10.0.0.4/32')
    expect(to.between.flat(2)).not.toContain('10.0.0.4/32')
  })

  test('B9 E1 for its own clients, and to egresses that it routes', () => {
    const client = {
      clientId: clientId('c'),
      name: 'c' as never,
      wireguardKey: sampleWireguardKey,
      sets: [],
      prefixes: [ipPrefix('10.0.0.200/32')],
    }
    const routing = [{ egressId: egressId('r'), ranges: [], before: [], routers: [] }]
    const config = handMadeConfig({ viewer: me, peers: [], paths: [], clients: [client], routing })
    const own = forwardsFor(config, new Map(), {
      hops: new Map(),
      vector: { gatewayIds: [], servedEgressIds: [] },
    })
    expect([...own.prefixes]).toEqual(['10.0.0.200/32'])
    expect(own.egressIds).toEqual(['r'])
    expect(own.activeEgressIds).toEqual([])
  })
})
