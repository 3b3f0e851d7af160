import type { Either } from 'fp-ts/lib/Either.js'
import type { EventEnvelope } from '../event-format/event-envelope.js'

/**
 * Where events are kept, in order, for ever. One stream holds one mesh.
 *
 * Revisions count from 0 inside a stream and have no gaps. An empty or unknown stream has revision -1. Once `append` has
 * answered with a success, the events survive a crash of the process and of the machine (as far as the adapter's medium allows).
 */
export interface EventLog {
  /**
   * Adds the events behind `expectedRevision`, all of them or none.
   *
   * The same append again (same ids at the same place) is a success with the same answer, however often: a lost reply costs
   * nothing. Anything else that finds the stream past `expectedRevision` is `wrong-expected-revision`. An empty list answers
   * the current revision when it equals `expectedRevision`.
   */
  append(
    stream: string,
    expectedRevision: number,
    events: readonly EventEnvelope[],
  ): Promise<Either<EventLogError, AppendedEvents>>

  /** At most `maxCount` events from `fromRevision` (included) upwards. Fewer only at the head of the stream. */
  read(
    stream: string,
    options: { readonly fromRevision: number; readonly maxCount: number },
  ): Promise<Either<EventLogError, readonly RecordedEvent[]>>

  /** The revision of the newest event, -1 when there is none. */
  headRevision(stream: string): Promise<Either<EventLogError, number>>

  /**
   * Hands over every event from `fromRevision` on, those already there first, each once, in order, whoever wrote it (other
   * processes too). `onEvents` is not called again before its promise has settled; a listener that takes its time holds up
   * neither the log nor other subscriptions.
   *
   * A failure ends the subscription, and this one alone, through one call of `onError`: of the log (`event-log-unavailable`,
   * `event-log-corrupt`), or of the listener, whose `onEvents` threw or rejected (`event-log-unavailable`, with its words in
   * `reason`). What that call had been given counts as not taken: subscribe again from the last revision that was dealt with.
   * On a log that is closed already, `onError` is called with `event-log-closed`. Neither function is called from inside
   * `subscribe`.
   */
  subscribe(
    stream: string,
    fromRevision: number,
    listener: {
      readonly onEvents: (events: readonly RecordedEvent[]) => Promise<void> | void
      readonly onError: (error: EventLogError) => void
    },
  ): EventSubscription

  /**
   * Ends subscriptions, without a call to their listeners, and frees what the log holds. It waits for appends under way, each
   * of which gets a true answer: written, or `event-log-closed` and not written. It doesn't wait for an `onEvents` under way, so
   * a listener may await it. Calling it twice is fine; any other call after it answers `event-log-closed`.
   */
  close(): Promise<void>
}

/** An event as the log holds it: what was appended, and where it stands. */
export interface RecordedEvent {
  readonly revision: number
  readonly envelope: EventEnvelope
}

/** `headRevision` is the revision of the last event of this append. */
export interface AppendedEvents {
  readonly headRevision: number
}

/**
 * Stops a subscription: neither `onEvents` nor `onError` is called after the promise has settled. It doesn't wait for an
 * `onEvents` under way, so a listener may await it. Calling it twice, or after the subscription has ended, is fine.
 */
export interface EventSubscription {
  /** Resolves when nothing is called any more. */
  readonly stop: () => Promise<void>
}

/** Why a log did not do as asked. */
export type EventLogError =
  | { readonly code: 'wrong-expected-revision'; readonly expectedRevision: number; readonly actualRevision: number }
  /** The medium is busy or unreachable; nothing was written; the same call may succeed later. */
  | { readonly code: 'event-log-unavailable'; readonly reason: string }
  /** What is stored can't be read as an event. Nothing after it is handed over. */
  | { readonly code: 'event-log-corrupt'; readonly revision: number; readonly reason: string }
  | { readonly code: 'event-log-closed' }
