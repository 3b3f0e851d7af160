/** Whom the nodes of a class exchange anything with. */
import type { MemberSetKey } from '../mesh/mesh-state.js'
import type { ClassMatch } from './class-matches.js'
import { egressKeysIn, once, type PolicyIndex } from './policy-index.js'
import type { PolicySide } from './policy-side.js'

export interface ClassPeers {
  /**
   * Sets whose nodes, and whose clients' gateways, these nodes must be peers of; sorted. `everyone` stands alone. `egress:` stands
   * for its routers; `prefix:` is kept as a set like the others.
   */
  readonly peerSets: readonly MemberSetKey[]
  /** Of these only the members that belong to the class's own user; sorted. */
  readonly ownPeerSets: readonly MemberSetKey[]
}

/**
 * Sides of policies are bit sets over all keys that policies name: classes by the thousands that each match a dozen policies of
 * hundreds of selectors would otherwise take their time.
 */
export const peersOf = (index: PolicyIndex, matches: readonly ClassMatch[]): ClassPeers => {
  if (index.everyoneAllowed) return everyonePeers
  const { bitOf, sourceBits, destinationBits } = once(index.made, 'peer bits', () => peerBitsOf(index))
  const bits = new Uint32Array((bitOf.size + 31) >>> 5)
  const ownUsers = new Set<MemberSetKey>()
  const ownPeerSets = new Set<MemberSetKey>()
  for (const match of matches) {
    const { at, ownUser } = match
    const isSource = match.asSource || match.sourcePrefixes.length > 0
    const isDestination = match.asDestination || match.destinationPrefixes.length > 0
    if (isSource) addBits(bits, destinationBits[at])
    if (isDestination) addBits(bits, sourceBits[at])
    if (ownUser === undefined) continue
    const { sources } = match.prepared
    if (isSource || sources.everyone) ownUsers.add(ownUser)
    else if (!isDestination) for (const key of sources.keys) ownPeerSets.add(key)
  }
  const peerSets = once(index.made, `peers ${bits} ${[...ownUsers]}`, () => keysIn(bits, bitOf, ownUsers))
  if (peerSets === everyoneAlone) return everyonePeers
  return ownPeerSets.size === 0
    ? { peerSets, ownPeerSets: [] }
    : { peerSets, ownPeerSets: newIn(ownPeerSets, peerSets) }
}

const everyoneAlone: readonly MemberSetKey[] = ['everyone']
const everyonePeers: ClassPeers = { peerSets: everyoneAlone, ownPeerSets: [] }

interface PeerBits {
  readonly bitOf: ReadonlyMap<MemberSetKey, number>
  /** By the policy's place in the index. */
  readonly sourceBits: readonly Uint32Array[]
  readonly destinationBits: readonly Uint32Array[]
}

const peerBitsOf = (index: PolicyIndex): PeerBits => {
  const sources = index.policies.map((policy) => peerKeys(index, policy.sources))
  const destinations = index.policies.map((policy) => peerKeys(index, policy.destinations))
  const keys = [...new Set([...sources, ...destinations].flat())].sort()
  const bitOf = new Map(keys.map((key, bit) => [key, bit]))
  const bitsOf = (some: readonly MemberSetKey[]): Uint32Array => {
    const bits = new Uint32Array((bitOf.size + 31) >>> 5)
    for (const key of some) setBit(bits, bitOf.get(key) ?? 0)
    return bits
  }
  return { bitOf, sourceBits: sources.map(bitsOf), destinationBits: destinations.map(bitsOf) }
}

/** Prefixes reach into egresses; those that hold a range of the network's are everyone. */
const peerKeys = (index: PolicyIndex, { keys, prefixes }: PolicySide): readonly MemberSetKey[] => [
  ...keys.map((key) => (index.wideKeys.includes(key) ? 'everyone' : key)),
  ...egressKeysIn(index, prefixes),
]

const setBit = (bits: Uint32Array, bit: number): void => {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31))
}

const addBits = (bits: Uint32Array, more: Uint32Array | undefined): void => {
  for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) | (more?.[word] ?? 0)
}

const keysIn = (
  bits: Uint32Array,
  bitOf: PeerBits['bitOf'],
  ownUsers: ReadonlySet<MemberSetKey>,
): readonly MemberSetKey[] => {
  const keys: MemberSetKey[] = []
  for (const [key, bit] of bitOf) if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0) keys.push(key)
  if (keys.includes('everyone')) return everyoneAlone
  return [...new Set([...keys, ...ownUsers])].sort()
}

/** Egresses belong to nobody. */
const newIn = (keys: ReadonlySet<MemberSetKey>, known: readonly MemberSetKey[]): readonly MemberSetKey[] =>
  [...keys].filter((key) => key !== 'everyone' && !key.startsWith('egress:') && !known.includes(key)).sort()
