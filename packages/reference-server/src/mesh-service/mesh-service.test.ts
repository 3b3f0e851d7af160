import { type EventLog, largeMapGet, networkId, replay } from '@meshfold/core'
import { createInMemoryEventLog } from '@meshfold/core/testing'
import { nodeCrypto, systemTimers } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, it } from 'vitest'
import { contextOf, createMesh, createNetwork } from '../../test/support/mesh-commands.js'
import { systemClock } from '../compose.js'
import { silentLog } from '../server-log.js'
import type { CommandAnswer, CommandDone } from './command-answer.js'
import { MeshService } from './mesh-service.js'
import { groupByCommand } from './recorded-events.js'

const STREAM = 'mesh-mesh-1'
const open: MeshService[] = []

const start = async (log: EventLog): Promise<MeshService> => {
  const options = { log, stream: STREAM, crypto: nodeCrypto, clock: systemClock, timers: systemTimers }
  const service = await MeshService.start({ ...options, serverLog: silentLog })
  if (E.isLeft(service)) throw new Error(JSON.stringify(service.left))
  open.push(service.right)
  return service.right
}

afterEach(async () => {
  for (const service of open.splice(0)) await service.close()
})

const done = (answer: CommandAnswer): CommandDone => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

/** A log that counts appends, and does something else before one of them. */
const logWith = (before: (append: number) => Promise<void> | void): EventLog & { readonly appends: () => number } => {
  const log = createInMemoryEventLog()
  let appends = 0
  return {
    ...log,
    appends: () => appends,
    append: async (...args) => {
      appends += 1
      await before(appends)
      return log.append(...args)
    },
  }
}

describe('commands', () => {
  it('that come together are decided in order and appended as one batch', async () => {
    const log = logWith(() => {})
    const service = await start(log)
    const answers = await Promise.all([
      service.submit(createMesh, contextOf()),
      ...Array.from({ length: 50 }, (_, i) => service.submit(createNetwork(`n${i}`, i), contextOf())),
    ])
    expect(answers.map((answer) => done(answer).revision)).toEqual(Array.from({ length: 51 }, (_, i) => i))
    expect(log.appends()).toBe(1)
  })

  it('that are refused leave the others alone', async () => {
    const service = await start(createInMemoryEventLog())
    const [, first, clash, second] = await Promise.all([
      service.submit(createMesh, contextOf()),
      service.submit(createNetwork('one', 1), contextOf()),
      service.submit({ ...createNetwork('other', 1) }, contextOf()),
      service.submit(createNetwork('two', 2), contextOf()),
    ])
    expect([first, second].map((answer) => E.isRight(answer as CommandAnswer))).toEqual([true, true])
    expect(clash).toMatchObject({ left: { code: 'range-overlaps' } })
    expect(service.state.revision).toBe(2)
  })

  it('that come twice under one id are carried out once, and get the same answer', async () => {
    const service = await start(createInMemoryEventLog())
    await service.submit(createMesh, contextOf())
    const context = contextOf('again')
    const [one, two] = await Promise.all([
      service.submit(createNetwork('one', 1), context),
      service.submit(createNetwork('one', 1), context),
    ])
    const three = await service.submit(createNetwork('one', 1), context)
    expect(two).toEqual(one)
    expect(three).toEqual(one)
    expect(service.state.revision).toBe(1)
  })

  it('that were refused are refused again under the same id', async () => {
    const service = await start(createInMemoryEventLog())
    const early = await service.submit(createNetwork('one', 1), contextOf('early'))
    await service.submit(createMesh, contextOf())
    expect(await service.submit(createNetwork('one', 1), contextOf('early'))).toEqual(early)
    expect(early).toMatchObject({ left: { code: 'mesh-unknown' } })
  })

  it('are known by their id after a restart', async () => {
    const log = createInMemoryEventLog()
    const before = await start(log)
    await before.submit(createMesh, contextOf())
    const answer = await before.submit(createNetwork('one', 1), contextOf('known'))
    const after = await start(log)
    expect(await after.submit(createNetwork('one', 1), contextOf('known'))).toEqual(answer)
    expect(after.state).toEqual(before.state)
  })
})

