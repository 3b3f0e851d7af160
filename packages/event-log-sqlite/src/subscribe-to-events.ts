import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventLog, EventLogError, EventSubscription } from '@meshfold/core'
import type { ChangeSignal } from './change-signal.js'
import { type ReadContext, readPage } from './read-events.js'

/** What the port's `subscribe` is given. */
export type EventListener = Parameters<EventLog['subscribe']>[2]

/** Reads on from `fromRevision` and hands over page by page; at the head it waits for the signal. */
export function subscribeToEvents(
  context: ReadContext,
  signal: ChangeSignal,
  stream: string,
  fromRevision: number,
  listener: EventListener,
): EventSubscription {
  let isStopped = false
  const isOver = () => isStopped || context.isClosed()

  const fail = (error: EventLogError) => {
    if (isOver()) return
    isStopped = true
    listener.onError(error)
  }

  const deliver = async () => {
    let next = Math.max(0, Math.ceil(fromRevision))
    while (!isOver()) {
      const seen = signal.count()
      const { events, error } = await readPage(context, stream, next)
      if (isOver()) return
      if (events.length > 0) await listener.onEvents(events)
      if (error !== undefined) return fail(error)
      next += events.length
      // Also after a delivery: a listener that answers at once must not keep everything else from running.
      await (events.length > 0 ? nextTurn() : signal.changedSince(seen))
    }
  }

  const start = async () => {
    // Never from inside `subscribe`: the caller has no subscription to stop yet.
    await nextTurn()
    if (context.isClosed() && !isStopped) return listener.onError({ code: 'event-log-closed' })
    await deliver()
  }

  start().catch((thrown: unknown) => fail({ code: 'event-log-unavailable', reason: `the listener failed: ${thrown}` }))
  return {
    stop: async () => {
      isStopped = true
      signal.notify()
    },
  }
}
