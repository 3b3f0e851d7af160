/** States that nobody else sees yet, and may be changed in place: how they come from one that is frozen, and become one. */
import { current, type Draft, freeze, isDraft } from 'immer'
import { type TrieNode, trieEntries } from './hash-trie.js'
import { trieOf } from './hash-trie-changes.js'

/** A deep copy of a state or a part of one. Large maps in it are ordinary `Map`s. */
export const privateCopy = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(privateCopy)
  if (value instanceof Map) return mapOf(value)
  if (isLargeMap(value)) {
    const { root, size } = value
    return { size, root: mapOf(root instanceof Map ? root : trieEntries(root as TrieNode<string, unknown>)) }
  }
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = privateCopy((value as Record<string, unknown>)[key])
  return copy
}

/** The same value, frozen with all that is in it, where it is. What is frozen already is left alone; for drafts stands what they are now. */
export const sealed = <V>(value: V): V => {
  const undrafted = withoutDraft(value)
  // A list instead of calls: an event may hold what is nested deeper than any stack.
  const open: object[] = isOpen(undrafted) ? [undrafted] : []
  for (let item = open.pop(); item !== undefined; item = open.pop()) sealOne(item, open)
  return undrafted
}

const isOpen = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Object.isFrozen(value)

const withoutDraft = <V>(value: V): V =>
  typeof value === 'object' && isDraft(value) ? (current(value as Draft<V>) as V) : value

/** Freezes one object, and puts what is in it on the list. */
const sealOne = (value: object, open: object[]): void => {
  if (isLargeMap(value) && value.root instanceof Map) {
    const entries = value.root
    sealEntries(entries, open)
    value.root = trieOf(entries)
  } else if (value instanceof Map) sealEntries(value, open)
  else sealFields(value as Record<string, unknown>, open)
  // immer's also keeps a map from being changed; what it asks of other objects before takes long.
  if (value instanceof Map) freeze(value)
  else Object.freeze(value)
}

interface SomeLargeMap {
  readonly size: number
  root: TrieNode<string, unknown> | Map<string, unknown>
}

/** Told by its form: nothing else in a state has a root. */
const isLargeMap = (value: object): value is SomeLargeMap => 'root' in value && 'size' in value

const sealEntries = (map: Map<string, unknown>, open: object[]): void => {
  for (const [key, value] of map) {
    const item = withoutDraft(value)
    if (item !== value) map.set(key, item)
    if (isOpen(item)) open.push(item)
  }
}

/** Of arrays as well. */
const sealFields = (fields: Record<string, unknown>, open: object[]): void => {
  for (const key of Object.keys(fields)) {
    const item = withoutDraft(fields[key])
    if (item !== fields[key]) fields[key] = item
    if (isOpen(item)) open.push(item)
  }
}

const mapOf = (entries: Iterable<readonly [unknown, unknown]>): ReadonlyMap<string, unknown> => {
  const copy = new Map<string, unknown>()
  for (const [key, value] of entries) copy.set(key as string, privateCopy(value))
  return copy
}
