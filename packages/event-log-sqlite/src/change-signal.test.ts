import type { StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createChangeSignal } from './change-signal.js'

function signalOver(answer: () => number) {
  let asked = 0
  const get = () => {
    asked += 1
    return [answer()]
  }
  return { signal: createChangeSignal({ get } as unknown as StatementSync, 5), asked: () => asked }
}

async function isPending(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => false), sleep(30).then(() => true)])
}

describe('the change signal', () => {
  test('wakes at once when told, and at once when something was missed', async () => {
    const { signal } = signalOver(() => 1)
    const seen = signal.count()
    signal.notify()
    await signal.changedSince(seen)
    const woken = signal.changedSince(signal.count())
    signal.notify()
    await woken
  })

  test('wakes when another connection has committed, and else sleeps', async () => {
    let version = 1
    const { signal } = signalOver(() => version)
    // The first look can't know what was before.
    await signal.changedSince(signal.count())
    const waiting = signal.changedSince(signal.count())
    expect(await isPending(waiting)).toBe(true)
    version = 2
    await waiting
  })

  test('notices a commit made while nobody was waiting', async () => {
    let version = 1
    const { signal } = signalOver(() => version)
    await signal.changedSince(signal.count())
    const seen = signal.count()
    version = 2
    await signal.changedSince(seen)
  })

  test('asks nothing while nobody waits', async () => {
    const { signal, asked } = signalOver(() => 1)
    await signal.changedSince(signal.count())
    const before = asked()
    await sleep(30)
    expect(asked()).toBe(before)
  })

  test('wakes when asking fails, so that the reader finds out', async () => {
    const { signal } = signalOver(() => {
      throw Object.assign(new Error('disk I/O error'), {
        code: 'ERR_SQLITE_ERROR',
        errcode: 10,
        errstr: 'disk I/O error',
      })
    })
    await signal.changedSince(signal.count())
  })
})
