import type { EventEnvelope } from '../../event-format/event-envelope.js'
import type { EventLog, EventLogError, EventSubscription, RecordedEvent } from '../../ports/event-log.js'
import { assertRecorded, assertSame, assertThat, stream } from './assertions.js'
import type { CaseContext } from './conformance-case.js'

/** A subscription that writes down what it is given. */
export interface Collector {
  readonly events: readonly RecordedEvent[]
  readonly errors: readonly EventLogError[]
  readonly subscription: EventSubscription
  /** Waits for that many events, watches that no more come, and checks all of them. */
  readonly receives: (expected: readonly EventEnvelope[], fromRevision?: number) => Promise<void>
}

/** How to collect: from which log and stream, where to start, and what the listener does with each delivery. */
export interface CollectOptions {
  readonly log?: EventLog
  readonly from?: number
  readonly of?: string
  readonly onEvents?: (events: readonly RecordedEvent[]) => Promise<unknown> | undefined
}

/** Subscribes. Deliveries that overlap, hold nothing or come out of order fail the case at `receives`. */
export function collect({ log: defaultLog, until, quiet }: CaseContext, options: CollectOptions = {}): Collector {
  const { log = defaultLog, from = 0, of = stream, onEvents } = options
  const events: RecordedEvent[] = []
  const errors: EventLogError[] = []
  let underway = 0
  let overlaps = 0
  let empties = 0

  const subscription = log.subscribe(of, from, {
    onEvents: async (delivered) => {
      underway += 1
      if (underway > 1) overlaps += 1
      if (delivered.length === 0) empties += 1
      events.push(...delivered)
      await onEvents?.(delivered)
      underway -= 1
    },
    onError: (error) => errors.push(error),
  })

  const receives = async (expected: readonly EventEnvelope[], fromRevision = from) => {
    await until(
      `${expected.length} events, got ${events.length}`,
      () => events.length >= expected.length || errors.length > 0,
    )
    await quiet()
    assertSame(errors, [], 'errors of the subscription')
    assertRecorded(events, expected, fromRevision)
    assertThat(overlaps === 0, `onEvents was called ${overlaps} times before its promise had settled`)
    assertThat(empties === 0, 'onEvents was called with nothing')
  }

  return { events, errors, subscription, receives }
}
