/**
 * What policies mean for configs: what `policy/` compiled, in the shape that fragments have. Compiled once for as long as nothing that
 * it depends on changes: everybody who asks about the same state gets the same objects.
 */

import { egressesOfNetwork, isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import { memberPrefixes } from '../mesh/members.js'
import type { ClassKey, Client, Egress, MemberSetKey, MeshState, Network, NodeClass } from '../mesh/mesh-state.js'
import type { InwardRule } from '../policy/compile-forwarding.js'
import { type ClientRule, compileClass, compileForwarding, type SetRef } from '../policy/index.js'
import { once, type PolicyIndex, type PreparedPolicy, policyIndexOf } from '../policy/policy-index.js'
import type { PolicySide } from '../policy/policy-side.js'
import { egressPrefixes } from '../policy/set-ref.js'
import { type EgressId, type IpPrefix, intersectPrefixes, prefixContains, prefixSetsOverlap } from '../values/index.js'
import type { AcceptRule, Ends, OwnPeers, ReachRule, RelayRule, SetName } from './rule-parts.js'
import { setNamesOf } from './rule-sets.js'

/** What a class of nodes lets in, and whom it exchanges anything with. */
export interface ClassView {
  /** Sorted. */
  readonly peers: readonly SetName[]
  readonly ownPeers: OwnPeers | null
  readonly rules: readonly AcceptRule[]
  /** Egresses that it may use, or that may reach it; sorted. */
  readonly egressIds: readonly EgressId[]
  readonly peerNames: ReadonlySet<SetName>
  /** Every set that peers and rules name, but everyone and egresses, which need no list. */
  readonly setNames: ReadonlySet<SetName>
}

export interface EgressView {
  readonly rules: readonly AcceptRule[]
  readonly reaches: readonly ReachRule[]
  /** Sets whose nodes use it or are reached from it; everyone among them where that is so. Sorted. */
  readonly users: readonly SetName[]
  /** Egresses that exchange something with it. Sorted. */
  readonly egressIds: readonly EgressId[]
  readonly setNames: ReadonlySet<SetName>
}

export const classViewOf = (state: MeshState, network: Network, classKey: ClassKey): ClassView => {
  const index = policyIndexOf(state, network)
  const nodeClass = largeMapGet(network.classes, classKey)
  if (nodeClass === undefined) return makeClassView(state, network, classKey, { index, keys: [] })
  const known = viewsByClass.get(nodeClass)
  const same = known?.views.find((each) => each.index === index)
  if (same !== undefined) return same.view
  const keys = known?.keys ?? keysOfClass(network, nodeClass)
  const view = makeClassView(state, network, classKey, { index, keys })
  viewsByClass.set(nodeClass, { keys, views: [{ index, view }, ...(known?.views.slice(0, 1) ?? [])] })
  return view
}

interface KnownOfClass {
  readonly keys: readonly MemberSetKey[]
  /** Of two states, one before and one after a step. */
  readonly views: readonly { readonly index: PolicyIndex; readonly view: ClassView }[]
}

/** What is known of a class as long as nobody joins or leaves it; its sets can't change without that. */
const viewsByClass = new WeakMap<NodeClass, KnownOfClass>()

const makeClassView = (
  state: MeshState,
  network: Network,
  classKey: ClassKey,
  { index, keys }: { readonly index: PolicyIndex; readonly keys: readonly MemberSetKey[] },
): ClassView => {
  const named = keys.filter((key) => index.namers.has(key) || isOwner(index, key))
  return once(index.made, `view ${named.join(' ')}`, () => {
    const compiled = compileClass(state, network, classKey)
    const rules = (compiled?.inputRules ?? []).map(
      ({ policyId, from, within, to, traffic }): AcceptRule => ({
        policyId,
        from: endsOf(from),
        within: within?.kind === 'set' ? within.key : null,
        to,
        traffic,
      }),
    )
    const peers = (compiled?.peerSets ?? []).filter((key) => !key.startsWith('egress:'))
    const owner = keys.find((key) => key.startsWith('user:'))
    const ownSets = compiled?.ownPeerSets ?? []
    const ownPeers = owner === undefined || ownSets.length === 0 ? null : { within: owner, sets: ownSets }
    const ofPeers = [...peers, ...(ownPeers === null ? [] : [ownPeers.within, ...ownPeers.sets])]
    return {
      peers,
      ownPeers,
      rules,
      egressIds: egressIdsOfClass(index, named),
      peerNames: new Set(peers),
      setNames: setNamesOf(rules, ofPeers),
    }
  })
}

const isOwner = (index: PolicyIndex, key: MemberSetKey): boolean =>
  index.ownDevices.length > 0 && key.startsWith('user:')

/** The sets that any node of a class is in: equal for all of them. */
const keysOfClass = (network: Network, { nodeIds }: NodeClass): readonly MemberSetKey[] => {
  for (const nodeId of largeMapKeys(nodeIds)) {
    const own = largeMapHas(network.namedNodeIds, nodeId) ? [`node:${nodeId}`] : []
    return ['everyone', ...(largeMapGet(network.memberRecords, nodeId)?.sets ?? []), ...own]
  }
  return []
}

/** Those that the default opens, and those on the other side of a policy that the class is on one side of. */
const egressIdsOfClass = (index: PolicyIndex, keys: readonly MemberSetKey[]): readonly EgressId[] =>
  index.egresses
    .filter((egress) => {
      if (index.everyoneAllowed && !egress.restricted) return true
      const reaches = (side: PolicySide) => sideHasEgress(side, egress)
      return [...keys, ...index.wideKeys].some((key) => {
        const namers = index.namers.get(key)
        return (
          namers?.asSource.some((at) => reaches(policyAt(index, at).destinations)) ||
          namers?.asDestination.some((at) => reaches(policyAt(index, at).sources))
        )
      })
    })
    .map(({ egressId }) => egressId)

const policyAt = (index: PolicyIndex, at: number): PreparedPolicy => index.policies[at] as PreparedPolicy

const sideHasEgress = (side: PolicySide, egress: Egress): boolean =>
  side.keys.includes(`egress:${egress.egressId}`) ||
  (side.everyone && !egress.restricted) ||
  (side.internet && isInternetEgress(egress)) ||
  prefixSetsOverlap(egress.virtualRanges ?? egress.ranges, side.prefixes)

/** What gateways pass on. Who is whose is the last hop's to ask: a relay passes what any user's device may say to anybody's. */
export const relayingOf = (state: MeshState, network: Network): readonly RelayRule[] =>
  once(policyIndexOf(state, network).made, 'relaying', () =>
    compileForwarding(state, network).relayPairs.map(({ policyId, one, other, internet }) => ({
      policyId,
      from: endsOf(one),
      to: endsOf(other),
      internet,
    })),
  )

/** Sets of relaying, and of rules towards clients. */
export const relayingSetsOf = (state: MeshState, network: Network): ReadonlySet<SetName> =>
  once(policyIndexOf(state, network).made, 'relaying sets', () => setNamesOf(relayingOf(state, network)))

export const internetRulesOf = (state: MeshState, network: Network): readonly AcceptRule[] =>
  once(policyIndexOf(state, network).made, 'internet', () =>
    compileForwarding(state, network).internetRules.map(({ policyId, from, to, traffic }) => ({
      policyId,
      from: endsOf(from),
      within: null,
      to,
      traffic,
    })),
  )

export const internetSetsOf = (state: MeshState, network: Network): ReadonlySet<SetName> =>
  once(policyIndexOf(state, network).made, 'internet sets', () => setNamesOf(internetRulesOf(state, network)))

export const egressViewOf = (state: MeshState, network: Network, egress: Egress): EgressView => {
  const index = policyIndexOf(state, network)
  return once(index.made, `egress view ${egress.egressId}`, () => {
    const { egressRules } = compileForwarding(state, network)
    const compiled = egressRules.get(egress.egressId)
    const rules = [
      ...(compiled?.inward ?? []).map(acceptRule),
      // What it carries for a longer prefix whose routers are all down is still a matter of that one's policies.
      ...carriedForOthers(state, network, egress).flatMap((inner) => {
        const own = egressPrefixes(state, network, inner)
        return (egressRules.get(inner.egressId)?.inward ?? []).map((rule) =>
          acceptRule({ ...rule, to: rule.to ?? own }),
        )
      }),
    ]
    const reaches = (compiled?.outward ?? []).map(
      ({ policyId, from, to, internet, traffic }): ReachRule => ({ policyId, from, to: endsOf(to), internet, traffic }),
    )
    const users = usersOf(index, egress).filter((key) => !key.startsWith('egress:'))
    const egressIds = partnersOf(index, egress)
    return { rules, reaches, users, egressIds, setNames: setNamesOf([...rules, ...reaches]) }
  })
}

/** Egresses that may exchange anything with this one. */
const partnersOf = (index: PolicyIndex, egress: Egress): readonly EgressId[] => {
  const { everyoneAllowed, policies, egresses } = index
  const concerned = policies.flatMap(({ sources, destinations }) => [
    ...(sideHasEgress(destinations, egress) ? [sources] : []),
    ...(sideHasEgress(sources, egress) ? [destinations] : []),
  ])
  return egresses
    .filter(
      (other) =>
        other.egressId !== egress.egressId &&
        ((everyoneAllowed && !egress.restricted && !other.restricted) ||
          concerned.some((side) => sideHasEgress(side, other))),
    )
    .map(({ egressId }) => egressId)
    .sort()
}

const acceptRule = ({ policyId, from, to, traffic }: InwardRule): AcceptRule => ({
  policyId,
  from: endsOf(from),
  within: null,
  to,
  traffic,
})

/** Egresses inside this one that fall back to it (E6); none of them to one of /0, none that is mapped. */
const carriedForOthers = (state: MeshState, { networkId }: Network, wider: Egress): readonly Egress[] =>
  isInternetEgress(wider)
    ? []
    : egressesOfNetwork(state, networkId).filter(
        ({ egressId, fallbackToWider, virtualRanges, ranges }) =>
          egressId !== wider.egressId &&
          fallbackToWider &&
          virtualRanges === null &&
          ranges.some((range) => wider.ranges.some((around) => around !== range && prefixContains(around, range))),
      )

/** The other sides of all policies that the egress is on a side of. */
const usersOf = (index: PolicyIndex, egress: Egress): readonly MemberSetKey[] => {
  const keys = new Set<MemberSetKey>(index.everyoneAllowed && !egress.restricted ? ['everyone'] : [])
  const add = (side: PolicySide) => {
    for (const key of side.keys) keys.add(index.wideKeys.includes(key) ? 'everyone' : key)
  }
  for (const { sources, destinations } of index.policies as readonly PreparedPolicy[]) {
    if (sideHasEgress(destinations, egress)) add(sources)
    if (sideHasEgress(sources, egress)) add(destinations)
  }
  return [...keys].sort()
}

/** What a client's gateway lets out to it. */
export const clientRulesOf = (state: MeshState, network: Network, client: Client): readonly AcceptRule[] => {
  const sets = largeMapGet(network.memberRecords, client.clientId)?.sets ?? []
  const prefixes = memberPrefixes(client)
  return compileForwarding(state, network).clientRules.flatMap((rule) => {
    const to = coveredOf(rule, client, sets, prefixes)
    if (to?.length === 0 || (rule.sameUser && client.ownerUserId === null)) return []
    const within = rule.sameUser ? `user:${client.ownerUserId}` : null
    return [{ policyId: rule.policyId, from: endsOf(rule.from), within, to, traffic: rule.traffic }]
  })
}

/** What of a client the rule is about: `null` is all of it, `[]` nothing. */
const coveredOf = (
  { to }: ClientRule,
  client: Client,
  sets: readonly MemberSetKey[],
  own: readonly IpPrefix[],
): readonly IpPrefix[] | null => {
  const covered: IpPrefix[] = []
  for (const ref of to) {
    if (ref.kind === 'everyone') return null
    if (ref.kind === 'set' && (sets.includes(ref.key) || ref.key === `client:${client.clientId}`)) return null
    if (ref.kind === 'prefixes') covered.push(...intersectPrefixes(ref.prefixes, own))
  }
  return covered
}

const endsOf = (refs: readonly SetRef[]): Ends => {
  const sets: SetName[] = []
  const prefixes: IpPrefix[] = []
  for (const ref of refs) {
    if (ref.kind === 'everyone') sets.push('everyone')
    else if (ref.kind === 'set') sets.push(ref.key)
    else if (ref.kind === 'egress') sets.push(`egress:${ref.egressId}`)
    else prefixes.push(...ref.prefixes)
  }
  return { sets, prefixes }
}
