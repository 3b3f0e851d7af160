/** The prefixes of sets that filters name, in their shortest form. */
import { type IpPrefix, MergedPrefixes, prefixesWithout, subtractPrefixes } from '../values/index.js'
import { betweenEnds } from './sorted-lists.js'

/** Writes out a set of a filter, by the name that it has there: what is in its items, without `foreign`. */
export type WriteSet = <A>(
  name: string,
  items: readonly A[],
  prefixesOf: (item: A) => readonly IpPrefix[],
  foreign: readonly IpPrefix[],
) => readonly IpPrefix[]

export const writeSetAnew: WriteSet = (_name, items, prefixesOf, foreign) =>
  subtractPrefixes(items.flatMap(prefixesOf), foreign)

interface WrittenSet {
  readonly items: readonly unknown[]
  readonly foreign: string
  readonly prefixesOf: (item: unknown) => readonly IpPrefix[]
  readonly merged: MergedPrefixes
}

/** Writes sets by what differs from the last time. Items that stayed are the same objects. */
export class FilterSets {
  readonly #written = new Map<string, WrittenSet>()

  readonly write: WriteSet = (name, items, prefixesOf, foreign) => {
    const known = this.#written.get(name)
    const without = prefixesWithout(foreign)
    const kept = (item: unknown) => prefixesOf(item as (typeof items)[number]).flatMap(without)
    const isAlike = known !== undefined && known.foreign === foreign.join()
    const merged = (isAlike ? renewed(known, items, kept) : undefined) ?? new MergedPrefixes(items.flatMap(kept))
    this.#written.set(name, { items, foreign: foreign.join(), prefixesOf: kept, merged })
    return merged.list
  }

  /** Forgets sets that no filter names any more. */
  keepOnly(names: { readonly has: (name: string) => boolean }): void {
    for (const name of this.#written.keys()) if (!names.has(name)) this.#written.delete(name)
  }
}

/** `undefined`: so much differs that beginning anew is quicker. */
const renewed = (
  known: WrittenSet,
  items: readonly unknown[],
  prefixesOf: WrittenSet['prefixesOf'],
): MergedPrefixes | undefined => {
  const { gone, come } = betweenEnds(known.items, items)
  if (gone.length + come.length > 50 + items.length / 8) return undefined
  for (const item of come) for (const prefix of prefixesOf(item)) known.merged.add(prefix)
  for (const item of gone) for (const prefix of known.prefixesOf(item)) known.merged.remove(prefix)
  return known.merged
}
