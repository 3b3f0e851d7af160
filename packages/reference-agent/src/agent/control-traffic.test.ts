import { type HostConfig, hostId, ipAddress, type ObservedHost } from '@meshfold/core'
import { createManualTimers } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { ControlTraffic } from './control-traffic.js'

const own = ipAddress('198.19.0.1')
const config = { own: { hostId: hostId('own'), controlAddress4: own }, peers: new Map() } as unknown as HostConfig
const observed = { interface: { addresses: [own] } } as unknown as ObservedHost

test('a control port that is another program’s is tried again once a second, however often the host is read, and said once', async () => {
  const timers = createManualTimers()
  const warned: unknown[] = []
  let tries = 0
  const log = { warn: (fields: unknown) => warned.push(fields), debug: () => {} }
  const traffic = new ControlTraffic({
    timers,
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
