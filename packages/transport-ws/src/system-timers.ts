import { performance } from 'node:perf_hooks'
import type { Timers } from '@meshfold/core'

/** {@link Timers} on the process's own. */
export const systemTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs)
    return () => clearInterval(timer)
  },
}

/** Milliseconds since the process started; never goes back. */
export function monotonicMs(): number {
  return performance.now()
}
