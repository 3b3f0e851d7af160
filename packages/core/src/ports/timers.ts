/**
 * Work for later, as a value that a caller passes in. Core itself never waits. A task runs once the delay is over, never
 * before, and never inside the call that asked for it. Until then it may keep a process alive.
 */
export interface Timers {
  /** Once, `delayMs` from now. */
  readonly after: (delayMs: number, task: () => void) => CancelTimer
  /** Again and again, until cancelled. Turns that a busy process missed are not made up for. */
  readonly every: (intervalMs: number, task: () => void) => CancelTimer
}

/** Forgets the task. Calling it twice, or after the task ran, is fine. */
export type CancelTimer = () => void
