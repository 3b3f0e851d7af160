/** The compiled form of policies says what `policyAllows` says: for every pair of ends, all hops, and the sets of peers. */
import fc from 'fast-check'
import type { Draft } from 'immer'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import {
  worldClientIds,
  worldEgressIds,
  worldGroups,
  worldNetworkId,
  worldNodeIds,
  worldTags,
  worldUsers,
} from '../../test/policy-world.js'
import { policyContent, policyWorld } from '../../test/policy-worlds.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import { produceState } from '../mesh/large-map-drafts.js'
import { memberPrefixes, refreshMember } from '../mesh/members.js'
import type { MemberSetKey, MeshState, Network, Policy, Traffic } from '../mesh/mesh-state.js'
import { dropPolicy, putPolicy } from '../mesh/policy-records.js'
import {
  type ClientId,
  type EgressId,
  type GroupId,
  type IpAddress,
  type IpPrefix,
  ipAddress,
  type NodeId,
  policyId,
  prefixContainsAddress,
  prefixFirst,
  tagName,
  type UserId,
} from '../values/index.js'
import { endsOf, sameFamily } from './end.js'
import {
  type CompiledClass,
  compileClass,
  compileForwarding,
  type End,
  expandSetRef,
  memberIdsOf,
  type PacketTraffic,
  policyAllows,
  type SetRef,
  trafficCovers,
} from './index.js'

const packets: readonly PacketTraffic[] = [
  { protocol: 'tcp', port: 443 },
  { protocol: 'tcp', port: 80 },
  { protocol: 'udp', port: 53 },
  { protocol: 'icmp' },
  { protocol: 'other' },
]

/** Every node and client, and addresses of all sorts beyond. */
const endsIn = (state: MeshState, network: Network): readonly End[] => {
  const someNode = { kind: 'node', nodeId: 'node-1-1' as NodeId } as const
  const clients = [...largeMapValues(state.clients)]
  return [
    ...[...largeMapKeys(network.nodeIds)].flatMap((nodeId) =>
      endsOf(state, network, { kind: 'node', nodeId }, someNode),
    ),
    ...clients.flatMap((client): readonly End[] =>
      memberPrefixes(client).map((prefix) => ({
        kind: 'client',
        clientId: client.clientId,
        address: prefixFirst(prefix),
      })),
    ),
    ...['192.168.7.9', '192.168.200.1', '10.77.0.1', '100.70.7.9', 'fd55::9', '198.51.100.7', '2001:db8::7'].flatMap(
      (address) => endsOf(state, network, { kind: 'address', address: ipAddress(address) }, someNode),
    ),
    { kind: 'internet', address: ipAddress('198.51.100.7') },
    { kind: 'internet', address: ipAddress('2001:db8::7') },
  ]
}

const isSame = (one: End, other: End): boolean =>
  (one.kind === 'node' && other.kind === 'node' && one.nodeId === other.nodeId) ||
  (one.kind === 'client' && other.kind === 'client' && one.clientId === other.clientId) ||
  (one.kind === 'egress' && other.kind === 'egress' && one.egressId === other.egressId)

/** What hosts would decide with the compiled rules alone. */
const compiledAnswers = (state: MeshState, network: Network) => {
  const forwarding = compileForwarding(state, network)
  const expanded = new Map<SetRef, readonly IpPrefix[]>()
  const expand = (ref: SetRef) => {
    const known = expanded.get(ref) ?? expandSetRef(state, network, ref)
    expanded.set(ref, known)
    return known
  }
  const inAny = (refs: readonly SetRef[], address: IpAddress) => refs.some((ref) => inPrefixes(expand(ref), address))
  const inPrefixes = (prefixes: readonly IpPrefix[] | null, address: IpAddress) =>
    prefixes?.some((prefix) => prefixContainsAddress(prefix, address)) ?? true
  const covers = (traffic: readonly Traffic[], packet: PacketTraffic) => trafficCovers(traffic, packet)
  const sameUser = (one: End, other: End) =>
    [...largeMapKeys(network.sets)].some(
      (key) =>
        key.startsWith('user:') &&
        [one, other].every((end) => inPrefixes(expandSetRef(state, network, { kind: 'set', key }), end.address)),
    )
  const arrives = (from: End, to: End, packet: PacketTraffic): boolean => {
    switch (to.kind) {
      case 'node':
        return classOf(state, network, to.nodeId).inputRules.some(
          (rule) =>
            inAny(rule.from, from.address) &&
            (rule.within === null || inAny([rule.within], from.address)) &&
            inPrefixes(rule.to, to.address) &&
            covers(rule.traffic, packet),
        )
      case 'client':
        return forwarding.clientRules.some(
          (rule) =>
            inAny(rule.from, from.address) &&
            inAny(rule.to, to.address) &&
            (!rule.sameUser || sameUser(from, to)) &&
            covers(rule.traffic, packet),
        )
      case 'egress':
        return (forwarding.egressRules.get(to.egressId)?.inward ?? []).some(
          (rule) => inAny(rule.from, from.address) && inPrefixes(rule.to, to.address) && covers(rule.traffic, packet),
        )
      case 'internet':
        return forwarding.internetRules.some(
          (rule) => inAny(rule.from, from.address) && inPrefixes(rule.to, to.address) && covers(rule.traffic, packet),
        )
    }
  }
  const leaves = (from: End, to: End, packet: PacketTraffic): boolean =>
    from.kind !== 'egress' ||
    (forwarding.egressRules.get(from.egressId)?.outward ?? []).some(
      (rule) =>
        inPrefixes(rule.from, from.address) &&
        (inAny(rule.to, to.address) || (rule.internet && isOut(state, to))) &&
        covers(rule.traffic, packet),
    )
  const isRelayed = (from: End, to: End): boolean =>
    forwarding.relayPairs.some((pair) => {
      const isOther = (end: End) => inAny(pair.other, end.address) || (pair.internet && isOut(state, end))
      const fits = (inAny(pair.one, from.address) && isOther(to)) || (inAny(pair.one, to.address) && isOther(from))
      return fits && (!pair.sameUser || sameUser(from, to))
    })
  return { arrives, leaves, isRelayed }
}

