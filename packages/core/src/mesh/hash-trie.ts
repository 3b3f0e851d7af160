/**
 * A map that never changes: what differs from it is a new one that shares the rest. A tree over the hash of the key, five bits a
 * level; whatever holds few entries is one leaf. Its form depends on the entries alone, not on how they came there, so equal maps are
 * equal as data. Everything in it is frozen.
 */

/** A leaf holds its entries in three lists, sorted by hash, then by key; a branch has 32 children. */
export type TrieNode<K extends string, V> = TrieLeaf<K, V> | TrieBranch<K, V>

export interface TrieLeaf<K extends string, V> {
  readonly hashes: readonly number[]
  readonly keys: readonly K[]
  readonly values: readonly V[]
  readonly children?: undefined
}

export interface TrieBranch<K extends string, V> {
  /** How many entries there are in all of it. */
  readonly size: number
  readonly children: readonly (TrieNode<K, V> | undefined)[]
}

/** What one level of the tree tells apart, and how many children that makes. */
export const bitsPerLevel = 5
export const fanOut = 1 << bitsPerLevel

/** Fits any keys and values. */
export const emptyTrie: TrieNode<never, never> = Object.freeze({
  hashes: Object.freeze([]),
  keys: Object.freeze([]),
  values: Object.freeze([]),
})

/** The value of a key; `undefined`: there is none. */
export const trieGet = <K extends string, V>(root: TrieNode<K, V>, key: K): V | undefined => {
  const hash = hashOf(key)
  let node: TrieNode<K, V> | undefined = root
  for (let shift = 0; node.children !== undefined; shift += bitsPerLevel) {
    node = node.children[slotOf(hash, shift)]
    if (node === undefined) return undefined
  }
  const { hashes, keys } = node
  for (let at = 0; at < hashes.length; at += 1) if (hashes[at] === hash && keys[at] === key) return node.values[at]
  return undefined
}

export const trieSize = (node: TrieNode<string, unknown>): number =>
  node.children === undefined ? node.keys.length : node.size

/** Every key with its value; order means nothing. */
export function* trieEntries<K extends string, V>(node: TrieNode<K, V>): Generator<readonly [K, V]> {
  for (const { keys, values } of trieLeaves(node))
    for (let at = 0; at < keys.length; at += 1) yield [keys[at] as K, values[at] as V]
}

/** The entries, in bundles. */
export function* trieLeaves<K extends string, V>(
  node: TrieNode<K, V>,
): Generator<{ readonly keys: readonly K[]; readonly values: readonly V[] }> {
  if (node.children === undefined) yield node
  else for (const child of node.children) if (child !== undefined) yield* trieLeaves(child)
}

/** Keys whose values are not identical, with both values. What two maps share is skipped unseen. */
export function* trieDifferences<K extends string, V>(
  one: TrieNode<K, V>,
  other: TrieNode<K, V>,
): Generator<readonly [K, V | undefined, V | undefined]> {
  if (one === other) return
  if (one.children !== undefined && other.children !== undefined) {
    for (let slot = 0; slot < fanOut; slot += 1)
      yield* trieDifferences(one.children[slot] ?? emptyTrie, other.children[slot] ?? emptyTrie)
    return
  }
  const others = new Map(trieEntries(other))
  for (const [key, value] of trieEntries(one)) {
    const otherValue = others.get(key)
    others.delete(key)
    if (otherValue !== value) yield [key, value, otherValue]
  }
  for (const [key, value] of others) yield [key, undefined, value]
}

/** Which child of a branch leads to a hash. `shift` is the branch's level, in bits. */
export const slotOf = (hash: number, shift: number): number => (hash >>> shift) & (fanOut - 1)

/** FNV-1a over the key's code units, mixed so that ids that differ only at their end spread over the first levels. */
export const hashOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
