/** Less and less of what goes wrong, while it still goes wrong: delta debugging (A. Zeller, R. Hildebrandt, 2002). */

/** How many smaller lists are tried, at most. */
const mostTries = 60

/**
 * Leaves out as many items as it can, many together and then one by one, as long as `stillShows` says that the rest shows it. Order is
 * kept. Ends after sixty tries with what it has by then.
 */
export async function shrink<A>(
  items: readonly A[],
  stillShows: (fewer: readonly A[]) => Promise<boolean>,
): Promise<readonly A[]> {
  let [left, size, tries] = [items, Math.ceil(items.length / 2), 0]
  while (left.length > 0) {
    const before = left.length
    // From the end: what comes later leans on what came first.
    for (let end = left.length; end > 0; end -= size) {
      if (tries === mostTries) return left
      const fewer = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)]
      tries += 1
      if (await stillShows(fewer)) left = fewer
    }
    if (size === 1 && left.length === before) return left
    if (left.length === before || size > left.length) size = Math.max(1, Math.floor(size / 2))
  }
  return left
}
