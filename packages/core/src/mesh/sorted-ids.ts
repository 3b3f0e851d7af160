/**
 * Lists of ids that are kept sorted and without doubles, so that states are equal when they say the same. Recipes replace such a
 * list as a whole and never change it in place: so it is read past immer's draft of it, which at thousands of ids takes most of the time.
 */
import { isDraft, original } from 'immer'

/** A new list with these as well. */
export const sortedWith = <Id extends string>(list: readonly Id[], added: readonly Id[]): Id[] => {
  // A copy: V8 takes forty times as long to `slice` a frozen list.
  const present = [...plain(list)]
  const fresh = [...new Set(added)].filter((id) => present[placeOf(present, id)] !== id).sort()
  const merged: Id[] = []
  let from = 0
  for (const id of fresh) {
    const place = placeOf(present, id)
    merged.push(...present.slice(from, place), id)
    from = place
  }
  merged.push(...present.slice(from))
  return frozen(merged)
}

/** A new list without these. */
export const sortedWithout = <Id extends string>(list: readonly Id[], removed: readonly Id[]): Id[] => {
  const gone = new Set<Id>(removed)
  return frozen(plain(list).filter((id) => !gone.has(id)))
}

/** Frozen here, at one go: immer would look at each id. */
const frozen = <Id extends string>(list: Id[]): Id[] => {
  Object.freeze(list)
  return list
}

/** A list as it is, past immer's draft of it; only for lists that recipes replace as a whole. */
export const plain = <Item>(list: readonly Item[]): readonly Item[] =>
  isDraft(list) ? (original(list as object) as readonly Item[]) : list

/** Where an id is in a sorted list, or would be. */
const placeOf = <Id extends string>(list: readonly Id[], id: Id): number => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as Id) < id) low = middle + 1
    else high = middle
  }
  return low
}
