import { describe, expect, test } from 'vitest'
import {
  type AddressPool,
  createAddressPool,
  highestFreeAddress,
  isAddressTaken,
  isAddressUsable,
  isPrefixFree,
  lowestFreeAddress,
  releaseAddress,
  releasePrefix,
  takeAddress,
  takePrefix,
} from './address-pool.js'
import { produce } from './enable-immer-maps.js'
import { type IpAddress, ipAddress, ipAddressFromBigInt, ipAddressToBigInt } from './ip-address.js'
import { ipPrefix, prefixFamily, prefixFirst } from './ip-prefix.js'

const poolOf = (range: string) => createAddressPool(ipPrefix(range))
const freeEnds = (pool: AddressPool) => [lowestFreeAddress(pool), highestFreeAddress(pool)]
const nth = (pool: AddressPool, n: number) =>
  ipAddressFromBigInt(prefixFamily(pool.range), ipAddressToBigInt(prefixFirst(pool.range)) + BigInt(n))

describe('the first node and the first client get', () => {
  test.each([
    ['10.0.0.0/24', '10.0.0.1', '10.0.0.254'],
    ['10.0.0.0/8', '10.0.0.1', '10.255.255.254'],
    ['0.0.0.0/0', '0.0.0.1', '255.255.255.254'],
    ['10.0.0.4/30', '10.0.0.5', '10.0.0.6'],
    ['10.0.0.4/31', '10.0.0.4', '10.0.0.5'],
    ['10.0.0.7/32', '10.0.0.7', '10.0.0.7'],
    ['fd00::/64', 'fd00::1', 'fd00::ffff:ffff:ffff:ff7f'],
    ['fd00::/48', 'fd00::1', 'fd00::ffff:ffff:ffff:ffff:ff7f'],
    ['fd00::/120', 'fd00::1', 'fd00::7f'],
    ['fd00::/121', 'fd00::1', 'fd00::7f'],
    ['fd00::/126', 'fd00::1', 'fd00::3'],
    ['fd00::/127', 'fd00::', 'fd00::1'],
    ['fd00::1/128', 'fd00::1', 'fd00::1'],
    ['::fffe:0:0/95', '::fffe:0:1', '::fffe:ffff:ffff'],
  ])('in %s: %s, %s', (range, lowest, highest) => expect(freeEnds(poolOf(range))).toEqual([lowest, highest]))
})

test.each([
  ['10.0.0.0/24', '10.0.0.0', false],
  ['10.0.0.0/24', '10.0.0.1', true],
  ['10.0.0.0/24', '10.0.0.255', false],
  ['10.0.0.0/24', '10.0.1.1', false],
  ['10.0.0.0/24', 'fd00::1', false],
  ['10.0.0.0/16', '10.0.0.255', true],
  ['10.0.0.0/31', '10.0.0.0', true],
  ['10.0.0.0/32', '10.0.0.0', true],
  ['fd00::/64', 'fd00::', false],
  ['fd00::/64', 'fd00::ffff:ffff:ffff:ff7f', true],
  ['fd00::/64', 'fd00::ffff:ffff:ffff:ff80', false],
  ['fd00::/64', 'fd00::ffff:ffff:ffff:ffff', false],
  ['fd00::/121', 'fd00::7f', true],
  ['fd00::/121', 'fd00::', false],
  ['fd00::/127', 'fd00::', true],
  ['fd00::/128', 'fd00::', true],
])('in %s, %s may be given out: %s', (range, address, expected) =>
  expect(isAddressUsable(ipPrefix(range), ipAddress(address))).toBe(expected),
)

test('A2 nodes fill from below, clients from above, until they meet', () => {
  const pool = poolOf('10.0.0.0/29')
  const given: (IpAddress | undefined)[] = []
  for (const next of [
    lowestFreeAddress,
    highestFreeAddress,
    lowestFreeAddress,
    lowestFreeAddress,
    highestFreeAddress,
  ]) {
    const address = next(pool)
    given.push(address)
    if (address !== undefined) takeAddress(pool, address)
  }
  expect(given).toEqual(['10.0.0.1', '10.0.0.6', '10.0.0.2', '10.0.0.3', '10.0.0.5'])
  takeAddress(pool, ipAddress('10.0.0.4'))
  expect(freeEnds(pool)).toEqual([undefined, undefined])
  releaseAddress(pool, ipAddress('10.0.0.3'))
  expect(freeEnds(pool)).toEqual(['10.0.0.3', '10.0.0.3'])
})

