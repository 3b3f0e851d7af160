/** Sets of filters that are written alike for many hosts: each is written, and made ready for look-ups, once. */
import { type WriteSet, writeSetAnew } from '../host-config/filter-sets.js'
import { type IpPrefix, PrefixTable } from '../values/index.js'
import { madeOnceEach } from './made-once.js'

export interface SharedSets {
  readonly write: WriteSet
  readonly tableOf: (prefixes: readonly IpPrefix[]) => PrefixTable<true>
  /** The same list for equal ones. */
  readonly equal: (prefixes: readonly IpPrefix[]) => readonly IpPrefix[]
}

export const sharedSets = (): SharedSets => {
  const byText = new Map<string, readonly IpPrefix[]>()
  const byItems = new WeakMap<readonly unknown[], Map<string, readonly IpPrefix[]>>()
  const write: WriteSet = (name, items, prefixesOf, foreign) => {
    const isText = items.every((item) => typeof item === 'string')
    const known = isText ? byText : (byItems.get(items) ?? new Map<string, readonly IpPrefix[]>())
    if (!isText) byItems.set(items, known)
    const key = `${isText ? items.join() : ''}|${foreign.join()}`
    const written = known.get(key) ?? writeSetAnew(name, items, prefixesOf, foreign)
    known.set(key, written)
    return written
  }
  const lists = new Map<string, readonly IpPrefix[]>()
  const equal = (prefixes: readonly IpPrefix[]): readonly IpPrefix[] => {
    const known = lists.get(prefixes.join()) ?? prefixes
    lists.set(prefixes.join(), known)
    return known
  }
  return {
    write,
    tableOf: madeOnceEach((prefixes) => new PrefixTable(prefixes.map((prefix) => [prefix, true]))),
    equal,
  }
}
