/** The mesh as it was: at a revision, or at a time. */
import {
  type CancelTimer,
  type EventLog,
  emptyMeshState,
  type MeshEvent,
  type MeshState,
  type Timers,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { MeshService } from './mesh-service.js'
import { describeRebuildError, type RebuildError } from './rebuild-history.js'
import { eventsAfter, newestUntil, stateAfter } from './state-after.js'

export interface PastStatesOptions {
  readonly log: EventLog
  readonly stream: string
  readonly service: MeshService
  readonly timers: Timers
  readonly nowEpochMs: () => number
}

/** A place in a mesh's history: right after the event of a revision, or as it was at a time. */
export type PointInTime = { readonly revision: number } | { readonly atEpochMs: number }

/** Why there is no state to show. */
export type PastStateError =
  | { readonly code: 'revision-ahead'; readonly revision: number; readonly headRevision: number }
  | { readonly code: 'time-ahead'; readonly nowEpochMs: number }
  | { readonly code: 'time-before-mesh'; readonly beganAtEpochMs: number }
  | { readonly code: 'event-log-unavailable'; readonly reason: string }

/** Who looks at the past goes on looking there: through pages, or at the other end of a difference. */
const [KEPT_STATES, KEEP_MS] = [2, 30_000]

export class PastStates {
  readonly #options: PastStatesOptions
  #kept: readonly MeshState[] = []
  #forget: CancelTimer = () => {}
  #isClosed = false

  constructor(options: PastStatesOptions) {
    this.#options = options
  }

  /** `undefined`: as it is now. */
  async at(point: PointInTime | undefined): Promise<E.Either<PastStateError, MeshState>> {
    const { state: newest } = this.#options.service
    if (point === undefined) return E.right(newest)
    const revision = await this.#revisionAt(point, newest)
    if (E.isLeft(revision)) return revision
    return revision.right === newest.revision ? E.right(newest) : this.#after(revision.right)
  }

  /** What happened after one revision and until another, which is no earlier. */
  async eventsBetween(after: number, until: number): Promise<E.Either<PastStateError, readonly MeshEvent[]>> {
    const { log, stream } = this.#options
    const events = await eventsAfter(log, stream, after, until)
    return E.isLeft(events) ? unavailable(events.left) : events
  }

  close(): void {
    this.#isClosed = true
    this.#forget()
    this.#kept = []
  }

  async #revisionAt(point: PointInTime, newest: MeshState): Promise<E.Either<PastStateError, number>> {
    const headRevision = newest.revision
    if ('revision' in point)
      return point.revision <= headRevision
        ? E.right(point.revision)
        : E.left({ code: 'revision-ahead', revision: point.revision, headRevision })
    const nowEpochMs = this.#options.nowEpochMs()
    if (point.atEpochMs >= newest.lastEventAtEpochMs)
      return point.atEpochMs > Math.max(nowEpochMs, newest.lastEventAtEpochMs)
        ? E.left({ code: 'time-ahead', nowEpochMs })
        : E.right(headRevision)
    const beganAtEpochMs = newest.mesh?.createdAtEpochMs ?? newest.lastEventAtEpochMs
    return point.atEpochMs < beganAtEpochMs
      ? E.left({ code: 'time-before-mesh', beganAtEpochMs })
      : this.#lastUntil(point.atEpochMs, headRevision)
  }

  /** Event time never runs backwards: a look at a few events finds the last one that isn't later. The first isn't. */
  async #lastUntil(atEpochMs: number, headRevision: number): Promise<E.Either<PastStateError, number>> {
    let [until, after] = [0, headRevision]
    while (after - until > 1) {
      const middle = Math.floor((until + after) / 2)
      const time = await this.#timeOf(middle)
      if (E.isLeft(time)) return time
      if (time.right <= atEpochMs) until = middle
      else after = middle
    }
    return E.right(until)
  }

  async #timeOf(revision: number): Promise<E.Either<PastStateError, number>> {
    const { log, stream } = this.#options
    const page = await log.read(stream, { fromRevision: revision, maxCount: 1 })
    if (E.isLeft(page)) return unavailable(page.left)
    const [recorded] = page.right
    return recorded === undefined
      ? unavailable({ code: 'events-missing', expectedRevision: revision, revision: revision + 1 })
      : E.right(recorded.envelope.metadata.recordedAtEpochMs)
  }

  async #after(revision: number): Promise<E.Either<PastStateError, MeshState>> {
    const { log, stream } = this.#options
    const earlier = newestUntil(this.#kept, revision) ?? emptyMeshState()
    const state = await stateAfter(log, stream, earlier, revision)
    if (E.isLeft(state)) return unavailable(state.left)
    this.#keep(state.right)
    return state
  }

  #keep(state: MeshState): void {
    this.#forget()
    if (this.#isClosed) return
    const others = this.#kept.filter(({ revision }) => revision !== state.revision)
    this.#kept = [state, ...others].slice(0, KEPT_STATES)
    this.#forget = this.#options.timers.after(KEEP_MS, () => {
      this.#kept = []
    })
  }
}

const unavailable = (error: RebuildError): E.Either<PastStateError, never> =>
  E.left({ code: 'event-log-unavailable', reason: describeRebuildError(error) })
