import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { arbitraryInterfaceAddress } from '../testing/arbitraries/values.js'
import {
  interfaceAddress,
  interfaceAddressIp,
  interfaceAddressOf,
  interfaceAddressPrefix,
  isInterfaceAddress,
  parseInterfaceAddress,
} from './interface-address.js'
import { ipAddress } from './ip-address.js'
import { isIpPrefix, prefixContainsAddress, prefixLength } from './ip-prefix.js'

test.each([
  ['10.0.0.5/24', '10.0.0.5/24', '10.0.0.5', '10.0.0.0/24'],
  ['10.0.0.0/24', '10.0.0.0/24', '10.0.0.0', '10.0.0.0/24'],
  ['255.255.255.255/0', '255.255.255.255/0', '255.255.255.255', '0.0.0.0/0'],
  ['2001:DB8:0::5/64', '2001:db8::5/64', '2001:db8::5', '2001:db8::/64'],
  ['::1/128', '::1/128', '::1', '::1/128'],
])('%s is %s', (text, canonical, address, prefix) => {
  expect(parseInterfaceAddress(text)).toEqual(E.right(canonical))
  expect(isInterfaceAddress(text)).toBe(text === canonical)
  expect(interfaceAddressIp(interfaceAddress(text))).toBe(address)
  expect(interfaceAddressPrefix(interfaceAddress(text))).toBe(prefix)
})

test.each([
  ['10.0.0.5', 'prefix length is missing'],
  ['10.0.0.5/33', 'not a prefix length'],
  ['10.0.0.05/24', 'leading zeros'],
  [' 10.0.0.5/24', 'no number'],
  ['fe80::1%eth0/64', 'zone id'],
  ['::ffff:10.0.0.5/120', 'IPv4-mapped'],
  ['::1/129', 'not a prefix length'],
])('%j is refused: %s', (text, reason) => {
  expect(parseInterfaceAddress(text)).toEqual(
    E.left({ code: 'ip-invalid', text, reason: expect.stringContaining(reason) as string }),
  )
  expect(() => interfaceAddress(text)).toThrow(reason)
})

test.each([undefined, null, 24, ['10.0.0.5/24']])('%j is no interface address', (u) =>
  expect(isInterfaceAddress(u)).toBe(false),
)

test('an address and a length make one', () => {
  expect(interfaceAddressOf(ipAddress('10.0.0.5'), 24)).toBe('10.0.0.5/24')
  expect(interfaceAddressOf(ipAddress('fd00::5'), 128)).toBe('fd00::5/128')
  for (const length of [-1, 33, 1.5, Number.NaN]) {
    expect(() => interfaceAddressOf(ipAddress('10.0.0.5'), length)).toThrow(RangeError)
  }
  expect(() => interfaceAddressOf(ipAddress('fd00::5'), 129)).toThrow(RangeError)
})

test('the network of an interface address holds the address and has its length', () => {
  fc.assert(
    fc.property(arbitraryInterfaceAddress, (address) => {
      const network = interfaceAddressPrefix(address)
      expect(isIpPrefix(network)).toBe(true)
      expect(prefixContainsAddress(network, interfaceAddressIp(address))).toBe(true)
      expect(interfaceAddressOf(interfaceAddressIp(address), prefixLength(network))).toBe(address)
    }),
  )
})
