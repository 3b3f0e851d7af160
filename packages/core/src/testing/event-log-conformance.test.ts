import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { brokenAppends } from './event-log-conformance/broken-logs/broken-appends.js'
import { brokenEnds } from './event-log-conformance/broken-logs/broken-ends.js'
import { brokenReads } from './event-log-conformance/broken-logs/broken-reads.js'
import { brokenRetries } from './event-log-conformance/broken-logs/broken-retries.js'
import { brokenSubscriptions } from './event-log-conformance/broken-logs/broken-subscriptions.js'
import { sharedUnderTest } from './event-log-conformance/shared-in-memory-log.js'
import { type EventLogCapabilities, type EventLogUnderTest, eventLogConformance } from './event-log-conformance.js'
import { createInMemoryEventLog } from './in-memory-event-log.js'

const everything: EventLogCapabilities = {
  survivesReopen: true,
  sharedBetweenInstances: true,
  refusesReusedEventIds: true,
}

const inMemory: EventLogCapabilities = { ...everything, survivesReopen: false, sharedBetweenInstances: false }

const createInMemory = async (): Promise<EventLogUnderTest> => {
  const log = createInMemoryEventLog()
  return { log, dispose: () => log.close() }
}

/** Collects the cases instead of running them: the runner is the kit's parameter, so its tests can be one. */
function casesOf(createLog: () => Promise<EventLogUnderTest>, capabilities: EventLogCapabilities) {
  const cases = new Map<string, () => Promise<void>>()
  eventLogConformance({
    describe: (_name, body) => body(),
    test: (name, body) => void cases.set(name, body),
    createLog,
    capabilities,
    sleep,
    patienceMs: 60,
    quietMs: 10,
  })
  return cases
}

const hangs = async () => {
  await sleep(1000)
  throw new Error('hangs')
}

describe('a right log passes: in memory', () => {
  eventLogConformance({ describe, test, sleep, quietMs: 5, capabilities: inMemory, createLog: createInMemory })
})

describe('a right log passes: in memory, with a storage that outlives the log', () => {
  eventLogConformance({ describe, test, sleep, quietMs: 5, capabilities: everything, createLog: sharedUnderTest })
})

describe('a broken log fails: it', () => {
  const all = [...brokenAppends, ...brokenRetries, ...brokenReads, ...brokenSubscriptions, ...brokenEnds]
  test.each(all)('$fault', async ({ caughtBy, spoil }) => {
    const body = casesOf(() => sharedUnderTest(spoil), everything).get(caughtBy)
    if (body === undefined) throw new Error(`no such case: ${caughtBy}`)
    const failure: unknown = await Promise.race([body(), hangs()]).catch((thrown: unknown) => thrown)
    // A plain Error is what the kit throws; a TypeError would be a slip in the broken log itself.
    expect((failure as Error | undefined)?.constructor).toBe(Error)
  })

  test('forgets when closed', async () => {
    const createLog = async () => ({ ...(await sharedUnderTest()), reopen: async () => createInMemoryEventLog() })
    const body = casesOf(createLog, everything).get(
      'opened again, it holds everything, knows repeated appends and goes on',
    )
    await expect(body?.()).rejects.toThrow('event')
  })
})

describe('capabilities', () => {
  const declaration = 'match what the log under test offers'

  test('leave out what the log can not do, and nothing else', () => {
    const names = (capabilities: EventLogCapabilities) => [...casesOf(createInMemory, capabilities).keys()]
    const left = names(everything).filter((name) => !names(inMemory).includes(name))
    expect(left.filter((name) => !/instance|opened again|part of a batch/.test(name))).toEqual([])
    expect(left.length).toBeGreaterThan(7)
  })

  test.each<[string, Partial<EventLogCapabilities>]>([
    ['survivesReopen', { survivesReopen: false }],
    ['sharedBetweenInstances', { sharedBetweenInstances: false }],
  ])('may not be kept quiet about: %s', async (name, change) => {
    await expect(casesOf(sharedUnderTest, { ...everything, ...change }).get(declaration)?.()).rejects.toThrow(name)
    await expect(casesOf(createInMemory, everything).get(declaration)?.()).rejects.toThrow('must be true exactly when')
  })

  test('may not be kept quiet about: refusesReusedEventIds', async () => {
    const body = casesOf(createInMemory, { ...inMemory, refusesReusedEventIds: false }).get(
      'an id that the stream holds already is taken again, as declared',
    )
    await expect(body?.()).rejects.toThrow('declare refusesReusedEventIds')
  })
})

test('a failed case disposes of its log, and says what was wrong', async () => {
  let disposed = 0
  const createLog = async () => {
    const underTest = await sharedUnderTest(brokenAppends[0]?.spoil)
    const dispose = async () => {
      disposed += 1
    }
    return { ...underTest, dispose }
  }
  const body = casesOf(createLog, everything).get('events come back as they were appended, in order, numbered from 0')
  await expect(body?.()).rejects.toThrow(/events in order: expected \["0 event-0".*, got/)
  expect(disposed).toBe(1)
})
