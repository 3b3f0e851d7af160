import { type EventLog, networkId, type RecordedEvent } from '@meshfold/core'
import { createInMemoryEventLog } from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.js'
import { contextOf, createMesh, createNetwork } from '../../test/support/mesh-commands.js'
import { silentLog } from '../server-log.js'
import type { UnstampedCommand } from './command-answer.js'
import { EventDescriptions } from './event-descriptions.js'
import { MeshService } from './mesh-service.js'

const stream = 'mesh-1'

let clock: ManualClock
let log: EventLog
/** From which revision, and how many events at most. */
let reads: [number, number][]
let service: MeshService
let descriptions: EventDescriptions

beforeEach(async () => {
  clock = new ManualClock()
  log = createInMemoryEventLog()
  reads = []
  const shared = { stream, timers: clock.timers }
  const started = await MeshService.start({ ...shared, log, clock, crypto: nodeCrypto, serverLog: silentLog })
  if (E.isLeft(started)) throw new Error('no service')
  service = started.right
  descriptions = freshDescriptions()
  await submit(createMesh)
})
afterEach(async () => {
  descriptions.close()
  await service.close()
})

const freshDescriptions = (): EventDescriptions => {
  const counting: EventLog = {
    ...log,
    read: (name, options) => {
      reads.push([options.fromRevision, options.maxCount])
      return log.read(name, options)
    },
  }
  return new EventDescriptions({ log: counting, stream, service, timers: clock.timers })
}

const submit = async (command: UnstampedCommand) => {
  const answer = await service.submit(command, contextOf())
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
}

const rename = (name: string) =>
  submit({ type: 'UpdateNetwork', networkId: networkId('net-one'), name } as UnstampedCommand)

const pageFrom = async (fromRevision: number, maxCount = 1000): Promise<readonly RecordedEvent[]> => {
  const page = await log.read(stream, { fromRevision, maxCount })
  if (E.isLeft(page)) throw new Error(page.left.code)
  return page.right
}

const linesFrom = async (fromRevision: number, maxCount?: number): Promise<readonly string[]> => {
  const lines = await descriptions.of(await pageFrom(fromRevision, maxCount))
  if (E.isLeft(lines)) throw new Error(lines.left.code)
  return lines.right
}

describe('events are described', () => {
  it('with the names that held when they happened', async () => {
    await submit(createNetwork('one', 1))
    await rename('two')
    await rename('three')
    await submit({ type: 'RemoveNetwork', networkId: networkId('net-one'), evenWithNodes: false })
    const expected = [
      '"one"',
      'Network "one" is now: name "two"',
      'Network "two" is now: name "three"',
      '"three" was removed',
    ]
    const words = expected.map((text) => expect.stringContaining(text))
    expect((await linesFrom(0)).slice(1)).toEqual(words)
    for (const from of [4, 3, 2, 1]) expect(await linesFrom(from)).toEqual(words.slice(from - 1))
  })

  it('page after page, by reading on', async () => {
    await submit(createNetwork('one', 1))
    for (let i = 0; i < 200; i += 1) await rename(`n${i + 1}`)
    descriptions.close()
    // Nothing of the last steps is at hand, as after a start.
    descriptions = freshDescriptions()
    expect((await linesFrom(100, 20))[0]).toContain('"n98" is now: name "n99"')
    expect(reads).toEqual([[0, 100]])
    expect((await linesFrom(120, 20))[0]).toContain('"n118" is now: name "n119"')
    expect((await linesFrom(100, 20))[0]).toContain('"n98" is now: name "n99"')
    expect(reads).toEqual([[0, 100]])
    // What is kept for those who read on is not kept for ever.
    clock.advance(60_000)
    expect((await linesFrom(140, 1))[0]).toContain('"n138" is now: name "n139"')
    expect(reads).toEqual([
      [0, 100],
      [0, 140],
    ])
  })

  it('to those who follow, without reading anything again', async () => {
    await submit(createNetwork('one', 1))
    for (let i = 0; i < 20; i += 1) await rename(`n${i}`)
    for (let revision = 2; revision < 22; revision += 1) {
      const line = revision === 2 ? '"one" is now: name "n0"' : `"n${revision - 3}" is now: name "n${revision - 2}"`
      expect(await linesFrom(revision, 1)).toEqual([expect.stringContaining(line)])
    }
    expect(reads).toEqual([])
  })

  it('for several at once', async () => {
    await submit(createNetwork('one', 1))
    await rename('two')
    await rename('three')
    const [all, last] = await Promise.all([linesFrom(1), linesFrom(3)])
    expect(last).toEqual(all.slice(2))
  })
})
