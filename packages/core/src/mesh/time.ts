import { type EpochMs, epochMs } from '../values/index.js'

/** Whether a time to expire has not come. */
export const isAhead = (expiresAtEpochMs: EpochMs, nowEpochMs: EpochMs): boolean => expiresAtEpochMs > nowEpochMs

/** Stays within what a time can be. */
export const addSeconds = (time: EpochMs, seconds: number): EpochMs =>
  epochMs(Math.min(time + seconds * 1000, Number.MAX_SAFE_INTEGER))
