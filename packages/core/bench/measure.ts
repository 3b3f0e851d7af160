/**
 * Time on a machine that does other work as well: what the clock says, or this thread's own share of the processor, whichever is less.
 * That share is told in steps of some milliseconds, so short calls are measured by it together.
 */

/** Milliseconds of one call, which should take 100 or more. */
export const millisecondsOf = (work: () => void): number => {
  const [clock, own] = [performance.now(), ownMilliseconds()]
  work()
  return Math.min(performance.now() - clock, ownMilliseconds() - own)
}

/** Milliseconds of one call among several, which should take 100 together: the middle by the clock, or the mean of the own share. */
export const medianMilliseconds = (times: number, work: (round: number) => void): number => {
  for (let round = 0; round < warmUpRounds; round += 1) work(round)
  const own = ownMilliseconds()
  const byClock = Array.from({ length: times }, (_, at) => {
    const clock = performance.now()
    work(warmUpRounds + at)
    return performance.now() - clock
  }).sort((a, b) => a - b)
  return Math.min(byClock[times >> 1] as number, (ownMilliseconds() - own) / times)
}

/** Not counted: the first calls are those that are compiled. */
const warmUpRounds = 3

/** Node tells it from version 23.9 on. */
const ownMilliseconds = (): number => {
  if (process.threadCpuUsage === undefined) return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
