/**
 * What policies mean for those who carry packets for others. Relays pass a pair whichever way is allowed and look at nothing else; the
 * last managed hop (a client's gateway, an egress router, an internet gateway) enforces who begins, and about what (G5). Names of
 * sets only, as in `compile-class.ts`.
 */
import { isInternetEgress } from '../mesh/egress-queries.js'
import type { Egress, MeshState, Network, Traffic } from '../mesh/mesh-state.js'
import {
  type EgressId,
  type IpPrefix,
  intersectPrefixes,
  type PolicyId,
  prefixContains,
  prefixSetsOverlap,
} from '../values/index.js'
import { once, type PolicyIndex, type PreparedPolicy, policyIndexOf } from './policy-index.js'
import { everyoneRef, type PolicySide, refKey, unionOf } from './policy-side.js'
import { egressPrefixes, type SetRef } from './set-ref.js'

export interface ForwardingRules {
  readonly relayPairs: readonly RelayPair[]
  /** At gateways, for packets to their clients. */
  readonly clientRules: readonly ClientRule[]
  /** At the routers of each egress. */
  readonly egressRules: ReadonlyMap<EgressId, EgressRules>
  /** At internet gateways, for packets that leave through them. */
  readonly internetRules: readonly InternetRule[]
}

/** Packets between any of `one` and any of `other` pass, in both directions. */
export interface RelayPair {
  readonly policyId: PolicyId | null
  readonly one: readonly SetRef[]
  readonly other: readonly SetRef[]
  /** Whether `other` has all addresses beyond the mesh as well. */
  readonly internet: boolean
  /** Only where both ends belong to the same user. */
  readonly sameUser: boolean
}

export interface ClientRule {
  readonly policyId: PolicyId | null
  readonly from: readonly SetRef[]
  /** Which clients; nodes that are in these sets as well are none of this rule's business. */
  readonly to: readonly SetRef[]
  /** Only where both ends belong to the same user. */
  readonly sameUser: boolean
  readonly traffic: readonly Traffic[]
}

export interface EgressRules {
  /** What the mesh begins. */
  readonly inward: readonly InwardRule[]
  /** What the egress's side begins. */
  readonly outward: readonly OutwardRule[]
}

export interface InwardRule {
  readonly policyId: PolicyId | null
  readonly from: readonly SetRef[]
  /** `null`: all that is the egress's. */
  readonly to: readonly IpPrefix[] | null
  readonly traffic: readonly Traffic[]
}

export interface OutwardRule {
  readonly policyId: PolicyId | null
  /** `null`: all that is the egress's. */
  readonly from: readonly IpPrefix[] | null
  readonly to: readonly SetRef[]
  /** Whether all addresses beyond the mesh are meant as well. */
  readonly internet: boolean
  readonly traffic: readonly Traffic[]
}

export interface InternetRule {
  readonly policyId: PolicyId | null
  readonly from: readonly SetRef[]
  /** `null`: anywhere. */
  readonly to: readonly IpPrefix[] | null
  readonly traffic: readonly Traffic[]
}

export const compileForwarding = (state: MeshState, network: Network): ForwardingRules => {
  const index = policyIndexOf(state, network)
  return once(index.made, 'forwarding', () => ({
    relayPairs: relayPairsOf(index),
    clientRules: distinct(clientRulesOf(index)),
    egressRules: new Map(
      index.egresses.map((egress) => [
        egress.egressId,
        egressRulesOf(index, egress, egressPrefixes(state, network, egress)),
      ]),
    ),
    internetRules: internetRulesOf(index),
  }))
}

const anyTraffic: readonly Traffic[] = [{ protocol: 'any' }]
const isBoth = ({ policy }: PreparedPolicy): boolean => policy.direction === 'both'

/** A side as those who answer: open ways to the internet are part of everyone there. */
const answerers = (index: PolicyIndex, side: PolicySide): readonly SetRef[] =>
  side.everyone ? unionOf(side.refs, openExits(index)) : side.refs

const openExits = (index: PolicyIndex): readonly SetRef[] => {
  const exits = index.egresses.filter((egress) => !egress.restricted && isInternetEgress(egress))
  return exits.map(({ egressId }) => ({ kind: 'egress', egressId }))
}

const relayPairsOf = (index: PolicyIndex): readonly RelayPair[] => [
  ...(index.everyoneAllowed
    ? [{ policyId: null, one: [everyoneRef], other: [everyoneRef], internet: true, sameUser: false }]
    : []),
  ...index.policies.flatMap((prepared): readonly RelayPair[] => {
    const { policy, sources, destinations } = prepared
    const { policyId } = policy
    const one = isBoth(prepared) ? answerers(index, sources) : sources.beginners
    const other = answerers(index, destinations)
    const { internet } = destinations
    return [
      ...(one.length > 0 && (other.length > 0 || internet)
        ? [{ policyId, one, other, internet, sameUser: false }]
        : []),
      ...(destinations.ownDevices
        ? [{ policyId, one: sources.refs, other: [everyoneRef], internet: false, sameUser: true }]
        : []),
    ]
  }),
]

