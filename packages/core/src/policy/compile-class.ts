/**
 * What policies mean for the nodes of one class: whom they exchange anything with, and what they let in. Names of sets only, so a
 * member that comes or goes changes no rule; and rules of a policy that stays as it is are the same objects, so what an edit changed
 * is found by comparing identities.
 */
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import type { ClassKey, MemberSetKey, MeshState, Network, Traffic } from '../mesh/mesh-state.js'
import { type IpPrefix, mergePrefixes, type PolicyId } from '../values/index.js'
import { egressKeysIn, once, type PolicyIndex, type PreparedPolicy, policyIndexOf } from './policy-index.js'
import { everyoneRef, type PolicySide, refKey, unionOf } from './policy-side.js'
import type { SetRef } from './set-ref.js'

export interface CompiledClass {
  /**
   * Sets whose nodes, and whose clients' gateways, these nodes must be peers of; sorted. `everyone` stands alone. `egress:` stands
   * for its routers; `prefix:` is kept as a set like the others.
   */
  readonly peerSets: readonly MemberSetKey[]
  /** Of these only the members that belong to the class's own user; sorted. */
  readonly ownPeerSets: readonly MemberSetKey[]
  /** For packets to these nodes' own addresses: what any one of them covers may begin. By policy, the default first. */
  readonly inputRules: readonly InputRule[]
}

export interface InputRule {
  /** `null`: the default policy. */
  readonly policyId: PolicyId | null
  /** The packet's source is in any of these … */
  readonly from: readonly SetRef[]
  /** … and in this one as well, where there is one: own devices. */
  readonly within: SetRef | null
  /** The packet's destination is in any of these; `null`: whichever of the node's addresses. */
  readonly to: readonly IpPrefix[] | null
  readonly traffic: readonly Traffic[]
}

/** `undefined` when the network has no such class. */
export const compileClass = (state: MeshState, network: Network, classKey: ClassKey): CompiledClass | undefined => {
  const keys = keysOfClass(network, classKey)
  if (keys === undefined) return undefined
  const index = policyIndexOf(state, network)
  const owner = index.ownDevices.length === 0 ? undefined : keys.find((key) => key.startsWith('user:'))
  const named = keys.filter((key) => index.bySource.has(key) || index.byDestination.has(key))
  return once(index.made, `${owner ?? ''} ${named.join(' ')}`, () => compileFor(index, named, owner))
}

/** The sets that any node of a class is in: equal for all of them. */
const keysOfClass = (network: Network, classKey: ClassKey): readonly MemberSetKey[] | undefined => {
  const nodes = largeMapGet(network.classes, classKey)
  if (nodes === undefined) return undefined
  for (const nodeId of largeMapKeys(nodes.nodeIds)) {
    const own = largeMapHas(network.namedNodeIds, nodeId) ? [`node:${nodeId}`] : []
    return ['everyone', ...(largeMapGet(network.memberRecords, nodeId)?.sets ?? []), ...own]
  }
  return undefined
}

/** How a class is one side of a policy: by a set it is in, or by addresses that perhaps only some of its nodes' are. */
interface Match {
  readonly prepared: PreparedPolicy
  asSource: boolean
  asDestination: boolean
  readonly sourcePrefixes: IpPrefix[]
  readonly destinationPrefixes: IpPrefix[]
  /** The class's own user, where the policy is about own devices. */
  readonly ownUser: MemberSetKey | undefined
}

/** Classes that match the same policies alike share everything. */
const compileFor = (
  index: PolicyIndex,
  keys: readonly MemberSetKey[],
  owner: MemberSetKey | undefined,
): CompiledClass => {
  const matches = matchesOf(index, keys, owner)
  const shape = matches.map((match) => `${match.prepared.policy.policyId} ${shapeOf(match)}`).join(';')
  return once(index.made, `=${shape}`, () => {
    const rules = matches.flatMap((match) => rulesOf(match, index.everyoneAllowed))
    return { ...peersOf(index, matches), inputRules: index.everyoneAllowed ? [defaultRule, ...rules] : rules }
  })
}

const shapeOf = ({ asSource, sourcePrefixes, asDestination, destinationPrefixes, ownUser }: Match): string =>
  `${asSource ? 's' : ''}${sourcePrefixes} ${asDestination ? 'd' : ''}${destinationPrefixes} ${ownUser ?? ''}`

const defaultRule: InputRule = {
  policyId: null,
  from: [everyoneRef],
  within: null,
  to: null,
  traffic: [{ protocol: 'any' }],
}

