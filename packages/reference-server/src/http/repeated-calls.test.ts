import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { RepeatedCalls } from './repeated-calls.js'

const MINUTE = 60_000

describe('repeated calls', () => {
  it('get the answer of the first for ten minutes', async () => {
    const calls = new RepeatedCalls()
    let made = 0
    const handle = async () => E.right(++made)
    expect(await calls.answer('a', '{}', 0, handle)).toEqual(E.right(1))
    expect(await calls.answer('a', '{}', 9 * MINUTE, handle)).toEqual(E.right(1))
    expect(await calls.answer('b', '{}', 9 * MINUTE, handle)).toEqual(E.right(2))
    expect(await calls.answer('a', '{}', 11 * MINUTE, handle)).toEqual(E.right(3))
  })

  it('are made again when the first failed for a passing reason', async () => {
    const calls = new RepeatedCalls()
    const away = async () => E.left({ status: 503, code: 'event-log-unavailable', message: '' })
    expect(await calls.answer('a', '{}', 0, away)).toMatchObject({ left: { status: 503 } })
    expect(await calls.answer('a', '{}', 0, async () => E.right(1))).toEqual(E.right(1))
  })

  it('are remembered up to a number', async () => {
    const calls = new RepeatedCalls()
    let made = 0
    const handle = async () => E.right(++made)
    for (let i = 0; i < 3000; i += 1) await calls.answer(`key-${i}`, '{}', i, handle)
    await calls.answer('key-0', '{}', 3000, handle)
    expect(made).toBe(3001)
    await calls.answer('key-2999', '{}', 3000, handle)
    expect(made).toBe(3001)
  })
})
