/** Milliseconds of one call. */
export const millisecondsOf = (work: () => void): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** The middle of several calls' milliseconds, after one call that isn't counted. */
export const medianMilliseconds = (times: number, work: (round: number) => void): number => {
  work(0)
  const measured = Array.from({ length: times }, (_, round) => millisecondsOf(() => work(round + 1))).sort(
    (a, b) => a - b,
  )
  return measured[measured.length >> 1] as number
}
