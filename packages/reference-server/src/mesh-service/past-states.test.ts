import { type EventLog, type MeshState, networkId } from '@meshfold/core'
import { createInMemoryEventLog } from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.js'
import { contextOf, createMesh, createNetwork } from '../../test/support/mesh-commands.js'
import { silentLog } from '../server-log.js'
import type { UnstampedCommand } from './command-answer.js'
import { MeshService } from './mesh-service.js'
import { PastStates, type PointInTime } from './past-states.js'

const stream = 'mesh-1'
const RENAMES = 30

let clock: ManualClock
let log: EventLog
/** From which revision, and how many events at most. */
let reads: [number, number][]
let service: MeshService
let past: PastStates
/** By revision. */
let states: MeshState[]

beforeEach(async () => {
  clock = new ManualClock()
  log = createInMemoryEventLog()
  reads = []
  const shared = { stream, timers: clock.timers }
  const started = await MeshService.start({ ...shared, log, clock, crypto: nodeCrypto, serverLog: silentLog })
  if (E.isLeft(started)) throw new Error('no service')
  service = started.right
  states = []
  await submit(createMesh)
  await submit(createNetwork('one', 1))
  for (let count = 0; count < RENAMES; count += 1) {
    // Some events share their time.
    clock.advance(count % 3 === 0 ? 0 : 1000)
    await submit({ type: 'UpdateNetwork', networkId: networkId('net-one'), name: `n${count}` } as UnstampedCommand)
  }
  clock.advance(60_000)
  past = new PastStates({ ...shared, log: countingLog(), service, nowEpochMs: clock.nowEpochMs })
})
afterEach(async () => {
  past.close()
  await service.close()
})

const countingLog = (): EventLog => ({
  ...log,
  read: (name, options) => {
    reads.push([options.fromRevision, options.maxCount])
    return log.read(name, options)
  },
})

const submit = async (command: UnstampedCommand) => {
  const answer = await service.submit(command, contextOf())
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  states.push(service.state)
}

const stateAt = async (point: PointInTime | undefined): Promise<MeshState> => {
  const state = await past.at(point)
  if (E.isLeft(state)) throw new Error(state.left.code)
  return state.right
}

describe('past states', () => {
  it('are those that there were, at every revision', async () => {
    for (const revision of [...states.keys()].reverse()) expect(await stateAt({ revision })).toEqual(states[revision])
    for (const revision of states.keys()) expect(await stateAt({ revision })).toEqual(states[revision])
  })

  it('are at a time those after the last event that is no later', async () => {
    for (const { lastEventAtEpochMs } of states)
      for (const atEpochMs of [lastEventAtEpochMs, lastEventAtEpochMs + 999]) {
        const last = states.filter((state) => state.lastEventAtEpochMs <= atEpochMs).at(-1)
        expect((await stateAt({ atEpochMs })).revision).toBe(last?.revision)
      }
  })

  it('are read up to their revision and no further, in a few looks for a time', async () => {
    await stateAt({ revision: 10 })
    expect(reads).toEqual([[0, 11]])
    reads = []
    const time = states[20]?.lastEventAtEpochMs ?? 0
    const { revision } = await stateAt({ atEpochMs: time })
    expect(reads.length).toBeLessThan(8)
    // Those from the state at hand on, and no more.
    expect(reads.at(-1)).toEqual([11, revision - 10])
  })

  it('are at hand for half a minute, two of them', async () => {
    await stateAt({ revision: 5 })
    await stateAt({ revision: 15 })
    reads = []
    expect((await stateAt({ revision: 15 })).revision).toBe(15)
    expect((await stateAt({ revision: 5 })).revision).toBe(5)
    expect(reads).toEqual([])
    clock.advance(30_001)
    await stateAt({ revision: 5 })
    expect(reads).toEqual([[0, 6]])
  })

  it('of now need no reading', async () => {
    expect(await stateAt(undefined)).toBe(service.state)
    expect(await stateAt({ revision: service.state.revision })).toBe(service.state)
    expect(await stateAt({ atEpochMs: clock.nowEpochMs() })).toBe(service.state)
    expect(reads).toEqual([])
  })

  it('are not there before the mesh, nor ahead', async () => {
    const [first] = states
    const beganAtEpochMs = first?.lastEventAtEpochMs ?? 0
    const headRevision = service.state.revision
    const nowEpochMs = clock.nowEpochMs()
    expect(await past.at({ atEpochMs: beganAtEpochMs - 1 })).toEqual(
      E.left({ code: 'time-before-mesh', beganAtEpochMs }),
    )
    expect(await past.at({ atEpochMs: nowEpochMs + 1 })).toEqual(E.left({ code: 'time-ahead', nowEpochMs }))
    const ahead = { code: 'revision-ahead', revision: headRevision + 1, headRevision }
    expect(await past.at({ revision: headRevision + 1 })).toEqual(E.left(ahead))
  })

  it('can not be shown while the log is away', async () => {
    await log.close()
    expect(await past.at({ revision: 3 })).toMatchObject(E.left({ code: 'event-log-unavailable' }))
  })
})