const clientRulesOf = (index: PolicyIndex): readonly ClientRule[] => {
  const rules = index.policies.flatMap((prepared): readonly ClientRule[] => {
    const { policy, sources, destinations } = prepared
    const { policyId, traffic } = policy
    const rule = (from: readonly SetRef[], to: readonly SetRef[], sameUser: boolean) =>
      from.length === 0 || to.length === 0 ? [] : [{ policyId, from, to, sameUser, traffic }]
    return [
      ...rule(sources.beginners, destinations.clients, false),
      ...(destinations.ownDevices ? rule(sources.beginners, [everyoneRef], true) : []),
      ...(isBoth(prepared) ? rule(destinations.beginners, sources.clients, false) : []),
      ...(isBoth(prepared) && destinations.ownDevices ? rule([everyoneRef], sources.clients, true) : []),
    ]
  })
  if (!index.everyoneAllowed) return rules
  const everyone = { policyId: null, from: [everyoneRef], to: [everyoneRef], sameUser: false, traffic: anyTraffic }
  return [everyone, ...rules.flatMap(beyondDefault)]
}

/** While everyone may, only what "everyone" leaves out needs a rule: restricted egresses, and addresses of no member. */
const beyondDefault = (rule: ClientRule): readonly ClientRule[] => {
  const from = rule.from.filter(({ kind }) => kind === 'egress' || kind === 'prefixes')
  return from.length === 0 || rule.sameUser ? [] : [{ ...rule, from }]
}

const distinct = (rules: readonly ClientRule[]): readonly ClientRule[] => {
  const keyOf = ({ policyId, from, to, sameUser }: ClientRule) =>
    JSON.stringify([policyId, from.map(refKey), to.map(refKey), sameUser])
  return [...new Map(rules.map((rule) => [keyOf(rule), rule])).values()]
}

const egressRulesOf = (index: PolicyIndex, egress: Egress, own: readonly IpPrefix[]): EgressRules => {
  const isOpen = index.everyoneAllowed && !egress.restricted
  const policyId = null
  const traffic = anyTraffic
  const beginning = isOpen && !isInternetEgress(egress)
  return {
    inward: [
      ...(isOpen ? [{ policyId, from: [everyoneRef], to: null, traffic }] : []),
      ...index.policies.flatMap((prepared) => inwardRules(prepared, egress, own)),
    ],
    outward: [
      ...(beginning ? [{ policyId, from: null, to: [everyoneRef, ...openExits(index)], internet: true, traffic }] : []),
      ...index.policies.flatMap((prepared) => outwardRules(index, prepared, egress, own)),
    ],
  }
}

/** What of an egress a side of a policy covers, as somebody who answers or begins: `null` is all, `[]` nothing. */
const covered = (
  side: PolicySide,
  egress: Egress,
  own: readonly IpPrefix[],
  role: 'answers' | 'begins',
): readonly IpPrefix[] | null => {
  const isExit = isInternetEgress(egress)
  const named = (side.everyone && !egress.restricted) || side.keys.includes(`egress:${egress.egressId}`)
  if (role === 'answers' && (named || (side.internet && isExit))) return null
  if (role === 'begins' && named && !isExit) return null
  return prefixSetsOverlap(side.prefixes, own) ? intersectPrefixes(side.prefixes, own) : []
}

const inwardRules = (prepared: PreparedPolicy, egress: Egress, own: readonly IpPrefix[]): readonly InwardRule[] => {
  const { policy, sources, destinations } = prepared
  const { policyId, traffic } = policy
  const rule = (from: readonly SetRef[], to: readonly IpPrefix[] | null) =>
    from.length === 0 || to?.length === 0 ? [] : [{ policyId, from, to, traffic }]
  return [
    ...rule(sources.beginners, covered(destinations, egress, own, 'answers')),
    ...(isBoth(prepared) ? rule(destinations.beginners, covered(sources, egress, own, 'answers')) : []),
  ]
}

const outwardRules = (
  index: PolicyIndex,
  prepared: PreparedPolicy,
  egress: Egress,
  own: readonly IpPrefix[],
): readonly OutwardRule[] => {
  const { policy, sources, destinations } = prepared
  const { policyId, traffic } = policy
  const rule = (from: readonly IpPrefix[] | null, to: readonly SetRef[], internet: boolean) =>
    from?.length === 0 || (to.length === 0 && !internet) ? [] : [{ policyId, from, to, internet, traffic }]
  return [
    ...rule(covered(sources, egress, own, 'begins'), answerers(index, destinations), destinations.internet),
    ...(isBoth(prepared) ? rule(covered(destinations, egress, own, 'begins'), answerers(index, sources), false) : []),
  ]
}

const internetRulesOf = (index: PolicyIndex): readonly InternetRule[] => {
  const rules = index.policies.flatMap((prepared): readonly InternetRule[] => {
    const { policy, sources, destinations } = prepared
    const { policyId, traffic } = policy
    const rule = (from: readonly SetRef[], side: PolicySide) => {
      const to = side.internet ? null : side.prefixes.filter((prefix) => isBeyond(index, prefix))
      return from.length === 0 || to?.length === 0 ? [] : [{ policyId, from, to, traffic }]
    }
    return [
      ...rule(sources.beginners, destinations),
      ...(isBoth(prepared) ? rule(destinations.beginners, sources) : []),
    ]
  })
  if (!index.everyoneAllowed) return rules
  return [{ policyId: null, from: [everyoneRef], to: null, traffic: anyTraffic }, ...rules]
}

/** Whether a prefix reaches out of the network. */
const isBeyond = ({ ranges }: PolicyIndex, prefix: IpPrefix): boolean =>
  !ranges.some((range) => prefixContains(range, prefix))
