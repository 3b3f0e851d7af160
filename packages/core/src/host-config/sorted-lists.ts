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
