import { type HostConfig, hostId, ipAddress, type ObservedHost } from '@meshfold/core'
import { createManualTimers } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import type { ControlPortEvents } from './control-port.js'
import { ControlTraffic } from './control-traffic.js'

const own = ipAddress('198.19.0.1')
const config = { own: { hostId: hostId('own'), controlAddress4: own }, peers: new Map() } as unknown as HostConfig
let nowMs = 0
const clock = { monotonicMs: () => nowMs, nowEpochMs: () => nowMs }
const observed = { interface: { addresses: [own] } } as unknown as ObservedHost

test('a control port that is another program’s is tried again once a second, however often the host is read, and said once', async () => {
  const timers = createManualTimers()
  const warned: unknown[] = []
  let tries = 0
  const log = { warn: (fields: unknown) => warned.push(fields), debug: () => {} }
  const traffic = new ControlTraffic({
    timers,
    clock,
    log: log as never,
    openControlPort: async () => {
      tries += 1
      return E.left('bind EADDRINUSE')
    },
    onMessage: () => {},
    onRefused: () => {},
    onOpen: () => {},
  })
  traffic.takeConfig(config, [])
  for (let tenth = 0; tenth < 100; tenth += 1) {
    traffic.noteObserved(observed)
    await new Promise((resolve) => setImmediate(resolve))
    timers.advance(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
  traffic.close()
  expect(tries).toBeLessThanOrEqual(11)
  expect(tries).toBeGreaterThanOrEqual(9)
  expect(warned).toEqual([{ reason: 'bind EADDRINUSE', port: 51_822 }])
})

test('a peer that says too much is not listened to for the rest, and others are', async () => {
  const timers = createManualTimers()
  const warned: unknown[] = []
  const heard: string[] = []
  let events: ControlPortEvents | undefined
  const traffic = new ControlTraffic({
    timers,
    clock,
    log: { warn: (fields: unknown) => warned.push(fields), debug: () => {} } as never,
    openControlPort: async (_own, those) => {
      events = those
      return E.right({ send: () => {}, probe: () => {}, keepProbing: () => {}, close: () => {} })
    },
    onMessage: (from) => heard.push(from),
    onRefused: () => {},
    onOpen: () => {},
  })
  const [loud, calm] = [ipAddress('198.19.0.2'), ipAddress('198.19.0.3')]
  const peers = new Map([
    [hostId('loud'), { controlAddress4: loud }],
    [hostId('calm'), { controlAddress4: calm }],
  ])
  traffic.takeConfig({ ...config, peers } as unknown as HostConfig, peers.keys())
  traffic.noteObserved(observed)
  await new Promise((resolve) => setImmediate(resolve))
  const held = JSON.stringify({ type: 'held', held: [] })
  for (let at = 0; at < 5000; at += 1) events?.onMessage(loud, held)
  events?.onMessage(calm, held)
  expect(heard.filter((from) => from === 'loud')).toHaveLength(1000)
  expect(heard.at(-1)).toBe('calm')
  expect(warned).toEqual([{ from: 'loud' }])
  nowMs += 1000
  for (let at = 0; at < 5000; at += 1) events?.onMessage(loud, held)
  expect(heard.filter((from) => from === 'loud')).toHaveLength(1200)
  expect(warned).toHaveLength(1)
})
