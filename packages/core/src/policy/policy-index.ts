/**
 * A network's enabled policies, made ready for compiling and found by what they name; made once for as long as policies and egresses
 * stay as they are, whatever happens to nodes and clients.
 */
import { egressesOfNetwork, egressRangesSeen, isInternetEgress } from '../mesh/egress-queries.js'
import { coversNetwork, memberSetKey } from '../mesh/members.js'
import type { Egress, MemberSetKey, MeshState, Network, Policy } from '../mesh/mesh-state.js'
import { type EgressId, type IpPrefix, prefixSetsOverlap } from '../values/index.js'
import { policiesOf } from './network-policies.js'
import { type PolicySide, policySide } from './policy-side.js'

export interface PreparedPolicy {
  readonly policy: Policy
  readonly sources: PolicySide
  readonly destinations: PolicySide
  /** What was made of this policy already, by the shape of a match. */
  readonly made: Map<string, unknown>
}

export interface PolicyIndex {
  readonly everyoneAllowed: boolean
  /** By id; what follows names them by their place here. */
  readonly policies: readonly PreparedPolicy[]
  /** By the keys of their selectors. */
  readonly namers: ReadonlyMap<MemberSetKey, Namers>
  /** With own devices as a destination. */
  readonly ownDevices: readonly number[]
  /** Keys of named prefixes that hold one of the network's ranges: all nodes are in them, as far as addresses go. */
  readonly wideKeys: readonly MemberSetKey[]
  /** By id. */
  readonly egresses: readonly Egress[]
  readonly ranges: readonly IpPrefix[]
  /** What was compiled of it already. */
  readonly made: Map<string, unknown>
}

/** Policies that have a key among their sources, or destinations, in order. */
export interface Namers {
  readonly asSource: readonly number[]
  readonly asDestination: readonly number[]
}

interface Entry {
  policiesMap: MeshState['policies']
  egressesMap: MeshState['egresses']
  readonly policies: readonly Policy[]
  readonly range4: IpPrefix | null
  readonly range6: IpPrefix | null
  readonly index: PolicyIndex
}

/** By a part of the network that changes when a policy comes or goes; a few at a time, for states before and after. */
const entriesByPolicyIds = new WeakMap<Network['policyIds'], Entry[]>()
const entriesKept = 4

export const policyIndexOf = (state: MeshState, network: Network): PolicyIndex => {
  const entries = entriesByPolicyIds.get(network.policyIds) ?? []
  entriesByPolicyIds.set(network.policyIds, entries)
  const isFor = (entry: Entry) =>
    entry.index.everyoneAllowed === network.everyoneAllowed &&
    entry.range4 === network.range4 &&
    entry.range6 === network.range6
  const same = entries.find(
    (entry) => entry.policiesMap === state.policies && entry.egressesMap === state.egresses && isFor(entry),
  )
  if (same !== undefined) return same.index
  const policies = policiesOf(state, network)
  const egresses = egressesOfNetwork(state, network.networkId)
  const equal = entries.find(
    (entry) => isFor(entry) && sameItems(entry.policies, policies) && sameItems(entry.index.egresses, egresses),
  )
  if (equal !== undefined) {
    equal.policiesMap = state.policies
    equal.egressesMap = state.egresses
    return equal.index
  }
  const index = indexOf(network, policies, egresses)
  const { range4, range6 } = network
  entries.unshift({ policiesMap: state.policies, egressesMap: state.egresses, policies, range4, range6, index })
  entries.length = Math.min(entries.length, entriesKept)
  return index
}

export const sameItems = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((item, at) => item === other[at])

const indexOf = (network: Network, all: readonly Policy[], egresses: readonly Egress[]): PolicyIndex => {
  const internetIds = egresses.filter(isInternetEgress).map(({ egressId }) => egressId)
  const policies = all.filter(({ enabled }) => enabled).map((policy) => prepared(policy, internetIds))
  const prefixes = new Set(policies.flatMap(({ sources, destinations }) => [...sources.named, ...destinations.named]))
  return {
    everyoneAllowed: network.everyoneAllowed,
    policies,
    namers: namersOf(policies),
    ownDevices: policies.flatMap(({ destinations }, at) => (destinations.ownDevices ? [at] : [])),
    wideKeys: [...prefixes]
      .filter((prefix) => coversNetwork(network, prefix))
      .map((prefix) => memberSetKey('prefix', prefix)),
    egresses,
    ranges: [network.range4, network.range6].filter((range) => range !== null),
    made: new Map(),
  }
}

const namersOf = (policies: readonly PreparedPolicy[]): ReadonlyMap<MemberSetKey, Namers> => {
  const namers = new Map<MemberSetKey, { readonly asSource: number[]; readonly asDestination: number[] }>()
  const namersFor = (key: MemberSetKey) => {
    const known = namers.get(key) ?? { asSource: [], asDestination: [] }
    namers.set(key, known)
    return known
  }
  for (const [at, { sources, destinations }] of policies.entries()) {
    for (const key of sources.keys) namersFor(key).asSource.push(at)
    for (const key of destinations.keys) namersFor(key).asDestination.push(at)
  }
  return namers
}

const preparedByPolicy = new WeakMap<Policy, Map<string, PreparedPolicy>>()

/** A policy that stays as it is is prepared once, so what is made of it can be told by identity. */
const prepared = (policy: Policy, internetIds: readonly EgressId[]): PreparedPolicy => {
  const variants = preparedByPolicy.get(policy) ?? new Map<string, PreparedPolicy>()
  preparedByPolicy.set(policy, variants)
  const named = internetIds.filter((id) => [policy.sources, policy.destinations].some((side) => namesEgress(side, id)))
  const known = variants.get(named.join())
  if (known !== undefined) return known
  const isInternet = (egressId: EgressId) => named.includes(egressId)
  const fresh: PreparedPolicy = {
    policy,
    sources: policySide(policy.sources, isInternet),
    destinations: policySide(policy.destinations, isInternet),
    made: new Map(),
  }
  variants.set(named.join(), fresh)
  return fresh
}

const namesEgress = (selectors: Policy['destinations'], egressId: EgressId): boolean =>
  selectors.some((selector) => selector.kind === 'egress' && selector.egressId === egressId)

/** Made once, then kept. */
export const once = <A>(made: Map<string, unknown>, key: string, make: () => A): A => {
  const known = made.get(key)
  if (known !== undefined) return known as A
  const fresh = make()
  made.set(key, fresh)
  return fresh
}

/** Keys of the egresses that prefixes reach into. */
export const egressKeysIn = (index: PolicyIndex, prefixes: readonly IpPrefix[]): readonly MemberSetKey[] =>
  prefixes.length === 0
    ? []
    : index.egresses
        .filter((egress) => prefixSetsOverlap(egressRangesSeen(egress), prefixes))
        .map(({ egressId }) => `egress:${egressId}`)