const matchesOf = (index: PolicyIndex, keys: readonly MemberSetKey[], owner: string | undefined): readonly Match[] => {
  const matches = new Map<PreparedPolicy, Match>()
  const matchOf = (prepared: PreparedPolicy): Match => {
    const known = matches.get(prepared)
    if (known !== undefined) return known
    const ownUser = prepared.destinations.ownDevices ? owner : undefined
    const none = { asSource: false, asDestination: false, sourcePrefixes: [], destinationPrefixes: [] }
    const fresh: Match = { prepared, ownUser, ...none }
    matches.set(prepared, fresh)
    return fresh
  }
  for (const key of keys) {
    const prefix = key.startsWith('prefix:') ? (key.slice('prefix:'.length) as IpPrefix) : undefined
    for (const prepared of index.bySource.get(key) ?? []) {
      if (prefix === undefined) matchOf(prepared).asSource = true
      else matchOf(prepared).sourcePrefixes.push(prefix)
    }
    for (const prepared of index.byDestination.get(key) ?? []) {
      if (prefix === undefined) matchOf(prepared).asDestination = true
      else matchOf(prepared).destinationPrefixes.push(prefix)
    }
  }
  if (owner !== undefined) for (const prepared of index.ownDevices) matchOf(prepared)
  return [...matches.values()].sort(byPolicyId)
}

const byPolicyId = (one: Match, other: Match): number =>
  one.prepared.policy.policyId < other.prepared.policy.policyId ? -1 : 1

/** Kept with the policy: all classes that match it alike share its rules, also after other policies changed. */
const rulesOf = (match: Match, everyoneAllowed: boolean): readonly InputRule[] =>
  once(match.prepared.made, `input ${shapeOf(match)} ${everyoneAllowed}`, () => {
    const rules = merged([...forwardRules(match), ...backwardRules(match)])
    return everyoneAllowed ? rules.flatMap(beyondDefault) : rules
  })

const forwardRules = (match: Match): readonly InputRule[] => {
  const { prepared, asDestination, destinationPrefixes, ownUser } = match
  const { policyId, traffic } = prepared.policy
  const from = prepared.sources.beginners
  const rule = (within: SetRef | null, to: InputRule['to']): InputRule => ({ policyId, from, within, to, traffic })
  if (asDestination) return [rule(null, null)]
  return [
    ...(destinationPrefixes.length > 0 ? [rule(null, mergePrefixes(destinationPrefixes))] : []),
    ...(ownUser === undefined ? [] : [rule({ kind: 'set', key: ownUser }, null)]),
  ]
}

/** Of policies both ways, destinations begin as well. */
const backwardRules = (match: Match): readonly InputRule[] => {
  const { prepared, asSource, sourcePrefixes, ownUser } = match
  const { policyId, traffic, direction } = prepared.policy
  if (direction === 'one-way' || !(asSource || sourcePrefixes.length > 0)) return []
  const own: readonly SetRef[] = ownUser === undefined ? [] : [{ kind: 'set', key: ownUser }]
  const from = unionOf(prepared.destinations.beginners, own)
  return [{ policyId, from, within: null, to: asSource ? null : mergePrefixes(sourcePrefixes), traffic }]
}

/** Those with the same conditions as one; those from nobody not at all. */
const merged = (rules: readonly InputRule[]): readonly InputRule[] => {
  const byCondition = new Map<string, InputRule>()
  for (const rule of rules) {
    const condition = `${rule.within === null ? '' : refKey(rule.within)} ${rule.to?.join() ?? ''}`
    const known = byCondition.get(condition)
    byCondition.set(condition, known === undefined ? rule : { ...rule, from: unionOf(known.from, rule.from) })
  }
  return [...byCondition.values()].filter(({ from }) => from.length > 0)
}

/** While everyone may, only what "everyone" leaves out needs a rule: restricted egresses, and addresses of no member. */
const beyondDefault = (rule: InputRule): readonly InputRule[] => {
  const from = rule.from.filter(({ kind }) => kind === 'egress' || kind === 'prefixes')
  return from.length === 0 || rule.within !== null ? [] : [{ ...rule, from }]
}

const peersOf = (index: PolicyIndex, matches: readonly Match[]): Pick<CompiledClass, 'peerSets' | 'ownPeerSets'> => {
  const peerSets = new Set<MemberSetKey>(index.everyoneAllowed ? ['everyone'] : [])
  const ownPeerSets = new Set<MemberSetKey>()
  const add = ({ keys, prefixes }: PolicySide) => {
    for (const key of keys) peerSets.add(key)
    for (const key of egressKeysIn(index, prefixes)) peerSets.add(key)
  }
  for (const { prepared, ownUser, ...match } of matches) {
    const { sources, destinations } = prepared
    const isSource = match.asSource || match.sourcePrefixes.length > 0
    if (isSource) add(destinations)
    if (match.asDestination || match.destinationPrefixes.length > 0) add(sources)
    else if (ownUser !== undefined) for (const key of sources.keys) ownPeerSets.add(key)
    if (ownUser !== undefined && (isSource || sources.everyone)) peerSets.add(ownUser)
  }
  if (peerSets.has('everyone')) return { peerSets: ['everyone'], ownPeerSets: [] }
  const isNews = (key: MemberSetKey) => key !== 'everyone' && !key.startsWith('egress:') && !peerSets.has(key)
  return { peerSets: [...peerSets].sort(), ownPeerSets: [...ownPeerSets].filter(isNews).sort() }
}
