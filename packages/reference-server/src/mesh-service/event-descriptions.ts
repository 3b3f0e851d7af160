/**
 * Events in words of their time: names are those that held when it happened, whatever left or was renamed since. A list begins
 * with a replay up to its first event; what follows goes on from there.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type CancelTimer,
  decodeMeshEvent,
  describeMeshEvent,
  type EventLog,
  emptyMeshState,
  evolve,
  type MeshState,
  type RecordedEvent,
  type Timers,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { MeshService } from './mesh-service.js'
import type { RebuildError } from './rebuild-history.js'
import { newestUntil, stateAfter } from './state-after.js'

export interface EventDescriptionsOptions {
  readonly log: EventLog
  readonly stream: string
  readonly service: MeshService
  readonly timers: Timers
}

/** Followers are told of an event one after the other: the first finds the words, the others take them. */
const KEPT_LINES = 5000
/** Who follows the events hears of them right after they happened. */
const RECENT_STEPS = 32
/** Old states share little with the newest: one is kept only while somebody reads on. */
const KEEP_MS = 30_000
/** Some 10 ms of work in a large mesh; then others have their turn. */
const EVENTS_A_TURN = 100

export class EventDescriptions {
  readonly #options: EventDescriptionsOptions
  readonly #lines = new Map<number, string>()
  /** Before each of the last steps, oldest first. */
  readonly #recent: MeshState[] = []
  /** After the events described last. */
  #reached: MeshState | undefined
  #forget: CancelTimer = () => {}
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false
  readonly #stop: () => void

  constructor(options: EventDescriptionsOptions) {
    this.#options = options
    this.#stop = options.service.onStep(({ before }) => {
      this.#recent.push(before)
      if (this.#recent.length > RECENT_STEPS) this.#recent.shift()
    })
  }

  /** A line for each event, in order; they follow one another in the log. */
  of(page: readonly RecordedEvent[]): Promise<E.Either<RebuildError, readonly string[]>> {
    // One after the other: two replays at once would take no less time, and twice the memory.
    const lines = this.#turn.then(() => this.#describe(page))
    this.#turn = lines.catch(() => {})
    return lines
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
    this.#forget()
  }

  async #describe(page: readonly RecordedEvent[]): Promise<E.Either<RebuildError, readonly string[]>> {
    const [first] = page
    if (first === undefined || page.every(({ revision }) => this.#lines.has(revision)))
      return E.right(page.map(({ revision }) => this.#lines.get(revision) ?? ''))
    const before = await this.#stateAt(first.revision - 1)
    if (E.isLeft(before)) return before
    let state = before.right
    const lines: string[] = []
    for (const { revision, envelope } of page) {
      if (lines.length % EVENTS_A_TURN === EVENTS_A_TURN - 1) await nextTurn()
      const event = decodeMeshEvent(envelope)
      const line = E.isLeft(event) ? event.left.message : describeMeshEvent(event.right, state)
      state = E.isLeft(event) ? { ...state, revision } : evolve(state, event.right)
      lines.push(line)
      this.#keepLine(revision, line)
    }
    this.#keepState(state)
    return E.right(lines)
  }

  /** The mesh as it was right after a revision, from the nearest state before that is at hand. */
  #stateAt(revision: number): Promise<E.Either<RebuildError, MeshState>> {
    const { log, stream, service } = this.#options
    const atHand = [...this.#recent, service.state, ...(this.#reached === undefined ? [] : [this.#reached])]
    return stateAfter(log, stream, newestUntil(atHand, revision) ?? emptyMeshState(), revision)
  }

  #keepLine(revision: number, line: string): void {
    this.#lines.set(revision, line)
    if (this.#lines.size <= KEPT_LINES) return
    const oldest = this.#lines.keys().next()
    if (oldest.done !== true) this.#lines.delete(oldest.value)
  }

  #keepState(state: MeshState): void {
    this.#forget()
    if (this.#isClosed) return
    this.#reached = state
    this.#forget = this.#options.timers.after(KEEP_MS, () => {
      this.#reached = undefined
    })
  }
}
