/**
 * A map for collections that grow with the mesh. In a state it is a `hash-trie`: a new state shares nearly all of it with the old one,
 * so one event costs microseconds at 100,000 nodes. On the private state of a replay it is an ordinary `Map`. Recipes don't see the
 * difference: they change either through `largeMapSet` and `largeMapDelete`, and what `largeMapGet` hands them they may change too.
 *
 * Everyone else reads. Entries are in no meaningful order: sort where order matters.
 */
import type { Immutable } from 'immer'
import { emptyTrie, type TrieNode, trieDifferences, trieEntries, trieGet, trieLeaves, trieSize } from './hash-trie.js'
import { absent, type TrieChange, trieWith } from './hash-trie-changes.js'
import { draftedMapOf } from './large-map-drafts.js'

/** Read it by the functions of this file. */
export interface LargeMap<K extends string, V> {
  readonly size: number
  /** @hidden A `Map` on a private state. */
  readonly root: TrieNode<K, V> | ReadonlyMap<K, V>
}

interface PrivateLargeMap<K extends string, V> {
  size: number
  root: TrieNode<K, V> | Map<K, V>
}

/** Fits a large map of any keys and values. */
export const emptyLargeMap = (): LargeMap<never, never> => ({ size: 0, root: emptyTrie })

/** The value of a key; `undefined`: there is none. */
export const largeMapGet = <K extends string, V>(map: LargeMap<K, V>, key: K): V | undefined => {
  const drafted = draftedMapOf<K, V>(map)
  if (drafted !== undefined) return drafted.get(key)
  const { root } = map
  return root instanceof Map ? root.get(key) : trieGet(root as TrieNode<K, V>, key)
}

/** As `largeMapGet`, for a value that is only read: on a draft much quicker, and what it hands over may be frozen. */
export const largeMapRead = <K extends string, V>(map: LargeMap<K, V>, key: K): Immutable<V> | undefined => {
  const drafted = draftedMapOf<K, V>(map)
  return (drafted === undefined ? largeMapGet(map, key) : drafted.read(key)) as Immutable<V> | undefined
}

/** Whether there is a value for the key. */
export const largeMapHas = <K extends string, V>(map: LargeMap<K, V>, key: K): boolean => {
  const drafted = draftedMapOf<K, V>(map)
  if (drafted !== undefined) return drafted.has(key)
  const { root } = map
  return root instanceof Map ? root.has(key) : trieGet(root as TrieNode<K, V>, key) !== undefined
}

export const largeMapSize = <K extends string, V>(map: LargeMap<K, V>): number => map.size

/** Only on a draft or a private mutable state. */
export const largeMapSet = <K extends string, V>(map: LargeMap<K, V>, key: K, value: Immutable<NoInfer<V>>): void => {
  const drafted = draftedMapOf<K, V>(map)
  if (drafted !== undefined) {
    drafted.set(key, value as V)
    return
  }
  const entries = entriesToChange(map)
  entries.set(key, value as V)
  ;(map as PrivateLargeMap<K, V>).size = entries.size
}

/** Only on a draft or a private mutable state. Deleting what is not there changes nothing. */
export const largeMapDelete = <K extends string, V>(map: LargeMap<K, V>, key: K): void => {
  if (!largeMapHas(map, key)) return
  const drafted = draftedMapOf<K, V>(map)
  if (drafted !== undefined) {
    drafted.delete(key)
    return
  }
  const entries = entriesToChange(map)
  entries.delete(key)
  ;(map as PrivateLargeMap<K, V>).size = entries.size
}

/** Takes everything out. Only on a private mutable state. */
export const largeMapClear = <K extends string, V>(map: LargeMap<K, V>): void => {
  Object.assign(map, { size: 0, root: new Map() })
}

/** The map with these changes, the last for a key counts; `undefined` takes an entry out. The map itself stays as it is. */
export const largeMapWith = <K extends string, V>(
  map: LargeMap<K, V>,
  changes: Iterable<readonly [K, V | undefined]>,
): LargeMap<K, V> => {
  const list: TrieChange<K, V>[] = []
  for (const [key, value] of new Map(changes)) list.push({ key, value: value === undefined ? absent : value })
  const before = map.root as TrieNode<K, V>
  const root = trieWith(before, list)
  return root === before ? map : { size: trieSize(root), root }
}

/** Every key with its value; order means nothing. */
export const largeMapEntries = <K extends string, V>(map: LargeMap<K, V>): Iterable<readonly [K, V]> => {
  const drafted = draftedMapOf<K, V>(map)
  if (drafted !== undefined) return drafted.entries()
  const { root } = map
  return root instanceof Map ? root : trieEntries(root as TrieNode<K, V>)
}

/** Every key; order means nothing. */
export function* largeMapKeys<K extends string, V>(map: LargeMap<K, V>): Generator<K> {
  const drafted = draftedMapOf<K, V>(map)
  const { root } = map
  if (drafted !== undefined) yield* drafted.keys()
  else if (root instanceof Map) yield* root.keys()
  else for (const { keys } of trieLeaves(root as TrieNode<K, V>)) yield* keys
}

/** Every value; order means nothing. */
export function* largeMapValues<K extends string, V>(map: LargeMap<K, V>): Generator<V> {
  const drafted = draftedMapOf<K, V>(map)
  const { root } = map
  if (drafted !== undefined) for (const [, value] of drafted.entries()) yield value
  else if (root instanceof Map) yield* root.values()
  else for (const { values } of trieLeaves(root as TrieNode<K, V>)) yield* values
}

/** Each key whose value is another object in one state than in the other, with both. What two states share is skipped unseen. */
export const largeMapDifferences = <K extends string, V>(
  before: LargeMap<K, V>,
  after: LargeMap<K, V>,
): Iterable<readonly [K, V | undefined, V | undefined]> =>
  trieDifferences(before.root as TrieNode<K, V>, after.root as TrieNode<K, V>)

/** Only on a private mutable state. */
const entriesToChange = <K extends string, V>(map: LargeMap<K, V>): Map<K, V> => {
  const { root } = map
  if (root instanceof Map) return root
  const entries = new Map(trieEntries(root as TrieNode<K, V>))
  ;(map as PrivateLargeMap<K, V>).root = entries
  return entries
}
