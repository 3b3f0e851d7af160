import * as E from 'fp-ts/lib/Either.js'
import { appended, assertSame, assertStreamHolds, left, sampleEvents, stream } from './assertions.js'
import { collect } from './collector.js'
import type { EventLogCase } from './conformance-case.js'

/** What a closed log says, and what it leaves behind. */
export const closeCases: readonly EventLogCase[] = [
  {
    name: 'every call after closing is answered with event-log-closed',
    run: async (context) => {
      const { log } = context
      await appended(log, -1, sampleEvents(0, 0))
      await log.close()
      left(await log.append(stream, 0, sampleEvents(1, 1)), 'event-log-closed', 'append')
      left(await log.append(stream, -1, sampleEvents(0, 0)), 'event-log-closed', 'repeated append')
      left(await log.append(stream, 0, []), 'event-log-closed', 'empty append')
      left(await log.read(stream, { fromRevision: 0, maxCount: 1 }), 'event-log-closed', 'read')
      left(await log.headRevision(stream), 'event-log-closed', 'head revision')
      const late = collect(context)
      await context.until('onError of a late subscription', () => late.errors.length > 0)
      assertSame(late.errors, [{ code: 'event-log-closed' }], 'errors')
      await late.subscription.stop()
    },
  },
  {
    name: 'closing twice, also at once, is fine',
    run: async ({ log }) => {
      await Promise.all([log.close(), log.close()])
      await log.close()
    },
  },
  {
    name: 'closing ends subscriptions without a call to their listeners',
    run: async (context) => {
      const { log } = context
      const collector = collect(context)
      await appended(log, -1, sampleEvents(0, 2))
      await context.until('the events', () => collector.events.length >= 3)
      await log.close()
      await collector.subscription.stop()
      await collector.receives(sampleEvents(0, 2))
    },
  },
  {
    name: 'closing from inside a listener does not wait for itself',
    run: async (context) => {
      const collector = collect(context, { onEvents: () => context.log.close() })
      await appended(context.log, -1, sampleEvents(0, 0))
      await context.until('the delivery', () => collector.events.length > 0)
      await context.log.close()
      assertSame(collector.errors, [], 'errors')
    },
  },
  {
    name: 'an append underway while closing is answered, and the answer is true',
    run: async ({ log, survivesReopen, reopen }) => {
      const calls = [log.append(stream, -1, sampleEvents(0, 2)), log.append('mesh-b', -1, sampleEvents(5, 5))]
      const [, ...outcomes] = await Promise.all([log.close(), ...calls])
      for (const outcome of outcomes) if (E.isLeft(outcome)) left(outcome, 'event-log-closed', 'append underway')
      if (!survivesReopen) return
      const [first, second] = outcomes.map(E.isRight)
      const reopened = await reopen()
      await assertStreamHolds(reopened, first === true ? sampleEvents(0, 2) : [])
      await assertStreamHolds(reopened, second === true ? sampleEvents(5, 5) : [], 'mesh-b')
    },
  },
  {
    name: 'opened again, it holds everything, knows repeated appends and goes on',
    needs: 'survivesReopen',
    run: async (context) => {
      await appended(context.log, -1, sampleEvents(0, 4))
      await appended(context.log, -1, sampleEvents(7, 8), 'mesh-other')
      await context.log.close()
      const log = await context.reopen()
      await assertStreamHolds(log, sampleEvents(0, 4))
      await assertStreamHolds(log, sampleEvents(7, 8), 'mesh-other')
      assertSame(await appended(log, -1, sampleEvents(0, 4)), { headRevision: 4 }, 'repeated append')
      left(await log.append(stream, 3, sampleEvents(90, 90)), 'wrong-expected-revision', 'append behind 3')
      await appended(log, 4, sampleEvents(5, 5))
      await collect({ ...context, log }, { from: 3 }).receives(sampleEvents(3, 5))
    },
  },
]
