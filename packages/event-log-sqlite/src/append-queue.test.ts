import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { type AppendQueueOptions, createAppendQueue } from './append-queue.js'
import type { EventColumns } from './event-row.js'
import type { SqliteFailure } from './sqlite-failure.js'
import type { AppendRequest } from './write-appends.js'

const event: EventColumns = ['e-1', 'SampleHappened', 1, '{}', '{}']
const busy: SqliteFailure = { kind: 'busy', reason: 'another process holds the lock' }

function request(expectedRevision: number, events: readonly EventColumns[] = [event]): AppendRequest {
  return { stream: 'mesh-1', expectedRevision, events }
}

/** A queue over a write that fails as told, first to last, and then succeeds. */
function queueWith(failures: readonly SqliteFailure[], options: Partial<AppendQueueOptions> = {}) {
  const groups: number[][] = []
  const left = [...failures]
  let notified = 0
  const write: AppendQueueOptions['write'] = (appends) => {
    groups.push(appends.map(({ expectedRevision }) => expectedRevision))
    const failure = left.shift()
    if (failure !== undefined) return E.left(failure)
    const outcomes = appends.map(({ expectedRevision }) => E.right({ headRevision: expectedRevision + 1 }))
    return E.right({ outcomes, hasWritten: true })
  }
  const onWritten = () => {
    notified += 1
  }
  const queue = createAppendQueue({ write, lockTimeoutMs: 1000, onWritten, ...options })
  return { queue, groups, notified: () => notified }
}

describe('the append queue', () => {
  test('writes what is appended in one turn as one group, in order, and answers each', async () => {
    const { queue, groups, notified } = queueWith([])
    const outcomes = await Promise.all([0, 1, 2, 3].map((n) => queue.append(request(n))))
    expect(groups).toEqual([[0, 1, 2, 3]])
    expect(outcomes).toEqual([1, 2, 3, 4].map((headRevision) => E.right({ headRevision })))
    expect(notified()).toBe(1)
  })

  test('takes an append made the moment another is answered', async () => {
    const { queue, groups } = queueWith([])
    for (let n = 0; n < 100; n += 1) await queue.append(request(n))
    await Promise.all([queue.append(request(100)).then(() => queue.append(request(101))), queue.drained()])
    expect(groups.flat()).toEqual([...Array(102).keys()])
  })

  test('splits a large group, so that one transaction does not stop the process for long', async () => {
    const { queue, groups } = queueWith([])
    const many = new Array<EventColumns>(900).fill(event)
    const large: EventColumns = ['e-1', 'SampleHappened', 1, 'x'.repeat(3_000_000), '{}']
    await Promise.all([0, 1, 2, 3].map((n) => queue.append(request(n, many))))
    await Promise.all([4, 5].map((n) => queue.append(request(n, [large]))))
    await queue.append(request(6, new Array<EventColumns>(5000).fill(event)))
    expect(groups).toEqual([[0, 1], [2, 3], [4], [5], [6]])
  })

  test('tries again while the lock is taken, together with what came meanwhile', async () => {
    const groups: number[][] = []
    let second: Promise<unknown> | undefined
    const { queue } = queueWith([], {
      write: (appends) => {
        groups.push(appends.map(({ expectedRevision }) => expectedRevision))
        second ??= queue.append(request(1))
        if (groups.length < 3) return E.left(busy)
        const outcomes = appends.map(({ expectedRevision }) => E.right({ headRevision: expectedRevision + 1 }))
        return E.right({ outcomes, hasWritten: true })
      },
    })
    expect(await queue.append(request(0))).toEqual(E.right({ headRevision: 1 }))
    expect(await second).toEqual(E.right({ headRevision: 2 }))
    expect(groups).toEqual([[0], [0, 1], [0, 1]])
  })

  test('gives up an append when its time is over, and not those behind it', async () => {
    const failures = new Array<SqliteFailure>(1000).fill(busy)
    const { queue } = queueWith(failures, { lockTimeoutMs: 30 })
    const unavailable = E.left({ code: 'event-log-unavailable', reason: 'another process holds the lock' })
    const started = performance.now()
    const first = queue.append(request(0))
    await sleep(20)
    const second = queue.append(request(1)).then((outcome) => [outcome, performance.now() - started])
    expect(await first).toEqual(unavailable)
    const [outcome, elapsedMs] = await second
    expect(outcome).toEqual(unavailable)
    expect(elapsedMs).toBeGreaterThanOrEqual(49)
  })

  test.each<[SqliteFailure['kind'], object]>([
    ['unavailable', { code: 'event-log-unavailable', reason: 'because' }],
    ['damaged', { code: 'event-log-corrupt', revision: 8, reason: 'because' }],
  ])('answers every append of a group that is %s, and goes on', async (kind, error) => {
    const { queue, notified } = queueWith([{ kind, reason: 'because' }])
    expect(await queue.append(request(7))).toEqual(E.left(error))
    expect(notified()).toBe(0)
    expect(await queue.append(request(7))).toEqual(E.right({ headRevision: 8 }))
  })

  test('a mistake in the program reaches every caller instead of leaving them waiting', async () => {
    let isBroken = true
    const write: AppendQueueOptions['write'] = (appends) => {
      if (isBroken) throw new TypeError('a mistake')
      return E.right({ outcomes: appends.map(() => E.right({ headRevision: 0 })), hasWritten: false })
    }
    const { queue, notified } = queueWith([], { write })
    const outcomes = await Promise.allSettled([queue.append(request(0)), queue.append(request(1))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    isBroken = false
    expect(await queue.append(request(-1))).toEqual(E.right({ headRevision: 0 }))
    expect(notified()).toBe(0)
  })
})
