/**
 * What is remembered, by key, as long as it is heard of. Persistent: a change copies what is on its way and no more, so a call costs what
 * it looks at. Each entry knows in which window of time it was last put; entries of windows long past are let go, found by their window
 * and not by a walk over all.
 */
import {
  emptyLargeMap,
  type LargeMap,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapWith,
} from '../mesh/large-map.js'

export interface Watched<K extends string, V> {
  readonly entries: LargeMap<K, Entry<V>>
  /** Oldest first; the keys of entries that were put in a window. */
  readonly rings: readonly Ring<K>[]
}

interface Entry<V> {
  readonly value: V
  readonly window: number
}

interface Ring<K extends string> {
  readonly window: number
  readonly keys: LargeMap<K, true>
}

export const nothingWatched = <K extends string, V>(): Watched<K, V> => ({ entries: emptyLargeMap(), rings: [] })

export const watchedValue = <K extends string, V>({ entries }: Watched<K, V>, key: K): V | undefined =>
  largeMapGet(entries, key)?.value

/** Keys of what was put in that window, whether it is still there or not, sorted. */
export const putInWindow = <K extends string, V>({ rings }: Watched<K, V>, window: number): readonly K[] => {
  const ring = rings.find((each) => each.window === window)
  return ring === undefined ? [] : [...largeMapKeys(ring.keys)].sort()
}

/** Changes to what is watched, to be read at once and kept at the end. */
export interface WatchNotes<K extends string, V> {
  readonly get: (key: K) => V | undefined
  /** Also when nothing of it changed: it was heard of. */
  readonly put: (key: K, value: V) => void
  /** What is watched from now on. `stays`: what is kept although nothing was heard of it. */
  readonly kept: (oldestWindow: number, stays: (key: K, value: V) => boolean) => Watched<K, V>
}

export const noteDown = <K extends string, V>(watched: Watched<K, V>, window: number): WatchNotes<K, V> => {
  const changes = new Map<K, Entry<V> | undefined>()
  const entryOf = (key: K) => (changes.has(key) ? changes.get(key) : largeMapGet(watched.entries, key))
  const put = (key: K, value: V): void => {
    changes.set(key, { value, window })
  }
  const letGo = (rings: readonly Ring<K>[], stays: (key: K, value: V) => boolean): void => {
    for (const ring of rings)
      for (const key of largeMapKeys(ring.keys)) {
        const entry = entryOf(key)
        // Put again later: a younger ring has it.
        if (entry?.window !== ring.window) continue
        if (stays(key, entry.value)) put(key, entry.value)
        else changes.set(key, undefined)
      }
  }
  return {
    get: (key) => entryOf(key)?.value,
    put,
    kept: (oldestWindow, stays) => {
      letGo(
        watched.rings.filter((ring) => ring.window < oldestWindow),
        stays,
      )
      const young = watched.rings.filter((ring) => ring.window >= oldestWindow)
      if (changes.size === 0 && young.length === watched.rings.length) return watched
      const added = [...changes].flatMap(([key, entry]) => (entry === undefined ? [] : [key]))
      return { entries: largeMapWith(watched.entries, changes), rings: withKeys(young, window, added) }
    },
  }
}

const withKeys = <K extends string>(
  rings: readonly Ring<K>[],
  window: number,
  added: readonly K[],
): readonly Ring<K>[] => {
  if (added.length === 0) return rings
  const last = rings.at(-1)
  const present = last?.window === window ? last : { window, keys: emptyLargeMap() as LargeMap<K, true> }
  const fresh = added.filter((key) => !largeMapHas(present.keys, key)).map((key) => [key, true] as const)
  const ring = { window, keys: largeMapWith(present.keys, fresh) }
  return [...(present === last ? rings.slice(0, -1) : rings), ring]
}
