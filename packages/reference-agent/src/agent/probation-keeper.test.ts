import { type DesiredHost, ipAddress, PROBATION_TIMES } from '@meshfold/core'
import { createManualTimers, sampleDesiredHosts, samplePublicKey } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { keepInMemory } from '../state/kept-file.js'
import type { ProbationStore } from '../state/probation-store.js'
import { silentLog } from './agent-log.js'
import { ProbationKeeper } from './probation-keeper.js'

const asOf = { epoch: 1, revision: 1 }
const [sample] = sampleDesiredHosts(samplePublicKey(1), { seed: 1, count: 1 })
const received = { ...sample, addresses: [ipAddress('10.1.0.1')] } as DesiredHost

/** An agent's probation, with seconds that pass when a test says so. */
class Life {
  readonly timers = createManualTimers()
  readonly calls: string[] = []
  readonly keeper: ProbationKeeper
  nowMs = 0

  constructor(store: ProbationStore = keepInMemory()) {
    this.keeper = new ProbationKeeper({
      store,
      clock: { monotonicMs: () => this.nowMs, nowEpochMs: () => 0 },
      timers: this.timers,
      log: silentLog,
      times: PROBATION_TIMES,
      isConnected: () => false,
      isServerLostToOthers: () => false,
      onReverted: () => this.calls.push('reverted'),
      onTriedAgain: () => this.calls.push('tried again'),
    })
  }

  async begin(): Promise<void> {
    await this.keeper.load()
    await this.keeper.begin(received, asOf)
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1000
      this.timers.advance(1000)
      await settled()
    }
  }

  async passHearing(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await this.pass(1)
      this.keeper.heard()
      await settled()
    }
  }

  /** The machine stands still: what is due is done once, afterwards. */
  async pause(seconds: number): Promise<void> {
    this.nowMs += (seconds - 1) * 1000
    await this.pass(1)
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

async function armed(store?: ProbationStore): Promise<Life> {
  const life = new Life(store)
  life.keeper.heard()
  await life.begin()
  return life
}

test('A10 who was paused listens for a while before it takes anything back', async () => {
  const life = await armed()
  await life.pass(10)
  await life.pause(60)
  expect(life.calls).toEqual([])
  life.keeper.heard()
  await life.pass(1)
  expect(life.calls).toEqual([])
  await life.pass(60)
  expect(life.calls).toEqual([])
})

test('A10 who was paused and hears nothing afterwards takes it back', async () => {
  const life = await armed()
  await life.pass(10)
  await life.pause(60)
  await life.pass(11)
  expect(life.calls).toEqual([])
  await life.pass(1)
  expect(life.calls).toEqual(['reverted'])
})

test('A10 an agent that was started anew after it took something back finds out whether that was for nothing', async () => {
  const store: ProbationStore = keepInMemory()
  const first = await armed(store)
  await first.pass(31)
  expect(first.calls).toEqual(['reverted'])
  first.keeper.close()
  const second = new Life(store)
  await second.begin()
  await second.pass(31)
  expect(second.keeper.reverted.map(({ proof }) => proof)).toContain('made-no-difference')
  expect(second.timers.pending()).toBe(0)
  second.keeper.heard()
  await settled()
  expect(second.calls).toEqual(['tried again'])
  expect(second.keeper.narrowed(received)).toBe(received)
})

test('A10 what brought the server back when it was taken back stays so', async () => {
  const life = await armed()
  await life.passHearing(31)
  await life.keeper.begin({ ...received, addresses: [] }, asOf)
  await life.pass(40)
  expect(life.calls).toEqual(['reverted'])
  await life.passHearing(60)
  expect(life.calls).toEqual(['reverted'])
  expect(life.timers.pending()).toBe(0)
})

test('A10 a first config is tried again all the same', async () => {
  const life = await armed()
  await life.pass(40)
  await life.passHearing(19)
  expect(life.calls).toEqual(['reverted'])
  await life.passHearing(1)
  expect(life.calls).toEqual(['reverted', 'tried again'])
})
