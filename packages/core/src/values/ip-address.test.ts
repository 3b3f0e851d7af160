import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import {
  compareIpAddresses,
  ipAddress,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  ipFamilyOf,
  isIpAddress,
  isIpv4Address,
  isIpv6Address,
  parseIpAddress,
} from './ip-address.js'

describe('parsing', () => {
  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:1:2:3:4:0:0', '::1:2:3:4:0:0'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['0000:0000:0000:0000:0000:0000:100.100.100.100', '::6464:6464'],
    ['::fffe:1.2.3.4', '::fffe:102:304'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('%s is %s', (text, canonical) => {
    expect(parseIpAddress(text)).toEqual(E.right(canonical))
  })

  test.each([
    ['', 'four decimal parts'],
    ['10.1', 'four decimal parts'],
    ['10.0.0', 'four decimal parts'],
    ['1.2.3.4.5', "'4.5' is no number"],
    ['010.0.0.1', "'010' is no number"],
    ['00.0.0.0', "'00' is no number"],
    ['0x7f.0.0.1', "'0x7f' is no number"],
    ['0x7f.1', "'0x7f' is no number"],
    ['2130706433', 'four decimal parts'],
    ['256.0.0.1', "'256' is no number"],
    ['1..2.3', "'' is no number"],
    ['1.2.3.', "'' is no number"],
    ['1.2.3.4 ', "'4 ' is no number"],
    [' 1.2.3.4', "' 1' is no number"],
    ['+1.2.3.4', "'+1' is no number"],
    ['1e0.2.3.4', "'1e0' is no number"],
    ['１.2.3.4', "'１' is no number"],
    [':', "'' is no group"],
    [':::', "'' is no group"],
    [':1', "'' is no group"],
    [':1:2:3:4:5:6:7', "'' is no group"],
    ['1:2:3:4:5:6:7:', 'a single colon at the end'],
    ['1::2::3', 'may stand once'],
    ['::1::', 'may stand once'],
    ['1:::2', "'' is no group"],
    ['1:2:3:4:5:6:7', 'eight groups'],
    ['1:2:3:4:5:6:7:8:9', 'eight groups'],
    ['1:2:3:4::5:6:7:8', 'eight groups'],
    ['12345::', "'12345' is no group"],
    ['g::', "'g' is no group"],
    ['::1 ', "'1 ' is no group"],
    ['[::1]', "'[' is no group"],
    ['fe80::1%eth0', 'zone id'],
    ['::1.2.3', 'four decimal parts'],
    ['::1.2.3.04', "'04' is no number"],
    ['1.2.3.4::', "'1.2.3.4' is no group"],
    ['1:2:3:4:5:6:7:1.2.3.4', 'eight groups'],
    ['::ffff:1.2.3.4', 'IPv4-mapped address; write 1.2.3.4'],
    ['0:0:0:0:0:FFFF:0102:0304', 'IPv4-mapped address; write 1.2.3.4'],
    ['10.0.0.1/32', "'1/32' is no number"],
    ['::1\n', "'1\n' is no group"],
    ['::1\0', "'1\0' is no group"],
  ])('%j is refused: %j', (text, reason) => {
    expect(parseIpAddress(text)).toEqual(
      E.left({ code: 'ip-invalid', text, reason: expect.stringContaining(reason) as string }),
    )
  })

  test('the error of a megabyte quotes its beginning', () => {
    const parsed = parseIpAddress('1'.repeat(1_000_000))
    expect(parsed).toEqual(
      E.left({ code: 'ip-invalid', text: `${'1'.repeat(64)}…`, reason: 'too long for an IP address' }),
    )
  })
})

describe('isIpAddress takes canonical text only', () => {
  test.each(['10.0.0.1', '::', '2001:db8::1'])('%s', (text) => expect(isIpAddress(text)).toBe(true))

  test.each(['2001:DB8::1', '2001:db8:0::1', '0:0::1', '::1.2.3.4', '10.0.0.01', '', undefined, null, 1, ['::'], {}])(
    'not %j',
    (u) => expect(isIpAddress(u)).toBe(false),
  )
})

test('a literal that is no address throws with the reason', () => {
  expect(ipAddress('2001:DB8::1')).toBe('2001:db8::1')
  expect(() => ipAddress('10.1')).toThrow(/^"10\.1": an IPv4 address has four decimal parts/)
})

test('families', () => {
  expect([ipFamilyOf(ipAddress('10.0.0.1')), ipFamilyOf(ipAddress('::'))]).toEqual([4, 6])
  expect([isIpv4Address(ipAddress('10.0.0.1')), isIpv4Address(ipAddress('::'))]).toEqual([true, false])
  expect([isIpv6Address(ipAddress('10.0.0.1')), isIpv6Address(ipAddress('::'))]).toEqual([false, true])
})

describe('addresses as numbers', () => {
  test.each([
    ['0.0.0.0', 0n],
    ['0.0.1.2', 258n],
    ['255.255.255.255', 2n ** 32n - 1n],
    ['::', 0n],
    ['::1:0:0', 2n ** 32n],
    ['8000::1', 2n ** 127n + 1n],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n - 1n],
  ])('%s is %s', (text, n) => {
    const address = ipAddress(text)
    expect(ipAddressToBigInt(address)).toBe(n)
    expect(ipAddressFromBigInt(ipFamilyOf(address), n)).toBe(text)
  })

  test.each([
    [4, -1n],
    [4, 2n ** 32n],
    [6, -1n],
    [6, 2n ** 128n],
    [6, 0xffff_0a00_0001n],
  ] as const)('IPv%s has no %s', (family, n) => expect(() => ipAddressFromBigInt(family, n)).toThrow(RangeError))
})

test('order is by number, IPv4 first', () => {
  const sorted = ['9.0.0.0', '10.0.0.0', '192.0.2.1', '::2', '::10', '2::', '10::'].map(ipAddress)
  expect([...sorted].reverse().sort(compareIpAddresses)).toEqual(sorted)
  expect(compareIpAddresses(ipAddress('::'), ipAddress('::'))).toBe(0)
})

test('a false brand is noticed instead of calculated with', () => {
  expect(() => ipAddressToBigInt('10.1' as ReturnType<typeof ipAddress>)).toThrow(/bears the brand of an address/)
})
