import { describe, expect, test } from 'vitest'
import type { ConnectionEnd } from '../ports/agent-transport.js'
import { createManualTimers } from '../testing/manual-timers.js'
import { createReconnectingLink, DEFAULT_RECONNECT_DELAYS, type DialEvents } from './reconnecting-link.js'

const LOST: ConnectionEnd = { code: 'connection-lost', detail: 'reset' }

/** A link whose attempts the test ends. */
function start(random = () => 0.999) {
  const timers = createManualTimers()
  const dialled: (DialEvents & { closedWith?: ConnectionEnd })[] = []
  const statuses: string[] = []
  const link = createReconnectingLink({
    serverUrl: 'test:',
    timers,
    random,
    delays: DEFAULT_RECONNECT_DELAYS,
    onStatus: (status) => statuses.push(status.state === 'connecting' ? `connecting ${status.attempt}` : status.state),
    dial: (events) => {
      const one: DialEvents & { closedWith?: ConnectionEnd } = { ...events }
      dialled.push(one)
      return {
        close: async (end) => {
          one.closedWith = end
        },
      }
    },
  })
  const newest = () => {
    const last = dialled.at(-1)
    if (last === undefined) throw new Error('nothing was dialled')
    return last
  }
  return { timers, dialled, statuses, link, newest }
}

describe('a link', () => {
  test('waits below a bound that doubles up to 5 s', () => {
    const { timers, dialled, newest } = start()
    for (const boundMs of [1000, 2000, 4000, 5000, 5000]) {
      const attempts = dialled.length
      newest().ended(LOST)
      timers.advance(0.99 * boundMs)
      expect(dialled.length).toBe(attempts)
      timers.advance(0.02 * boundMs)
      expect(dialled.length).toBe(attempts + 1)
    }
  })

  test('waits anything from nothing to the bound', () => {
    const { timers, dialled, newest } = start(() => 0)
    newest().ended(LOST)
    timers.advance(0)
    expect(dialled).toHaveLength(2)
  })

  test('begins to count anew only after a connection that lasted', () => {
    const { timers, statuses, newest } = start()
    const connectFor = (ms: number) => {
      newest().connected()
      timers.advance(ms)
      newest().ended(LOST)
      timers.advance(5000)
    }
    for (const ms of [100, 9_999, 10_000, 100]) connectFor(ms)
    expect(statuses.filter((status) => status !== 'connected')).toEqual([
      'connecting 2',
      'connecting 3',
      'connecting 2',
      'connecting 3',
    ])
  })

  test('takes an attempt up again at once when asked, unless it has just begun or is connected', () => {
    const { timers, dialled, link, newest } = start()
    link.reconnectNow()
    expect(dialled).toHaveLength(1)
    timers.advance(1000)
    link.reconnectNow()
    expect(dialled).toHaveLength(2)
    expect(dialled[0]?.closedWith?.code).toBe('closed-here')
    // What was given up is nobody's business any more.
    dialled[0]?.ended(LOST)
    expect(link.status()).toMatchObject({ state: 'connecting', attempt: 1 })
    newest().ended(LOST)
    link.reconnectNow()
    expect(dialled).toHaveLength(3)
    newest().connected()
    timers.advance(2000)
    link.reconnectNow()
    expect(dialled).toHaveLength(3)
    expect(link.status()).toEqual({ state: 'connected', serverUrl: 'test:' })
  })

  test('closes what it has, once, and leaves no timer behind', async () => {
    for (const during of ['attempt', 'connection', 'wait'] as const) {
      const { timers, dialled, statuses, link, newest } = start()
      if (during === 'connection') newest().connected()
      if (during === 'wait') newest().ended(LOST)
      await Promise.all([link.close(), link.close()])
      expect(link.status()).toEqual({ state: 'closed' })
      expect(statuses.filter((status) => status === 'closed')).toHaveLength(1)
      expect(timers.pending()).toBe(0)
      newest().ended(LOST)
      link.reconnectNow()
      timers.advance(60_000)
      expect(dialled).toHaveLength(1)
    }
  })
})
