/** Long lists, sorted by id, of which little changes: looked into and compared without a walk along all of them where possible. */

/** Where the id stands, or would stand. */
export const positionOf = <A>(sorted: readonly A[], id: string, idOf: (item: A) => string): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (idOf(sorted[middle] as A) < id) low = middle + 1
    else high = middle
  }
  return low
}

/** What stands under the id. */
export const foundIn = <A>(sorted: readonly A[], id: string, idOf: (item: A) => string): A | undefined => {
  const item = sorted[positionOf(sorted, id, idOf)]
  return item !== undefined && idOf(item) === id ? item : undefined
}

/** What was in the one list and is not in the other, by id. */
export const missingFrom = <A>(was: readonly A[], is: readonly A[], idOf: (item: A) => string): readonly A[] => {
  const { gone, come } = betweenEnds(was, is)
  const kept = new Set(come.map(idOf))
  return gone.filter((item) => !kept.has(idOf(item)))
}

/** What differs between two lists, sorted or not, without what both begin and end with. */
export const betweenEnds = <A>(
  was: readonly A[],
  is: readonly A[],
): { readonly gone: readonly A[]; readonly come: readonly A[] } => {
  let start = 0
  while (start < was.length && start < is.length && was[start] === is[start]) start += 1
  let [endOfWas, endOfIs] = [was.length, is.length]
  while (endOfWas > start && endOfIs > start && was[endOfWas - 1] === is[endOfIs - 1]) {
    endOfWas -= 1
    endOfIs -= 1
  }
  return { gone: was.slice(start, endOfWas), come: is.slice(start, endOfIs) }
}

/** The list without some and with others, which stand instead of what had their ids; sorted, as the list itself. */
export const changedList = <A>(
  sorted: readonly A[],
  { add, remove }: { readonly add: readonly A[]; readonly remove: readonly string[] },
  idOf: (item: A) => string,
): readonly A[] => {
  let changed: A[] | undefined
  const splice = (at: number, count: number, ...items: A[]) => {
    // Copied and changed at once: a copy that grows would be copied again.
    if (changed === undefined) changed = sorted.toSpliced(at, count, ...items)
    else changed.splice(at, count, ...items)
  }
  const placeOf = (id: string): { readonly at: number; readonly count: 0 | 1 } => {
    const list = changed ?? sorted
    const at = positionOf(list, id, idOf)
    const found = list[at]
    return { at, count: found !== undefined && idOf(found) === id ? 1 : 0 }
  }
  for (const id of remove) {
    const { at, count } = placeOf(id)
    if (count > 0) splice(at, count)
  }
  for (const item of add) {
    const { at, count } = placeOf(idOf(item))
    splice(at, count, item)
  }
  return changed ?? sorted
}
