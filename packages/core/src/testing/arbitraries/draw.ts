/** Decisions taken one after the other from a list of random numbers: a list that fast-check shrinks makes what is drawn simpler. */
export interface Draw {
  /** 0 to `below` - 1; 0 when the numbers are used up. */
  readonly below: (below: number) => number
  /** True about once in `n` times; false when the numbers are used up. */
  readonly oneIn: (n: number) => boolean
  /** One of them, the simplest first. */
  readonly pick: <A>(items: readonly [A, ...A[]]) => A
}

/** Draws from these numbers in turn. */
export const drawFrom = (numbers: readonly number[]): Draw => {
  let used = 0
  const below = (limit: number): number => {
    const number = numbers[used] ?? 0
    used += 1
    return number % limit
  }
  return {
    below,
    oneIn: (n) => below(n) === n - 1,
    pick: (items) => items[below(items.length)] ?? items[0],
  }
}
