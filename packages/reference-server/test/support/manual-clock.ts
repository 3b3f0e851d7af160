import type { Clock, Timers } from '@meshfold/core'

interface Task {
  atMs: number
  readonly everyMs: number | null
  readonly run: () => void
}

/** Time that passes when a test says so; its timers run along with it. */
export class ManualClock implements Clock {
  #wallMs = 1_900_000_000_000
  #monotonicMs = 1000
  readonly #tasks = new Set<Task>()

  readonly nowEpochMs = (): number => this.#wallMs
  readonly monotonicMs = (): number => this.#monotonicMs

  readonly timers: Timers = {
    after: (delayMs, run) => this.#add({ atMs: this.#monotonicMs + delayMs, everyMs: null, run }),
    every: (everyMs, run) => this.#add({ atMs: this.#monotonicMs + everyMs, everyMs, run }),
  }

  /** Both clocks go on, and what is due on the way is done, in order. */
  advance(byMs: number): void {
    const endMs = this.#monotonicMs + byMs
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#pass(next.atMs - this.#monotonicMs)
      if (next.everyMs === null) this.#tasks.delete(next)
      else next.atMs += next.everyMs
      next.run()
    }
    this.#pass(endMs - this.#monotonicMs)
  }

  /** Only the wall clock moves, as when somebody sets it. */
  jump(byMs: number): void {
    this.#wallMs += byMs
  }

  #next(endMs: number): Task | undefined {
    return [...this.#tasks].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
  }

  #pass(byMs: number): void {
    this.#wallMs += byMs
    this.#monotonicMs += byMs
  }

  #add(task: Task): () => void {
    this.#tasks.add(task)
    return () => this.#tasks.delete(task)
  }
}
