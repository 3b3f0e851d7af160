import {
  decodeMeshEvent,
  type EventLog,
  evolveAll,
  type MeshEvent,
  type MeshState,
  type RecordedEvent,
  startReplay,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AdvanceError } from './mesh-history.js'
import { type RebuildError, readPages } from './rebuild-history.js'

/** A replay works on a copy of the state it begins with; fewer events than these are quicker without. */
const COPYING_PAYS = 5000

/** The mesh as it was right after a revision, from an earlier state. Reads the events between, page by page, and no more. */
export const stateAfter = async (
  log: EventLog,
  stream: string,
  earlier: MeshState,
  revision: number,
): Promise<E.Either<RebuildError, MeshState>> => {
  const replaying = revision - earlier.revision > COPYING_PAYS ? startReplay(earlier) : undefined
  let state = earlier
  const read = await readPages(log, stream, earlier.revision + 1, revision + 1, (page) => {
    const events = decodePage(page)
    if (E.isLeft(events)) return events
    if (replaying === undefined) state = evolveAll(state, events.right)
    else for (const event of events.right) replaying.apply(event)
    return E.right(undefined)
  })
  if (E.isLeft(read)) return read
  return E.right(replaying === undefined ? state : replaying.finish())
}

/** The events after one revision, until another. */
export const eventsAfter = async (
  log: EventLog,
  stream: string,
  after: number,
  until: number,
): Promise<E.Either<RebuildError, readonly MeshEvent[]>> => {
  const pages: (readonly MeshEvent[])[] = []
  const read = await readPages(log, stream, after + 1, until + 1, (page) => {
    const events = decodePage(page)
    if (E.isRight(events)) pages.push(events.right)
    return E.isLeft(events) ? events : E.right(undefined)
  })
  return E.isLeft(read) ? read : E.right(pages.flat())
}

const decodePage = (page: readonly RecordedEvent[]): E.Either<AdvanceError, readonly MeshEvent[]> => {
  const events: MeshEvent[] = []
  for (const { revision, envelope } of page) {
    const event = decodeMeshEvent(envelope)
    if (E.isLeft(event)) return E.left({ code: 'event-unreadable', unreadable: { revision, error: event.left } })
    events.push(event.right)
  }
  return E.right(events)
}

/** The newest of some states that is no newer than a revision; `undefined`: all are. */
export const newestUntil = (states: readonly MeshState[], revision: number): MeshState | undefined =>
  states
    .filter((state) => state.revision <= revision)
    .reduce<MeshState | undefined>(
      (best, state) => (best === undefined || state.revision > best.revision ? state : best),
      undefined,
    )
