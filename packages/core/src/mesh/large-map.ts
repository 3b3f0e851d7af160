import type { Immutable } from 'immer'

/**
 * A map for collections that grow with the mesh: many small maps behind one key hash. Under immer a change copies only the maps
 * on its way (about 64 + 64 slots and one small map) instead of every entry, so one event at 100,000 nodes stays in
 * microseconds; on a private mutable state it is two array look-ups in front of a `Map`.
 *
 * Recipes change it through `largeMapSet` and `largeMapDelete`; everyone else reads. The order of entries depends on the keys
 * alone inside a mesh, but means nothing: sort where order matters.
 */
export interface LargeMap<K extends string, V> {
  readonly size: number
  /** 64 slots of 64 maps; a slot or map that was never needed is `undefined`. */
  readonly shards: readonly (readonly (ReadonlyMap<K, V> | undefined)[] | undefined)[]
}

interface MutableLargeMap<K extends string, V> {
  size: number
  shards: ((Map<K, V> | undefined)[] | undefined)[]
}

const fanOut = 64

/** Fits a large map of any keys and values. */
export const emptyLargeMap = (): LargeMap<never, never> => ({ size: 0, shards: [] })

/** The value of a key; `undefined`: there is none. */
export const largeMapGet = <K extends string, V>(map: LargeMap<K, V>, key: K): V | undefined => {
  const slot = slotOf(key)
  return map.shards[slot >> 6]?.[slot & 63]?.get(key)
}

/** Whether there is a value for the key. */
export const largeMapHas = <K extends string, V>(map: LargeMap<K, V>, key: K): boolean => {
  const slot = slotOf(key)
  return map.shards[slot >> 6]?.[slot & 63]?.has(key) ?? false
}

export const largeMapSize = <K extends string, V>(map: LargeMap<K, V>): number => map.size

/** Only on a draft or a private mutable state. */
export const largeMapSet = <K extends string, V>(draft: LargeMap<K, V>, key: K, value: Immutable<NoInfer<V>>): void => {
  const map = draft as MutableLargeMap<K, V>
  const slot = slotOf(key)
  const entries = entriesAt(map, slot)
  const before = entries.size
  entries.set(key, value as V)
  if (entries.size > before) map.size += 1
}

/** Only on a draft or a private mutable state. Deleting what is not there changes nothing. */
export const largeMapDelete = <K extends string, V>(draft: LargeMap<K, V>, key: K): void => {
  const map = draft as MutableLargeMap<K, V>
  const slot = slotOf(key)
  const row = map.shards[slot >> 6]
  const entries = row?.[slot & 63]
  if (row === undefined || entries === undefined || !entries.delete(key)) return
  map.size -= 1
  if (entries.size === 0) row[slot & 63] = undefined
}

/**
 * The map with these changes; `undefined` takes an entry out. The map itself stays as it is: of it is copied what is on the way to a
 * change, as under immer.
 */
export const largeMapWith = <K extends string, V>(
  map: LargeMap<K, V>,
  changes: Iterable<readonly [K, V | undefined]>,
): LargeMap<K, V> => {
  const { size, shards } = map as MutableLargeMap<K, V>
  const copy: MutableLargeMap<K, V> = { size, shards: [...shards] }
  const copied = new Set<number>()
  for (const [key, value] of changes) {
    const slot = slotOf(key)
    if (!copied.has(slot)) copyWay(copy, slot, copied)
    if (value === undefined) largeMapDelete(copy, key)
    else largeMapSet(copy, key, value as Immutable<V>)
  }
  return copied.size === 0 ? map : copy
}

/** `copied` holds slots, and as negative numbers rows. */
const copyWay = <K extends string, V>(map: MutableLargeMap<K, V>, slot: number, copied: Set<number>): void => {
  const row = slot >> 6
  if (!copied.has(-1 - row)) {
    const present = map.shards[row]
    if (present !== undefined) map.shards[row] = [...present]
    copied.add(-1 - row)
  }
  const way = map.shards[row]
  const entries = way?.[slot & 63]
  if (way !== undefined && entries !== undefined) way[slot & 63] = new Map(entries)
  copied.add(slot)
}

/** Every key with its value; order means nothing. */
export function* largeMapEntries<K extends string, V>(map: LargeMap<K, V>): Generator<readonly [K, V]> {
  for (const row of map.shards) {
    if (row === undefined) continue
    for (const entries of row) if (entries !== undefined) yield* entries
  }
}

/** Every key; order means nothing. */
export function* largeMapKeys<K extends string, V>(map: LargeMap<K, V>): Generator<K> {
  for (const [key] of largeMapEntries(map)) yield key
}

/** Every value; order means nothing. */
export function* largeMapValues<K extends string, V>(map: LargeMap<K, V>): Generator<V> {
  for (const [, value] of largeMapEntries(map)) yield value
}

const entriesAt = <K extends string, V>(map: MutableLargeMap<K, V>, slot: number): Map<K, V> => {
  // Filled without holes: immer copies dense arrays faster, and equality of states must not depend on holes.
  if (map.shards.length === 0) map.shards = new Array(fanOut).fill(undefined)
  let row = map.shards[slot >> 6]
  if (row === undefined) {
    row = new Array(fanOut).fill(undefined)
    map.shards[slot >> 6] = row
    row = map.shards[slot >> 6] as (Map<K, V> | undefined)[]
  }
  const found = row[slot & 63]
  if (found !== undefined) return found
  row[slot & 63] = new Map<K, V>()
  return row[slot & 63] as Map<K, V>
}

/** FNV-1a over the key's code units, folded to 12 bits: spreads ids that differ only at their end. */
const slotOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 15
  return (hash ^ (hash >>> 20)) & 0xfff
}