describe('another server on the same log', () => {
  it('may write in between: commands are decided anew on what is there then', async () => {
    let disturb = async () => {}
    const log = logWith((append) => (append === 2 ? disturb() : undefined))
    const service = await start(log)
    await service.submit(createMesh, contextOf())
    const other = await start(log)
    disturb = async () => {
      done(await other.submit(createNetwork('theirs', 7), contextOf()))
    }
    const [mine, clash] = await Promise.all([
      service.submit(createNetwork('mine', 1), contextOf()),
      service.submit(createNetwork('clash', 7), contextOf()),
    ])
    expect(done(mine).revision).toBe(2)
    expect(clash).toMatchObject({ left: { code: 'range-overlaps' } })
    expect(largeMapGet(service.state.networks, networkId('net-theirs'))).toBeDefined()
  })

  it('may have carried out the same command: its answer is found in the log', async () => {
    let disturb = async () => {}
    const log = logWith((append) => (append === 2 ? disturb() : undefined))
    const service = await start(log)
    await service.submit(createMesh, contextOf())
    const other = await start(log)
    disturb = async () => {
      done(await other.submit(createNetwork('same', 1), contextOf('shared')))
    }
    const answer = await service.submit(createNetwork('same', 1), contextOf('shared'))
    expect(done(answer).revision).toBe(1)
    expect(service.state.revision).toBe(1)
  })

  it('is followed', async () => {
    const log = createInMemoryEventLog()
    const [one, two] = [await start(log), await start(log)]
    await one.submit(createMesh, contextOf())
    await one.submit(createNetwork('one', 1), contextOf())
    await expect.poll(() => two.state.revision).toBe(1)
    expect(two.state).toEqual(one.state)
  })
})

describe('the log', () => {
  it('answers a repeat from long ago, which memory has forgotten', async () => {
    const log = createInMemoryEventLog()
    const service = await start(log)
    await service.submit(createMesh, contextOf())
    const context = contextOf('long-ago')
    const network = createNetwork('old', 1)
    const first = await service.submit(network, context)
    // Removed since, so that deciding anew would create it again.
    await service.submit({ type: 'RemoveNetwork', networkId: networkId('net-old'), evenWithNodes: false }, contextOf())
    const forgetful = await start(log)
    for (let i = 0; i < 10_001; i += 1) forgetful.history.answered.addEvents(contextOf(`filler-${i}`).commandId, [], 0)
    const again = await forgetful.submit(network, context)
    expect(done(again).events).toEqual(done(first).events)
    expect(forgetful.state.revision).toBe(2)
  })

  it('may be away for a moment: the same append is tried again', async () => {
    const inner = createInMemoryEventLog()
    let failures = 1
    const log: EventLog = {
      ...inner,
      append: async (...args) =>
        failures-- > 0 ? E.left({ code: 'event-log-unavailable', reason: 'busy' }) : inner.append(...args),
    }
    const service = await start(log)
    expect(E.isRight(await service.submit(createMesh, contextOf()))).toBe(true)
  })

  it('that holds what nobody can read stops the service from taking commands', async () => {
    const log = createInMemoryEventLog()
    const service = await start(log)
    done(await service.submit(createMesh, contextOf('first')))
    const page = await log.read(STREAM, { fromRevision: 0, maxCount: 1 })
    if (E.isLeft(page) || page.right[0] === undefined) throw new Error('nothing there')
    const { envelope } = page.right[0]
    const alien = { ...envelope, eventId: 'alien' as typeof envelope.eventId, type: 'FromTheFuture' }
    await log.append(STREAM, 0, [alien])
    await expect.poll(() => service.health.state).toBe('broken')
    const refused = await service.submit(createNetwork('one', 1), contextOf())
    expect(refused).toMatchObject({ left: { code: 'event-log-unreadable' } })
    expect(
      await MeshService.start({
        log,
        stream: STREAM,
        crypto: nodeCrypto,
        clock: systemClock,
        timers: systemTimers,
        serverLog: silentLog,
      }),
    ).toMatchObject({ left: { code: 'event-unreadable' } })
  })

  it('holds the state: replaying it gives what the service has', async () => {
    const log = createInMemoryEventLog()
    const service = await start(log)
    await service.submit(createMesh, contextOf())
    for (let i = 0; i < 20; i += 1) await service.submit(createNetwork(`n${i}`, i), contextOf())
    const page = await log.read(STREAM, { fromRevision: 0, maxCount: 100 })
    if (E.isLeft(page)) throw new Error(page.left.code)
    const groups = groupByCommand(page.right)
    if (E.isLeft(groups)) throw new Error(groups.left.error.message)
    expect(replay(groups.right.flatMap(({ events }) => events))).toEqual(service.state)
  })
})
