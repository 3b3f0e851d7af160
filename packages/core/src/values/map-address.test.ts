import { expect, test } from 'vitest'
import { ipAddress } from './ip-address.js'
import { ipPrefix } from './ip-prefix.js'
import { mapAddress, mapPrefix } from './map-address.js'

test.each([
  ['10.30.0.7', '10.30.0.0/24', '192.168.1.0/24', '192.168.1.7'],
  ['192.168.1.7', '192.168.1.0/24', '10.30.0.0/24', '10.30.0.7'],
  ['fd30::1:7', 'fd30::/64', 'fd01:2::/64', 'fd01:2::1:7'],
  ['10.30.0.7', '10.30.0.7/32', '192.168.1.9/32', '192.168.1.9'],
])('%s of %s is in %s: %s', (address, from, to, mapped) => {
  expect(mapAddress(ipAddress(address), ipPrefix(from), ipPrefix(to))).toBe(mapped)
})

test('a prefix keeps its length', () => {
  expect(mapPrefix(ipPrefix('10.30.0.128/25'), ipPrefix('10.30.0.0/24'), ipPrefix('192.168.1.0/24'))).toBe(
    '192.168.1.128/25',
  )
})
