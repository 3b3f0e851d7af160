/**
 * What policies mean for the nodes of one class: whom they exchange anything with, and what they let in. Names of sets only, so a
 * member that comes or goes changes no rule; and rules of a policy that stays as it is are the same objects, so what an edit changed
 * is found by comparing identities.
 */
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import type { ClassKey, MemberSetKey, MeshState, Network, NodeClass, Traffic } from '../mesh/mesh-state.js'
import { type IpPrefix, mergePrefixes, type PolicyId } from '../values/index.js'
import { type ClassMatch, matchesOf, shapeOf } from './class-matches.js'
import { type ClassPeers, peersOf } from './class-peers.js'
import { once, type PolicyIndex, policyIndexOf, sameItems } from './policy-index.js'
import { everyoneRef, refKey, unionOf } from './policy-side.js'
import type { SetRef } from './set-ref.js'

export interface CompiledClass extends ClassPeers {
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

/** `undefined` when the network has no such class. What an edit of policies left as it was is the same object as before. */
export const compileClass = (state: MeshState, network: Network, classKey: ClassKey): CompiledClass | undefined => {
  const nodes = largeMapGet(network.classes, classKey)
  if (nodes === undefined) return undefined
  const index = policyIndexOf(state, network)
  const known = compiledByClass.get(nodes)
  if (known?.index === index) return known.compiled
  const keys = known?.keys ?? keysOfClass(network, nodes)
  const fresh = compileFor(index, keys)
  const compiled = known !== undefined && sameCompiled(known.compiled, fresh) ? known.compiled : fresh
  compiledByClass.set(nodes, { index, keys, compiled })
  return compiled
}

/** What is known of a class as long as nobody joins or leaves it; its sets can't change without that. */
const compiledByClass = new WeakMap<
  NodeClass,
  { readonly index: PolicyIndex; readonly keys: readonly MemberSetKey[]; readonly compiled: CompiledClass }
>()

/** Rules are told by identity: those of a policy that stays as it is are the same. */
const sameCompiled = (one: CompiledClass, other: CompiledClass): boolean =>
  sameItems(one.inputRules, other.inputRules) &&
  sameItems(one.peerSets, other.peerSets) &&
  sameItems(one.ownPeerSets, other.ownPeerSets)

/** The sets that any node of a class is in: equal for all of them. */
const keysOfClass = (network: Network, { nodeIds }: NodeClass): readonly MemberSetKey[] => {
  for (const nodeId of largeMapKeys(nodeIds)) {
    const own = largeMapHas(network.namedNodeIds, nodeId) ? [`node:${nodeId}`] : []
    return ['everyone', ...(largeMapGet(network.memberRecords, nodeId)?.sets ?? []), ...own]
  }
  return ['everyone']
}

/** Classes that are equal for these policies share what is compiled. */
const compileFor = (index: PolicyIndex, keys: readonly MemberSetKey[]): CompiledClass => {
  const owner = index.ownDevices.length === 0 ? undefined : keys.find((key) => key.startsWith('user:'))
  const named = keys.filter((key) => index.namers.has(key))
  return once(index.made, `class ${owner ?? ''} ${named.join(' ')}`, () => {
    const matches = matchesOf(index, named, owner)
    const inputRules = index.everyoneAllowed ? [defaultRule] : []
    for (const match of matches) inputRules.push(...rulesOf(match, index.everyoneAllowed))
    return { ...peersOf(index, matches), inputRules }
  })
}

const defaultRule: InputRule = {
  policyId: null,
  from: [everyoneRef],
  within: null,
  to: null,
  traffic: [{ protocol: 'any' }],
}

/** Kept with the policy: all classes that match it alike share its rules, also after other policies changed. */
const rulesOf = (match: ClassMatch, everyoneAllowed: boolean): readonly InputRule[] =>
  once(match.prepared.made, (everyoneAllowed ? 'beyond default ' : 'input ') + shapeOf(match), () => {
    const rules = merged([...forwardRules(match), ...backwardRules(match)])
    return everyoneAllowed ? rules.flatMap(beyondDefault) : rules
  })

const forwardRules = (match: ClassMatch): readonly InputRule[] => {
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
const backwardRules = (match: ClassMatch): readonly InputRule[] => {
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