test('taking and releasing are idempotent, and nothing for addresses that are never given', () => {
  const pool = poolOf('10.0.0.0/24')
  const once = structuredClone(pool)
  takeAddress(once, ipAddress('10.0.0.9'))
  const again = structuredClone(once)
  for (const text of ['10.0.0.9', '10.0.0.0', '10.0.0.255', '10.0.1.9', 'fd00::9']) takeAddress(again, ipAddress(text))
  expect(again).toEqual(once)
  for (const text of ['10.0.0.0', '10.0.0.255', '10.0.1.9', 'fd00::9']) releaseAddress(again, ipAddress(text))
  expect(again).toEqual(once)
  for (const text of ['10.0.0.9', '10.0.0.9']) releaseAddress(again, ipAddress(text))
  expect(again).toEqual(pool)
})

test('isAddressTaken is true of what was given out only', () => {
  const pool = poolOf('10.0.0.0/24')
  takeAddress(pool, ipAddress('10.0.0.9'))
  const taken = ['10.0.0.9', '10.0.0.8', '10.0.0.0', '10.0.0.255', '10.0.1.9', 'fd00::9'].map(ipAddress)
  expect(taken.filter((address) => isAddressTaken(pool, address))).toEqual(['10.0.0.9'])
})

test('A2 a client can have a whole prefix, which nodes then skip', () => {
  const pool = poolOf('fd00::/48')
  const subnet = ipPrefix('fd00::/64')
  expect(isPrefixFree(pool, subnet)).toBe(false)
  takePrefix(pool, ipPrefix('fd00:0:0:1::/64'))
  expect(isAddressTaken(pool, ipAddress('fd00:0:0:1::abcd'))).toBe(true)
  expect(isPrefixFree(pool, ipPrefix('fd00:0:0:1:8000::/65'))).toBe(false)
  expect(isPrefixFree(pool, ipPrefix('fd00::/47'))).toBe(false)
  expect(isPrefixFree(pool, ipPrefix('fd00:0:0:2::/64'))).toBe(true)
  takePrefix(pool, subnet)
  expect(lowestFreeAddress(pool)).toBe('fd00:0:0:2::')
  releasePrefix(pool, subnet)
  releasePrefix(pool, ipPrefix('fd00:0:0:1::/64'))
  expect(pool).toEqual(poolOf('fd00::/48'))
})

test('immer shares what did not change and leaves the former pool alone', () => {
  const before = produce(poolOf('10.0.0.0/16'), (draft) => takePrefix(draft, ipPrefix('10.0.128.0/20')))
  const after = produce(before, (draft) => takeAddress(draft, ipAddress('10.0.0.1')))
  expect([lowestFreeAddress(before), lowestFreeAddress(after)]).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(produce(after, (draft) => takeAddress(draft, ipAddress('10.0.0.1')))).toBe(after)
})

test.each(['10.0.0.0/8', 'fd00::/48'])(
  '100,000 addresses of %s: small when in a row, quick in every pattern',
  (range) => {
    const startedAt = performance.now()
    const pool = poolOf(range)
    for (let n = 1; n <= 100_000; n++) {
      const address = lowestFreeAddress(pool)
      if (n % 1_000 === 0) expect(address).toBe(nth(pool, n))
      takeAddress(pool, address ?? nth(pool, 0))
    }
    expect(JSON.stringify(pool).length).toBeLessThan(1_000)
    for (let n = 1; n <= 1_000; n++) {
      releaseAddress(pool, nth(pool, n % 7))
      expect(lowestFreeAddress(pool)).toBe(n % 7 === 0 ? nth(pool, 100_001) : nth(pool, n % 7))
      takeAddress(pool, nth(pool, n % 7))
    }
    for (let n = 1; n <= 100_000; n += 2) releaseAddress(pool, nth(pool, n))
    expect(lowestFreeAddress(pool)).toBe(nth(pool, 1))
    // Some 0.5 s of work; a search over all taken addresses would need minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  },
  30_000,
)