/** Out on the internet, through whichever door. */
const isOut = (state: MeshState, end: End): boolean =>
  end.kind === 'internet' ||
  (end.kind === 'egress' &&
    (largeMapGet(state.egresses, end.egressId)?.ranges.some((range) => range.endsWith('/0')) ?? false))

const classOf = (state: MeshState, network: Network, nodeId: NodeId): CompiledClass => {
  const classKey = largeMapGet(network.memberRecords, nodeId)?.classKey
  const compiled = classKey == null ? undefined : compileClass(state, network, classKey)
  if (compiled === undefined) throw new TypeError(`${nodeId} is of no class`)
  return compiled
}

const expectLastHopsRight = (state: MeshState, network: Network): void => {
  const { arrives, leaves } = compiledAnswers(state, network)
  for (const [from, to] of pairsOf(state, network))
    for (const packet of packets) {
      const { allowed } = policyAllows(state, worldNetworkId, from, to, packet)
      const got = arrives(from, to, packet)
      if (got !== allowed) throw new TypeError(unequal('arrives', got, from, to, packet))
      if (from.kind === 'egress' && leaves(from, to, packet) !== allowed && !(isOut(state, to) && !allowed))
        throw new TypeError(unequal('leaves', !allowed, from, to, packet))
    }
}

const networkIn = (state: MeshState): Network => {
  const network = largeMapGet(state.networks, worldNetworkId)
  if (network === undefined) throw new TypeError('the world has lost its network')
  return network
}

const changesOf = (at: number, groupIds: readonly GroupId[]): readonly ((draft: Draft<MeshState>) => void)[] => [
  (draft) => {
    const user = largeMapGet(draft.users, worldUsers[at % 2] as UserId)
    if (user !== undefined) user.groupIds = [...groupIds].sort()
    for (const memberId of [...worldNodeIds, ...worldClientIds]) refreshMember(draft, memberId)
  },
  (draft) => {
    const nodeId = worldNodeIds[at] as NodeId
    const node = largeMapGet(draft.nodes, nodeId)
    if (node !== undefined) node.tags = node.tags.length === 0 ? [...worldTags] : []
    refreshMember(draft, nodeId)
  },
  (draft) => {
    const egress = largeMapGet(draft.egresses, worldEgressIds[at] as EgressId)
    if (egress !== undefined) egress.restricted = !egress.restricted
  },
  (draft) => {
    for (const policy of largeMapValues(draft.policies)) dropPolicy(draft, policy.policyId)
  },
]

