import { isIP } from 'node:net'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryIpAddress, arbitraryIpv4Address, arbitraryIpv6Address } from '../testing/arbitraries/values.js'
import {
  compareIpAddresses,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  ipFamilyOf,
  isIpAddress,
  parseIpAddress,
} from './ip-address.js'

/** Texts that are nearly addresses: pieces that occur in addresses, in any order. */
const nearAddress = fc
  .array(
    fc.constantFrom(':', '::', '.', '0', '1', '10', '255', '256', '01', 'ffff', 'a', 'F0', '1.2.3.4', 'x', '%', ' '),
    {
      maxLength: 18,
    },
  )
  .map((pieces) => pieces.join(''))
const nearIpv6 = fc
  .array(fc.constantFrom('0', '1', 'ffff', 'ABC', '', '12345', '1.2.3.4'), { minLength: 2, maxLength: 9 })
  .map((groups) => groups.join(':'))
const nearIpv4 = fc
  .array(fc.constantFrom('0', '1', '25', '255', '256', '00', '', 'f'), { minLength: 3, maxLength: 5 })
  .map((parts) => parts.join('.'))

const mappedPrefix = '[::ffff:'

/** What the platform's own parsers say: `undefined`, or the text that WHATWG URLs give an address, which is RFC 5952's. */
function oracle(text: string): string | undefined {
  const family = isIP(text)
  if (family === 0 || text.includes('%')) return undefined
  if (family === 4) return text
  const host = new URL(`http://[${text}]/`).hostname
  const isMapped = host.startsWith(mappedPrefix) && host.split(':').length === 5
  return isMapped ? undefined : host.slice(1, -1)
}

test('accepts what the platform accepts, zone ids and mapped addresses aside, and writes it the same way', () => {
  fc.assert(
    fc.property(fc.oneof(nearAddress, nearIpv6, nearIpv4, fc.ipV6(), fc.ipV4(), fc.string()), (text) => {
      expect(E.toUnion(E.mapLeft(() => undefined)(parseIpAddress(text)))).toBe(oracle(text))
    }),
    lawRuns(200),
  )
})

test('canonical text survives a round trip through the parser and through numbers', () => {
  fc.assert(
    fc.property(arbitraryIpAddress, (address) => {
      expect(parseIpAddress(address)).toEqual(E.right(address))
      expect(isIpAddress(address)).toBe(true)
      expect(ipAddressFromBigInt(ipFamilyOf(address), ipAddressToBigInt(address))).toBe(address)
    }),
    lawRuns(20),
  )
})

test('every other spelling leads to the same canonical text and is not canonical itself', () => {
  fc.assert(
    fc.property(arbitraryIpv6Address, (address) => {
      const digits = ipAddressToBigInt(address).toString(16).padStart(32, '0')
      const spelledOut = (digits.match(/.{4}/g) ?? []).join(':')
      expect(parseIpAddress(spelledOut)).toEqual(E.right(address))
      expect(parseIpAddress(address.toUpperCase())).toEqual(E.right(address))
      expect(isIpAddress(spelledOut)).toBe(spelledOut === address)
      expect(isIpAddress(address.toUpperCase())).toBe(address.toUpperCase() === address)
    }),
    lawRuns(),
  )
})

test('IPv4 has one spelling: none with a part padded, in octal or in hexadecimal', () => {
  fc.assert(
    fc.property(arbitraryIpv4Address, fc.nat(3), fc.constantFrom(8, 16), (address, position, radix) => {
      const respell = (write: (part: string) => string) =>
        address.split('.').map((part, index) => (index === position ? write(part) : part))
      const padded = respell((part) => `0${part}`)
      const inRadix = respell((part) => `${radix === 8 ? '0' : '0x'}${Number(part).toString(radix)}`)
      for (const spelling of [padded, inRadix]) expect(E.isLeft(parseIpAddress(spelling.join('.')))).toBe(true)
    }),
    lawRuns(),
  )
})

test('compareIpAddresses orders as family, then number', () => {
  fc.assert(
    fc.property(arbitraryIpAddress, arbitraryIpAddress, (a, b) => {
      const [aNumber, bNumber] = [ipAddressToBigInt(a), ipAddressToBigInt(b)]
      const byNumber = aNumber < bNumber ? -1 : aNumber > bNumber ? 1 : 0
      expect(Math.sign(compareIpAddresses(a, b))).toBe(Math.sign(ipFamilyOf(a) - ipFamilyOf(b)) || byNumber)
    }),
    lawRuns(),
  )
})
