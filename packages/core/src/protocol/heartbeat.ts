import type { CancelTimer, Timers } from '../ports/timers.js'

/** How many heartbeats in a row may fail to come. */
const HEARTBEATS_MISSED = 3

export interface HeartbeatOptions {
  readonly intervalMs: number
  readonly timers: Timers
  /** Time to send one. */
  readonly beat: () => void
  /** Nothing was heard for three intervals. Called once; the heartbeat has stopped. */
  readonly onSilent: (silentMs: number) => void
}

export interface Heartbeat {
  /** The other end gave a sign of life, of any kind. */
  readonly heard: () => void
  readonly stop: CancelTimer
}

/**
 * Sends a heartbeat per interval and listens for the other end's. It counts turns, not time: a process that was busy or
 * asleep first reads what has come meanwhile, before it takes the other end for dead.
 */
export function startHeartbeat({ intervalMs, timers, beat, onSilent }: HeartbeatOptions): Heartbeat {
  let turns = 0
  let silentTurns = 0
  // Two turns per interval, so that silence is noticed within half an interval.
  const stop = timers.every(intervalMs / 2, () => {
    turns++
    silentTurns++
    if (silentTurns > 2 * HEARTBEATS_MISSED) {
      stop()
      onSilent(HEARTBEATS_MISSED * intervalMs)
    } else if (turns % 2 === 0) {
      beat()
    }
  })
  const heard = () => {
    silentTurns = 0
  }
  return { heard, stop }
}
