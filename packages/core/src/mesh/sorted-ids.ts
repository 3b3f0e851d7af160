/** Lists of ids that are kept sorted and without doubles, so that states are equal when they say the same. */

/** The list with these as well. */
export const sortedWith = <Id extends string>(list: readonly Id[], added: readonly Id[]): Id[] =>
  [...new Set([...list, ...added])].sort()

/** The list without these. */
export const sortedWithout = <Id extends string>(list: readonly Id[], removed: readonly Id[]): Id[] => {
  const gone = new Set<Id>(removed)
  return list.filter((id) => !gone.has(id))
}
