import { decodeMeshEvent, type EventLog, type EventLogError, type RecordedEvent, startReplay } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type AdvanceError, MeshHistory } from './mesh-history.js'
import type { UnreadableEvent } from './recorded-events.js'

/** So many events before the head are taken as if they happened now, so that agents that kept up get patches. */
const LIVE_TAIL_EVENTS = 2000

const EVENTS_PER_PAGE = 2000

export type RebuildError = EventLogError | AdvanceError

/**
 * The mesh from its log: page by page on a private state, which is fast, and the last events one command at a time, which fills
 * the ring of changes.
 */
export const rebuildHistory = async (log: EventLog, stream: string): Promise<E.Either<RebuildError, MeshHistory>> => {
  const head = await log.headRevision(stream)
  if (E.isLeft(head)) return head
  const replaying = startReplay()
  const replayed = await readPages(log, stream, 0, Math.max(0, head.right + 1 - LIVE_TAIL_EVENTS), (page) => {
    for (const recorded of page) {
      const event = decodeMeshEvent(recorded.envelope)
      if (E.isLeft(event)) return unreadable({ revision: recorded.revision, error: event.left })
      replaying.apply(event.right)
    }
    return E.right(undefined)
  })
  if (E.isLeft(replayed)) return replayed
  const history = new MeshHistory(replaying.finish())
  const caughtUp = await readOn(log, stream, history)
  return E.isLeft(caughtUp) ? caughtUp : E.right(history)
}

/** Brings a history up to what the log holds now. */
export const readOn = (log: EventLog, stream: string, history: MeshHistory): Promise<E.Either<RebuildError, void>> =>
  readPages(log, stream, history.state.revision + 1, Number.POSITIVE_INFINITY, (page) => history.advance(page))

/** Hands over pages of the events from one revision up to, not including, another, or up to the head. */
export const readPages = async (
  log: EventLog,
  stream: string,
  fromRevision: number,
  endRevision: number,
  take: (page: readonly RecordedEvent[]) => E.Either<AdvanceError, void>,
): Promise<E.Either<RebuildError, void>> => {
  for (let next = fromRevision; next < endRevision; ) {
    const maxCount = Math.min(EVENTS_PER_PAGE, endRevision - next)
    const page = await log.read(stream, { fromRevision: next, maxCount })
    if (E.isLeft(page)) return page
    const taken = take(page.right)
    if (E.isLeft(taken)) return taken
    if (page.right.length < maxCount) break
    next += page.right.length
  }
  return E.right(undefined)
}

const unreadable = (event: UnreadableEvent): E.Either<AdvanceError, never> =>
  E.left({ code: 'event-unreadable', unreadable: event })

/** Why a mesh could not be made from its log, in English. */
export const describeRebuildError = (error: RebuildError): string => {
  switch (error.code) {
    case 'event-unreadable':
      return `revision ${error.unreadable.revision}: ${error.unreadable.error.message}`
    case 'events-missing':
      return `revision ${error.expectedRevision} is missing: the log goes on at ${error.revision}`
    case 'event-log-corrupt':
      return `revision ${error.revision}: ${error.reason}`
    case 'event-log-unavailable':
      return error.reason
    case 'event-log-closed':
      return 'the event log is closed'
    case 'wrong-expected-revision':
      return `expected revision ${error.expectedRevision}, found ${error.actualRevision}`
  }
}
