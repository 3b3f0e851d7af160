/**
 * Large maps under immer. It drafts what holds a `LargeMap`, but not the tree in it: beside each drafted map stands what a recipe
 * touched of it, and the tree is made anew when the recipe is done, once.
 */
import { type Draft, isDraft, original } from 'immer'
import { createDraft, finishDraft } from '../values/enable-immer-maps.js'
import { type TrieNode, trieGet, trieLeaves } from './hash-trie.js'
import { absent, type TrieChange, trieOf, trieWith } from './hash-trie-changes.js'
import { sealed } from './private-state.js'

/**
 * The state that a recipe makes of `base`: it shares with it what the recipe left alone, and is `base` itself when it changed nothing.
 * immer's `produce`, for states with large maps in them.
 */
export const produceState = <S extends object>(base: S, recipe: (draft: Draft<S>) => void): S => {
  const outer = openDrafts
  const drafts = new StateDrafts()
  openDrafts = drafts
  try {
    const draft = createDraft(base)
    recipe(draft)
    drafts.finish()
    return finishDraft(draft) as S
  } finally {
    openDrafts = outer
  }
}

/** What stands beside a large map in a draft; `undefined` for one that is no draft. */
export const draftedMapOf = <K extends string, V>(map: object): DraftedMap<K, V> | undefined =>
  openDrafts === undefined || !isDraft(map) ? undefined : (openDrafts.mapOf(map as DraftedHandle) as DraftedMap<K, V>)

/** Of the recipe that is running. A value of the module, because drafts don't say whose they are. */
let openDrafts: StateDrafts | undefined

class StateDrafts {
  readonly #maps = new Map<DraftedHandle, DraftedMap<string, unknown>>()

  mapOf(handle: DraftedHandle): DraftedMap<string, unknown> {
    const known = this.#maps.get(handle)
    if (known !== undefined) return known
    const fresh = new DraftedMap<string, unknown>(handle)
    this.#maps.set(handle, fresh)
    return fresh
  }

  /** Backwards: maps inside values of other maps were found after those. */
  finish(): void {
    for (const map of [...this.#maps.values()].reverse()) map.finish()
  }
}

/** A `LargeMap` as immer drafts it. */
interface DraftedHandle {
  size: number
  root: TrieNode<string, unknown> | ReadonlyMap<string, unknown>
}

/** A large map, and what a recipe touched of it. */
class DraftedMap<K extends string, V> {
  readonly #handle: DraftedHandle
  readonly #base: TrieNode<K, V>
  /** Values that were looked at, which may have been changed since. */
  readonly #drafts = new Map<K, V>()
  readonly #set = new Map<K, V | typeof absent>()

  constructor(handle: DraftedHandle) {
    this.#handle = handle
    const { root } = original<object>(handle) as DraftedHandle
    this.#base = (root instanceof Map ? trieOf(root) : root) as TrieNode<K, V>
  }

  get(key: K): V | undefined {
    const set = this.#set.get(key)
    if (set !== undefined) return set === absent ? undefined : set
    const known = this.#drafts.get(key)
    if (known !== undefined) return known
    const value = trieGet(this.#base, key)
    if (typeof value !== 'object' || value === null) return value
    const draft = createDraft(value) as V
    this.#drafts.set(key, draft)
    return draft
  }

  /** Without a draft of its own for a value that hasn't got one. */
  read(key: K): V | undefined {
    return this.#set.has(key) || this.#drafts.has(key) ? this.get(key) : trieGet(this.#base, key)
  }

  has(key: K): boolean {
    const set = this.#set.get(key)
    return set === undefined ? trieGet(this.#base, key) !== undefined : set !== absent
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#handle.size += 1
    this.#set.set(key, value)
  }

  delete(key: K): void {
    if (!this.has(key)) return
    this.#handle.size -= 1
    this.#set.set(key, absent)
  }

  *keys(): Generator<K> {
    for (const { keys } of trieLeaves(this.#base)) for (const key of keys) if (this.#set.get(key) !== absent) yield key
    for (const [key, value] of this.#set) if (value !== absent && trieGet(this.#base, key) === undefined) yield key
  }

  *entries(): Generator<readonly [K, V]> {
    for (const key of this.keys()) yield [key, this.get(key) as V]
  }

  finish(): void {
    const changes: TrieChange<K, V>[] = []
    for (const [key, value] of this.#set) changes.push({ key, value: sealed(value) })
    for (const [key, draft] of this.#drafts)
      if (!this.#set.has(key)) changes.push({ key, value: finishDraft(draft as Draft<object>) as V })
    const root = trieWith(this.#base, changes)
    if (root !== this.#base) this.#handle.root = root
  }
}
