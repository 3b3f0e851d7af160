import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { ipAddress } from './ip-address.js'
import {
  comparePrefixes,
  hostPrefix,
  ipPrefix,
  isIpPrefix,
  normaliseIpPrefix,
  parseIpPrefix,
  prefixContains,
  prefixContainsAddress,
  prefixesOverlap,
  prefixFamily,
  prefixFirst,
  prefixLast,
  prefixLength,
  prefixSize,
  sortedPrefixes,
} from './ip-prefix.js'

describe('parsing', () => {
  test.each([
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.1/32', '10.0.0.1/32'],
    ['10.0.0.2/31', '10.0.0.2/31'],
    ['::/0', '::/0'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['fe80::/10', 'fe80::/10'],
    ['::1/128', '::1/128'],
  ])('%s is %s', (text, canonical) => {
    expect(parseIpPrefix(text)).toEqual(E.right(canonical))
    expect(normaliseIpPrefix(text)).toEqual(E.right(canonical))
  })

  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.0.0.1/31', '10.0.0.0/31'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['ffff::ffff:ffff/97', 'ffff::8000:0/97'],
    ['::1/127', '::/127'],
  ])('host bits of %s are refused or cleared: %s', (text, normalised) => {
    expect(parseIpPrefix(text)).toEqual(
      E.left({
        code: 'ip-invalid',
        text,
        reason: `bits after the prefix length are set; the range is ${normalised}`,
      }),
    )
    expect(normaliseIpPrefix(text)).toEqual(E.right(normalised))
  })

  test.each([
    ['10.0.0.0', 'prefix length is missing'],
    ['', 'prefix length is missing'],
    ['10.0.0.0/', "'' is not a prefix length from 0 to 32"],
    ['10.0.0.0/33', "'33' is not a prefix length from 0 to 32"],
    ['10.0.0.0/08', "'08' is not a prefix length"],
    ['10.0.0.0/+8', "'+8' is not a prefix length"],
    ['10.0.0.0/8 ', "'8 ' is not a prefix length"],
    ['10.0.0.0/8\n', "'8\n' is not a prefix length"],
    ['10.0.0.0/-1', "'-1' is not a prefix length"],
    ['10.0.0.0/1e1', "'1e1' is not a prefix length"],
    ['10.0.0.0/8/8', "'8/8' is not a prefix length"],
    ['10.0.0.0/255.0.0.0', "'255.0.0.0' is not a prefix length"],
    [' 10.0.0.0/8', "' 10' is no number"],
    ['10/8', 'four decimal parts'],
    ['::1/129', "'129' is not a prefix length from 0 to 128"],
    ['::/', "'' is not a prefix length from 0 to 128"],
    ['1::2::3/64', 'may stand once'],
    ['fe80::%eth0/64', 'zone id'],
    ['::ffff:10.0.0.0/104', 'IPv4-mapped'],
    ['/8', 'four decimal parts'],
    [`::/${'0'.repeat(1_000_000)}`, 'too long'],
  ])('case %# is refused: %j', (text, reason) => {
    const refusal = E.left({
      code: 'ip-invalid',
      text: expect.stringMatching(/^.{0,65}$/s) as string,
      reason: expect.stringContaining(reason) as string,
    })
    expect(parseIpPrefix(text)).toEqual(refusal)
    expect(normaliseIpPrefix(text)).toEqual(refusal)
  })

  test('a literal throws', () => expect(() => ipPrefix('10.0.0.1/24')).toThrow(/the range is 10\.0\.0\.0\/24/))

  test.each(['10.0.0.0/8', '::/0'])('%s is canonical', (text) => expect(isIpPrefix(text)).toBe(true))

  test.each(['10.0.0.1/8', 'FD00::/8', '0::/0', '10.0.0.0', 8, undefined, null, ['::/0']])('%j is not', (u) =>
    expect(isIpPrefix(u)).toBe(false),
  )
})

test.each([
  ['10.0.0.0/24', 4, 24, '10.0.0.0', '10.0.0.255', 256n],
  ['0.0.0.0/0', 4, 0, '0.0.0.0', '255.255.255.255', 2n ** 32n],
  ['10.0.0.7/32', 4, 32, '10.0.0.7', '10.0.0.7', 1n],
  ['2001:db8::/63', 6, 63, '2001:db8::', '2001:db8:0:1:ffff:ffff:ffff:ffff', 2n ** 65n],
  ['::/0', 6, 0, '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n],
  ['::1/128', 6, 128, '::1', '::1', 1n],
] as const)('%s: family, length, first, last, size', (text, family, length, first, last, size) => {
  const prefix = ipPrefix(text)
  expect(prefixFamily(prefix)).toBe(family)
  expect(prefixLength(prefix)).toBe(length)
  expect(prefixFirst(prefix)).toBe(first)
  expect(prefixLast(prefix)).toBe(last)
  expect(prefixSize(prefix)).toBe(size)
})

test('the prefix of one address', () => {
  expect(hostPrefix(ipAddress('10.0.0.1'))).toBe('10.0.0.1/32')
  expect(hostPrefix(ipAddress('::1'))).toBe('::1/128')
})

test.each([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/31', '10.0.0.2', false],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['0.0.0.0/0', '::', false],
  ['::/0', '0.0.0.0', false],
  ['2001:db8::/33', '2001:db8:7fff::', true],
  ['2001:db8::/33', '2001:db8:8000::', false],
])('%s holds %s: %s', (prefix, address, expected) =>
  expect(prefixContainsAddress(ipPrefix(prefix), ipAddress(address))).toBe(expected),
)

test.each([
  ['10.0.0.0/8', '10.0.0.0/8', true, true],
  ['10.0.0.0/8', '10.1.0.0/16', true, false],
  ['10.0.0.0/9', '10.128.0.0/9', false, false],
  ['0.0.0.0/0', '::/0', false, false],
  ['::/0', '::1/128', true, false],
])('%s and %s: one holds the other', (a, b, aHoldsB, bHoldsA) => {
  expect(prefixContains(ipPrefix(a), ipPrefix(b))).toBe(aHoldsB)
  expect(prefixContains(ipPrefix(b), ipPrefix(a))).toBe(bHoldsA)
  expect(prefixesOverlap(ipPrefix(a), ipPrefix(b))).toBe(aHoldsB || bHoldsA)
  expect(prefixesOverlap(ipPrefix(b), ipPrefix(a))).toBe(aHoldsB || bHoldsA)
})

test('order: family, first address, wider first', () => {
  const sorted = ['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/16', '10.1.0.0/16', '::/0', '::/128', '2::/16'].map(ipPrefix)
  expect([...sorted].reverse().sort(comparePrefixes)).toEqual(sorted)
  expect(sortedPrefixes([...sorted].reverse())).toEqual(sorted)
})

test('arithmetic may end in IPv4-mapped addresses without failing', () => {
  const prefix = ipPrefix('::fffe:0:0/95')
  expect(prefixLast(prefix)).toBe('::ffff:ffff:ffff')
  expect(prefixContainsAddress(prefix, prefixLast(prefix))).toBe(true)
})
