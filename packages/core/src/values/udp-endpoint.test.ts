import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { arbitraryUdpEndpoint } from '../testing/arbitraries/values.js'
import { ipAddress } from './ip-address.js'
import {
  endpointAddress,
  endpointPort,
  endpointRefusal,
  isUdpEndpoint,
  parseUdpEndpoint,
  udpEndpoint,
  udpEndpointOf,
} from './udp-endpoint.js'

test.each([
  ['203.0.113.5:51820', '203.0.113.5:51820', '203.0.113.5', 51_820],
  ['203.0.113.5:1', '203.0.113.5:1', '203.0.113.5', 1],
  ['[2001:db8::1]:65535', '[2001:db8::1]:65535', '2001:db8::1', 65_535],
  ['[2001:DB8:0::1]:51820', '[2001:db8::1]:51820', '2001:db8::1', 51_820],
  ['[::]:9', '[::]:9', '::', 9],
])('%s is %s', (text, canonical, address, port) => {
  expect(parseUdpEndpoint(text)).toEqual(E.right(canonical))
  expect(isUdpEndpoint(text)).toBe(text === canonical)
  expect(endpointAddress(udpEndpoint(text))).toBe(address)
  expect(endpointPort(udpEndpoint(text))).toBe(port)
})

test.each([
  ['', 'an endpoint is written'],
  ['203.0.113.5', 'an endpoint is written'],
  ['2001:db8::1:51820', 'an endpoint is written'],
  ['[2001:db8::1]', 'an endpoint is written'],
  ['[2001:db8::1]51820', 'an endpoint is written'],
  ['[[::1]]:1', 'an endpoint is written'],
  ['203.0.113.5:51820:', 'an endpoint is written'],
  ['203.0.113.5:+1', 'an endpoint is written'],
  ['203.0.113.5:80 ', 'an endpoint is written'],
  ['203.0.113.5:80\n', 'an endpoint is written'],
  ['203.0.113.5:0x50', 'an endpoint is written'],
  [' 203.0.113.5:80', "' 203' is no number"],
  ['vpn.example.com:51820', "'vpn' is no number"],
  [':51820', 'four decimal parts'],
  ['[]:51820', 'four decimal parts'],
  ['203.0.113.5:', "'' is not a port"],
  ['203.0.113.5:0', "'0' is not a port"],
  ['203.0.113.5:080', "'080' is not a port"],
  ['203.0.113.5:65536', "'65536' is not a port"],
  ['203.0.113.5:99999999', "'99999999' is not a port"],
  ['[203.0.113.5]:80', 'brackets are for IPv6'],
  ['[fe80::1%eth0]:80', 'zone id'],
  ['[::ffff:1.2.3.4]:80', 'IPv4-mapped'],
  ['010.0.0.1:80', "'010' is no number"],
])('%j is refused: %s', (text, reason) => {
  expect(parseUdpEndpoint(text)).toEqual(
    E.left({ code: 'endpoint-invalid', text, reason: expect.stringContaining(reason) as string }),
  )
  expect(isUdpEndpoint(text)).toBe(false)
  expect(() => udpEndpoint(text)).toThrow(TypeError)
})

test('a megabyte is refused and quoted in part', () => {
  const text = `[${':'.repeat(63)}…`
  const reason = 'too long for an address and a port'
  expect(parseUdpEndpoint(`[${':'.repeat(1_000_000)}]:1`)).toEqual(E.left({ code: 'endpoint-invalid', text, reason }))
})

test.each([undefined, null, 51_820, ['203.0.113.5:51820'], {}])('%j is no endpoint', (u) =>
  expect(isUdpEndpoint(u)).toBe(false),
)

describe('udpEndpointOf', () => {
  test('puts IPv6 in brackets', () => {
    expect(udpEndpointOf(ipAddress('203.0.113.5'), 51_820)).toBe('203.0.113.5:51820')
    expect(udpEndpointOf(ipAddress('2001:db8::1'), 51_820)).toBe('[2001:db8::1]:51820')
  })

  test.each([0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses port %s', (port) =>
    expect(() => udpEndpointOf(ipAddress('203.0.113.5'), port)).toThrow(RangeError),
  )

  test('is taken apart by endpointAddress and endpointPort', () => {
    fc.assert(
      fc.property(arbitraryUdpEndpoint, (endpoint) => {
        expect(udpEndpointOf(endpointAddress(endpoint), endpointPort(endpoint))).toBe(endpoint)
        expect(parseUdpEndpoint(endpoint)).toEqual(E.right(endpoint))
      }),
    )
  })
})

test.each([
  ['0.0.0.0', 'unspecified'],
  ['0.255.255.255', 'unspecified'],
  ['1.0.0.0', undefined],
  ['126.255.255.255', undefined],
  ['127.0.0.1', 'loopback'],
  ['128.0.0.0', undefined],
  ['169.253.255.255', undefined],
  ['169.254.0.1', 'link-local'],
  ['169.255.0.0', undefined],
  ['223.255.255.255', undefined],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', undefined],
  ['255.255.255.254', undefined],
  ['255.255.255.255', 'broadcast'],
  ['10.0.0.1', undefined],
  ['100.64.0.1', undefined],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::2', undefined],
  ['fe7f::1', undefined],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['fec0::1', undefined],
  ['fd00::1', undefined],
  ['ff02::1', 'multicast'],
  ['2001:db8::1', undefined],
])('an endpoint at %s: %s', (address, refusal) =>
  expect(endpointRefusal(udpEndpointOf(ipAddress(address), 51_820))).toBe(refusal),
)
