/** One page of a long list in the order of its ids, and where the next begins; `null`: there is none. */
export const pageOf = <A, Id extends string>(
  all: readonly A[],
  idOf: (item: A) => Id,
  after: Id | undefined,
  limit: number,
): { readonly items: readonly A[]; readonly next: Id | null } => {
  const sorted = [...all].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter((item) => idOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last === undefined || rest.length <= limit ? null : idOf(last) }
}
