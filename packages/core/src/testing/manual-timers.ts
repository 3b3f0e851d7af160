import type { CancelTimer, Timers } from '../ports/timers.js'

/** Timers that stand still until a test moves them. */
export interface ManualTimers extends Timers {
  /** Runs what falls due within the next `ms`, in order of time. */
  readonly advance: (ms: number) => void
  /** How many tasks wait; 0 when whatever used them has tidied up. */
  readonly pending: () => number
}

interface Task {
  readonly dueMs: number
  readonly run: () => void
}

/** Starts at time 0. */
export function createManualTimers(): ManualTimers {
  const tasks = new Set<Task>()
  let nowMs = 0
  const schedule = (dueMs: number, run: () => void): Task => {
    const task = { dueMs, run }
    tasks.add(task)
    return task
  }
  const after = (delayMs: number, run: () => void): CancelTimer => {
    const task = schedule(nowMs + delayMs, run)
    return () => {
      tasks.delete(task)
    }
  }
  const every = (intervalMs: number, run: () => void): CancelTimer => {
    const repeat = (): Task =>
      schedule(nowMs + intervalMs, () => {
        task = repeat()
        run()
      })
    let task = repeat()
    return () => {
      tasks.delete(task)
    }
  }
  const advance = (ms: number): void => {
    const untilMs = nowMs + ms
    for (let task = earliest(tasks); task !== undefined && task.dueMs <= untilMs; task = earliest(tasks)) {
      tasks.delete(task)
      nowMs = task.dueMs
      task.run()
    }
    nowMs = untilMs
  }
  return { after, every, advance, pending: () => tasks.size }
}

/** The oldest of those that are due first. */
function earliest(tasks: ReadonlySet<Task>): Task | undefined {
  let first: Task | undefined
  for (const task of tasks) if (first === undefined || task.dueMs < first.dueMs) first = task
  return first
}
