import type { PathMemory } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { PathStore } from '../state/path-store.js'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'
import { PutOff } from './put-off.js'

/**
 * What comes together is written together, and after the patch that it may have come with is in effect: a busy machine has enough to do
 * then. A sequence outruns what a crash may have lost, since it is a time.
 */
const SAVE_AFTER_MS = 500
const SAVE_BOUND_MS = 2000

/** Keeps what paths remember on disk, a moment after it changed. */
export class PathMemoryKeeper {
  readonly #store: PathStore
  readonly #log: AgentLog
  readonly #now: () => PathMemory | undefined
  readonly #soon: PutOff
  #last: PathMemory | undefined
  #isOld = false
  #saving: Promise<void> | undefined
  #problem: string | null = null

  constructor(
    options: Pick<AgentOptions, 'timers' | 'clock'> & {
      readonly store: PathStore
      readonly log: AgentLog
      readonly now: () => PathMemory | undefined
    },
  ) {
    const { store, log, now, timers, clock } = options
    this.#store = store
    this.#log = log
    this.#now = now
    this.#soon = new PutOff({ timers, clock, boundMs: SAVE_BOUND_MS, deed: () => void this.#save() })
  }

  /** What was read or written last. */
  get last(): PathMemory | undefined {
    return this.#last
  }

  async load(): Promise<void> {
    const loaded = await this.#store.load()
    if (E.isRight(loaded)) this.#last = loaded.right
    else
      this.#log.warn({ reason: loaded.left.reason }, 'what paths remember could not be read; they begin as configured')
  }

  noteChanged(): void {
    this.#isOld = true
    this.#soon.want(SAVE_AFTER_MS)
  }

  async close(): Promise<void> {
    this.#soon.cancel()
    await this.#save()
  }

  async #save(): Promise<void> {
    await this.#saving
    if (!this.#isOld) return
    this.#saving = this.#write()
    await this.#saving
  }

  async #write(): Promise<void> {
    const memory = this.#now()
    this.#isOld = false
    if (memory === undefined) return
    this.#last = memory
    const saved = await this.#store.save(memory)
    const problem = E.isLeft(saved) ? saved.left.reason : null
    if (problem !== null) this.#isOld = true
    if (problem !== null && problem !== this.#problem)
      this.#log.error(
        { reason: problem },
        'what paths remember could not be saved; a restart would begin with older paths',
      )
    this.#problem = problem
  }
}
