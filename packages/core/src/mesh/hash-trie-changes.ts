/** How the trees of `hash-trie.ts` are made: of all their entries, or of another tree and what is otherwise. */
import {
  bitsPerLevel,
  emptyTrie,
  fanOut,
  hashOf,
  slotOf,
  type TrieBranch,
  type TrieLeaf,
  type TrieNode,
  trieSize,
} from './hash-trie.js'

/** What shall be otherwise than it is: another value under the key, or none. */
export interface TrieChange<K extends string, V> {
  readonly key: K
  /** `absent`: nothing. */
  readonly value: V | typeof absent
}

/** In place of a value: there is none. */
export const absent: unique symbol = Symbol('absent')

/** So many entries are quicker looked through than led to. */
const leafLimit = 32
/** Below it the hash has no bits left to tell entries apart by. */
const lastShift = 30

/** The map of these entries. */
export const trieOf = <K extends string, V>(entries: Iterable<readonly [K, V]>): TrieNode<K, V> => {
  const list: Entry<K, V>[] = []
  for (const [key, value] of entries) list.push({ hash: hashOf(key), key, value })
  return nodeOf(list, 0)
}

/** The map with these changes, each key at most once among them. Without any difference: the same object. */
export const trieWith = <K extends string, V>(
  root: TrieNode<K, V>,
  changes: readonly TrieChange<K, V>[],
): TrieNode<K, V> =>
  nodeWith(
    root,
    changes.map(({ key, value }) => ({ hash: hashOf(key), key, value })),
    0,
  ) ?? emptyTrie

interface Entry<K extends string, V> {
  readonly hash: number
  readonly key: K
  readonly value: V
}

type EntryChange<K extends string, V> = Entry<K, V | typeof absent>

/** `undefined`: nothing is left. */
const nodeWith = <K extends string, V>(
  node: TrieNode<K, V>,
  changes: readonly EntryChange<K, V>[],
  shift: number,
): TrieNode<K, V> | undefined => {
  const fresh = node.children === undefined ? leafWith(node, changes, shift) : branchWith(node, changes, shift)
  return trieSize(fresh) === 0 ? undefined : fresh
}

const branchWith = <K extends string, V>(
  branch: TrieBranch<K, V>,
  changes: readonly EntryChange<K, V>[],
  shift: number,
): TrieNode<K, V> => {
  let { size } = branch
  let children: (TrieNode<K, V> | undefined)[] | undefined
  for (const [slot, part] of partsOf(changes, shift)) {
    const child = branch.children[slot]
    const fresh = nodeWith(child ?? emptyTrie, part, shift + bitsPerLevel)
    if (fresh === child) continue
    size += (fresh === undefined ? 0 : trieSize(fresh)) - (child === undefined ? 0 : trieSize(child))
    children ??= copyOf(branch.children)
    children[slot] = fresh
  }
  if (children === undefined) return branch
  const fresh = branchOf(children, size)
  return size > leafLimit ? fresh : leafOf([...entriesOf(fresh)])
}

const leafWith = <K extends string, V>(
  leaf: TrieLeaf<K, V>,
  changes: readonly EntryChange<K, V>[],
  shift: number,
): TrieNode<K, V> => {
  if (changes.length > leafLimit) return nodeOf(merged(leaf, changes), shift)
  if (!changes.some((change) => differsFrom(leaf, change))) return leaf
  const [hashes, keys, values] = [copyOf(leaf.hashes), copyOf(leaf.keys), copyOf(leaf.values)]
  for (const { hash, key, value } of changes) {
    const at = placeOf(hashes, keys, hash, key)
    const isThere = keys[at] === key
    if (value === absent && !isThere) continue
    if (isThere && value !== absent) {
      values[at] = value
      continue
    }
    const [gone, come] = isThere ? [1, []] : [0, [value as V]]
    hashes.splice(at, gone, ...come.map(() => hash))
    keys.splice(at, gone, ...come.map(() => key))
    values.splice(at, gone, ...come)
  }
  return keys.length <= leafLimit || shift > lastShift
    ? frozenLeaf(hashes, keys, values)
    : nodeOf([...entriesOf({ hashes, keys, values })], shift)
}

