import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ipAddress, ipAddressFromBigInt, ipPrefix, prefixContainsAddress } from '../values/index.js'
import { isPublicAddress } from './listeners.js'

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(ipPrefix)
const isInPrivateRange = (address: ReturnType<typeof ipAddress>) =>
  privateRanges.some((range) => prefixContainsAddress(range, address))

test('A3 an address is public exactly when it lies in no private range', async () => {
  const address4 = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    // Near the borders of the ranges, where a pattern is most likely wrong.
    fc
      .tuple(fc.constantFrom(9, 10, 11, 100, 172, 192), fc.nat(255), fc.nat(0xffff))
      .map(([a, b, rest]) => a * 2 ** 24 + b * 65_536 + rest),
  )
  await fc.assert(
    fc.property(address4, (n) => {
      const address = ipAddressFromBigInt(4, BigInt(n))
      expect(isPublicAddress(address)).toBe(!isInPrivateRange(address))
    }),
    { numRuns: 2000 },
  )
  await fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0xffffn }), fc.bigInt({ min: 0n, max: (1n << 112n) - 1n }), (head, rest) => {
      if (head === 0n && rest >> 32n === 0xffffn) return
      const address = ipAddressFromBigInt(6, (head << 112n) | rest)
      expect(isPublicAddress(address)).toBe(!isInPrivateRange(address))
    }),
    { numRuns: 2000 },
  )
})

test.each(['fc::1', 'fd::1', 'fc0::1'])('A3 %s is not unique-local: its first group has leading zeros', (text) => {
  expect(isPublicAddress(ipAddress(text))).toBe(true)
})
