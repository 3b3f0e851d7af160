import { type Clock, type EpochMs, epochMs } from '@meshfold/core'

/**
 * Wall time that never goes back and never stands still: when somebody sets the clock back, it goes on from where it was, at the pace of
 * the monotonic clock, until the wall has caught up. What waits for a time would otherwise wait as long as the clock was set back.
 */
export const steadyTime = ({ nowEpochMs, monotonicMs }: Clock): (() => EpochMs) => {
  let last = { epochMs: nowEpochMs(), monotonicMs: monotonicMs() }
  return () => {
    const nowMonotonicMs = monotonicMs()
    const passedMs = Math.max(0, nowMonotonicMs - last.monotonicMs)
    last = { epochMs: Math.max(nowEpochMs(), last.epochMs + passedMs), monotonicMs: nowMonotonicMs }
    return epochMs(Math.floor(last.epochMs))
  }
}
