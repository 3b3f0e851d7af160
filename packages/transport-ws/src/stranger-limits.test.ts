import { describe, expect, test } from 'vitest'
import { type Stranger, StrangerGate, type StrangerLimits } from './stranger-limits.js'

const limits: StrangerLimits = {
  maxStrangers: 3,
  maxStrangersPerAddress: 2,
  attemptsPerAddress: 5,
  attemptsPerAddressPerSecond: 10,
}

function gate(change: Partial<StrangerLimits> = {}) {
  let nowMs = 0
  const evicted: string[] = []
  const of = new StrangerGate({ ...limits, ...change }, () => nowMs)
  const admit = (address: string | null, name = 'somebody') => of.admit(address, () => evicted.push(name))
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { of, admit, pass, evicted }
}

describe('strangers', () => {
  test('from one address are at most so many at once', () => {
    const { admit } = gate()
    const [first] = [admit('192.0.2.1'), admit('192.0.2.1')]
    expect(admit('192.0.2.1')).toBe('too-many-strangers-from-address')
    expect(admit('192.0.2.2')).toBeTypeOf('object')
    leave(first)
    expect(admit('192.0.2.1')).toBeTypeOf('object')
  })

  test('from one address may try so often, and again after a while', () => {
    const { admit, pass } = gate()
    for (let n = 0; n < 5; n++) leave(admit('192.0.2.1'))
    expect(admit('192.0.2.1')).toBe('too-many-attempts-from-address')
    pass(99)
    expect(admit('192.0.2.1')).toBe('too-many-attempts-from-address')
    pass(1)
    leave(admit('192.0.2.1'))
    expect(admit('192.0.2.1')).toBe('too-many-attempts-from-address')
    pass(3_600_000)
    for (let n = 0; n < 5; n++) leave(admit('192.0.2.1'))
    expect(admit('192.0.2.1')).toBe('too-many-attempts-from-address')
  })

  test('make room for newer ones, oldest first, when there are too many of all', () => {
    const { admit, evicted, of } = gate()
    for (const n of [1, 2, 3, 4, 5]) admit(`192.0.2.${n}`, `no ${n}`)
    expect(evicted).toEqual(['no 1', 'no 2'])
    expect(of.count).toBe(3)
  })

  test('who made room, left, and is told to leave again has left once', () => {
    const { admit, of } = gate()
    const all = [1, 2, 3, 4].map((n) => admit(`192.0.2.${n}`))
    for (const one of all) leave(one)
    for (const one of all) leave(one)
    expect(of.count).toBe(0)
    expect([admit('192.0.2.1'), admit('192.0.2.1')].every((one) => typeof one === 'object')).toBe(true)
    expect(admit('192.0.2.1')).toBe('too-many-strangers-from-address')
  })

  test('of one IPv6 /64 count as one address', () => {
    const { admit } = gate()
    admit('2001:db8::1')
    admit('2001:db8:0:0:ffff::2')
    expect(admit('2001:db8:0:0:1:2:3:4')).toBe('too-many-strangers-from-address')
    expect(admit('2001:db8:0:1::1')).toBeTypeOf('object')
  })

  test('without an address count as one', () => {
    const { admit } = gate()
    admit(null)
    admit(null)
    expect(admit(null)).toBe('too-many-strangers-from-address')
  })

  test('are forgotten after many others, so that memory is bounded', () => {
    const { admit } = gate({ maxStrangers: 1 })
    for (let n = 0; n < 5; n++) leave(admit('192.0.2.1'))
    for (let n = 0; n < 5000; n++) leave(admit(`2001:db8:${n.toString(16)}::1`))
    expect(admit('192.0.2.1')).toBeTypeOf('object')
  })
})

function leave(admitted: Stranger | string | undefined): void {
  if (typeof admitted !== 'object') throw new Error(`not admitted: ${admitted}`)
  admitted.release()
}
