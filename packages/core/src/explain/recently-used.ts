import { madeOnceEach } from './made-once.js'

/** Remembers what was made last: what is asked for again is not made again, what nobody asked for for long is forgotten. */
export const recentlyUsed = <K, V>(make: (key: K) => V, most: number): ((key: K) => V) => {
  // Whoever forgets nothing needn't know what was asked for last.
  if (most === Number.POSITIVE_INFINITY) return madeOnceEach(make)
  const kept = new Map<K, V>()
  return (key) => {
    const value = kept.has(key) ? (kept.get(key) as V) : make(key)
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > most) {
      const oldest = kept.keys().next()
      if (oldest.done !== true) kept.delete(oldest.value)
    }
    return value
  }
}