describe('compiled policies', () => {
  test('G5 the last hop lets through what policy allows, and nothing else', () => {
    fc.assert(
      fc.property(policyWorld(), ({ state, network }) => {
        expectLastHopsRight(state, network)
      }),
      lawRuns(),
    )
  })

  test('and goes on doing so when users, tags and egresses change under it', () => {
    fc.assert(
      fc.property(policyWorld(), fc.nat(2), fc.subarray([...worldGroups]), ({ state }, at, groupIds) => {
        let now = state
        for (const change of changesOf(at, groupIds)) {
          expectLastHopsRight(now, networkIn(now))
          now = produceState(now, change)
        }
        expectLastHopsRight(now, networkIn(now))
      }),
      lawRuns(0.3),
    )
  })

  test('G5 relays pass a pair when either may begin about anything', () => {
    fc.assert(
      fc.property(policyWorld(), ({ state, network }) => {
        const { isRelayed } = compiledAnswers(state, network)
        for (const [from, to] of pairsOf(state, network)) {
          const wanted = mayTalk(state, from, to)
          // Which way out an address beyond the mesh takes, a relay can't see: the router there decides.
          const isEitherWay = isOut(state, from) || isOut(state, to)
          if (isRelayed(from, to) !== wanted && (wanted || !isEitherWay))
            throw new TypeError(unequal('is relayed', !wanted, from, to))
        }
      }),
      lawRuns(),
    )
  })

  test('A6 peers are those that exchange anything, both sides agreeing', () => {
    fc.assert(
      fc.property(policyWorld(), ({ state, network }) => {
        const byPrefix = [...largeMapValues(state.policies)].some((policy) =>
          [...policy.sources, ...policy.destinations].some(({ kind }) => kind === 'prefix'),
        )
        for (const [from, to] of pairsOf(state, network)) {
          if (from.kind !== 'node') continue
          const isPeer = isAmongPeers(state, network, from.nodeId, to)
          if (mayTalk(state, from, to) && !isOut(state, to) && !isPeer)
            throw new TypeError(unequal('is peer', isPeer, from, to))
          if (to.kind !== 'node') continue
          expect(isAmongPeers(state, network, to.nodeId, from)).toBe(isPeer)
          // A prefix may be about one of both addresses only.
          if (!byPrefix && isPeer !== mayTalk(state, from, to))
            throw new TypeError(unequal('is peer', isPeer, from, to))
        }
      }),
      lawRuns(),
    )
  })

  test('what did not change is the same object', () => {
    fc.assert(
      fc.property(policyWorld(), ({ state, network }) => {
        for (const classKey of largeMapKeys(network.classes)) {
          const copy = { ...state, nodes: { ...state.nodes } }
          expect(compileClass(copy, { ...network }, classKey)).toBe(compileClass(state, network, classKey))
        }
        expect(compileForwarding({ ...state }, { ...network })).toBe(compileForwarding(state, network))
      }),
      lawRuns(0.2),
    )
  })

  test('classes that an edit does not concern keep what they have', () => {
    fc.assert(
      fc.property(policyWorld(), policyContent, ({ state, network }, content) => {
        const compiled = new Map(
          [...largeMapKeys(network.classes)].map((key) => [key, compileClass(state, network, key)]),
        )
        const edit: Policy = {
          ...content,
          sources: [{ kind: 'tag', tag: tagName('web') }],
          destinations: [{ kind: 'tag', tag: tagName('web') }],
          policyId: policyId('policy-9'),
          networkId: worldNetworkId,
          name: 'Among web',
        }
        const after = produceState(state, (draft) => putPolicy(draft, edit))
        const networkAfter = largeMapGet(after.networks, worldNetworkId) ?? network
        for (const [key, before] of compiled)
          if (!key.startsWith('web') && !key.startsWith('db,web'))
            expect(compileClass(after, networkAfter, key)).toBe(before)
      }),
      lawRuns(0.2),
    )
  })
})

const pairsOf = (state: MeshState, network: Network): readonly (readonly [End, End])[] => {
  const ends = endsIn(state, network)
  return ends.flatMap((from) =>
    ends
      .filter((to) => sameFamily(from, to) && !isSame(from, to) && isPossible(state, from, to))
      .map((to) => [from, to] as const),
  )
}

/** Between two places out on the internet nothing comes by, and nobody begins through an internet gateway. */
const isPossible = (state: MeshState, from: End, to: End): boolean =>
  from.kind !== 'internet' && !(isOut(state, from) && isOut(state, to))

const mayTalk = (state: MeshState, one: End, other: End): boolean =>
  packets.some(
    (packet) =>
      policyAllows(state, worldNetworkId, one, other, packet).allowed ||
      policyAllows(state, worldNetworkId, other, one, packet).allowed,
  )

const isAmongPeers = (state: MeshState, network: Network, nodeId: NodeId, end: End): boolean => {
  const { peerSets, ownPeerSets } = classOf(state, network, nodeId)
  const memberId = end.kind === 'node' ? end.nodeId : end.kind === 'client' ? end.clientId : undefined
  if (memberId === undefined)
    return end.kind === 'egress' && peerSets.some((key) => key === `egress:${end.egressId}` || key === 'everyone')
  const isIn = (key: MemberSetKey) =>
    key === 'everyone' || memberIdsOf(network, key).includes(memberId as NodeId & ClientId)
  const users = [...largeMapKeys(network.sets)].filter((key) => key.startsWith('user:'))
  const isOwn = users.some((key) => isIn(key) && memberIdsOf(network, key).includes(nodeId))
  return peerSets.some(isIn) || (isOwn && ownPeerSets.some(isIn))
}

const unequal = (what: string, got: boolean, from: End, to: End, packet?: PacketTraffic): string =>
  `${what}: ${got} for ${JSON.stringify(from)} → ${JSON.stringify(to)} ${JSON.stringify(packet)}`

test('E9 adding a policy never takes access away', () => {
  fc.assert(
    fc.property(policyWorld(), policyContent, ({ state, network }, { sources, destinations, ...content }) => {
      const more: Policy = {
        ...content,
        policyId: policyId('policy-9'),
        networkId: worldNetworkId,
        name: 'One more',
        sources,
        destinations,
      }
      const after = produceState(state, (draft) => putPolicy(draft, more))
      for (const [from, to] of pairsOf(state, network))
        for (const packet of packets)
          if (policyAllows(state, worldNetworkId, from, to, packet).allowed)
            expect(policyAllows(after, worldNetworkId, from, to, packet).allowed).toBe(true)
    }),
    lawRuns(0.3),
  )
})