const differsFrom = <K extends string, V>(leaf: TrieLeaf<K, V>, { hash, key, value }: EntryChange<K, V>): boolean => {
  const at = placeOf(leaf.hashes, leaf.keys, hash, key)
  return leaf.keys[at] === key ? value === absent || !Object.is(leaf.values[at], value) : value !== absent
}

const merged = <K extends string, V>(
  leaf: TrieLeaf<K, V>,
  changes: readonly EntryChange<K, V>[],
): readonly Entry<K, V>[] => {
  const entries = new Map<K, Entry<K, V>>()
  for (const entry of entriesOf(leaf)) entries.set(entry.key, entry)
  for (const { hash, key, value } of changes) {
    if (value === absent) entries.delete(key)
    else entries.set(key, { hash, key, value })
  }
  return [...entries.values()]
}

/** Spread, because V8 takes forty times as long to `slice` a frozen list. */
const copyOf = <Item>(list: readonly Item[]): Item[] => [...list]

/** Where an entry is in a leaf, or would be. */
const placeOf = (hashes: readonly number[], keys: readonly string[], hash: number, key: string): number => {
  let at = 0
  while (at < hashes.length && (hashes[at] as number) < hash) at += 1
  while (at < hashes.length && hashes[at] === hash && (keys[at] as string) < key) at += 1
  return at
}

function* entriesOf<K extends string, V>(node: TrieNode<K, V>): Generator<Entry<K, V>> {
  if (node.children !== undefined) {
    for (const child of node.children) if (child !== undefined) yield* entriesOf(child)
    return
  }
  const { hashes, keys, values } = node
  for (let at = 0; at < keys.length; at += 1)
    yield { hash: hashes[at] as number, key: keys[at] as K, value: values[at] as V }
}

const nodeOf = <K extends string, V>(entries: readonly Entry<K, V>[], shift: number): TrieNode<K, V> => {
  if (entries.length === 0) return emptyTrie
  if (entries.length <= leafLimit || shift > lastShift) return leafOf(entries)
  const children: (TrieNode<K, V> | undefined)[] = new Array(fanOut).fill(undefined)
  for (const [slot, part] of partsOf(entries, shift)) children[slot] = nodeOf(part, shift + bitsPerLevel)
  return branchOf(children, entries.length)
}

const branchOf = <K extends string, V>(
  children: readonly (TrieNode<K, V> | undefined)[],
  size: number,
): TrieBranch<K, V> => Object.freeze({ size, children: Object.freeze(children) })

const leafOf = <K extends string, V>(entries: readonly Entry<K, V>[]): TrieLeaf<K, V> => {
  const [hashes, keys, values]: [number[], K[], V[]] = [[], [], []]
  for (const { hash, key, value } of [...entries].sort((a, b) => a.hash - b.hash || (a.key < b.key ? -1 : 1))) {
    hashes.push(hash)
    keys.push(key)
    values.push(value)
  }
  return frozenLeaf(hashes, keys, values)
}

const frozenLeaf = <K extends string, V>(hashes: number[], keys: K[], values: V[]): TrieLeaf<K, V> =>
  Object.freeze({ hashes: Object.freeze(hashes), keys: Object.freeze(keys), values: Object.freeze(values) })

const partsOf = <E extends { readonly hash: number }>(
  entries: readonly E[],
  shift: number,
): Iterable<readonly [number, readonly E[]]> => {
  const [only] = entries
  if (entries.length === 1 && only !== undefined) return [[slotOf(only.hash, shift), entries]]
  const parts: (readonly [number, E[]] | undefined)[] = new Array(fanOut).fill(undefined)
  for (const entry of entries) {
    const slot = slotOf(entry.hash, shift)
    const part = parts[slot]
    if (part === undefined) parts[slot] = [slot, [entry]]
    else part[1].push(entry)
  }
  return parts.filter((part) => part !== undefined)
}
