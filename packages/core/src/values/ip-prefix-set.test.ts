import { describe, expect, test } from 'vitest'
import { ipPrefix } from './ip-prefix.js'
import {
  intersectPrefixes,
  mergePrefixes,
  prefixSetContains,
  prefixSetsOverlap,
  subtractPrefixes,
} from './ip-prefix-set.js'

const set = (texts: string) => texts.split(' ').filter(Boolean).map(ipPrefix)

describe('mergePrefixes', () => {
  test.each([
    ['', ''],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.0/25 10.0.0.128/25', '10.0.0.0/24'],
    ['10.0.0.128/25 10.0.1.0/24 10.0.0.0/25', '10.0.0.0/23'],
    ['10.0.0.128/25 10.0.1.0/25', '10.0.0.128/25 10.0.1.0/25'],
    ['10.0.0.0/8 10.1.0.0/16 10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/1 128.0.0.0/1', '0.0.0.0/0'],
    ['::/1 8000::/1', '::/0'],
    ['::/0 0.0.0.0/0', '0.0.0.0/0 ::/0'],
    ['::1/128 ::/128 10.0.0.1/32 10.0.0.0/32', '10.0.0.0/31 ::/127'],
    ['2001:db8:0:0:8000::/65 2001:db8::/65', '2001:db8::/64'],
  ])('%s becomes %s', (prefixes, expected) => expect(mergePrefixes(set(prefixes))).toEqual(set(expected)))
})

describe('subtractPrefixes', () => {
  test.each([
    ['10.0.0.0/8', '', '10.0.0.0/8'],
    ['', '10.0.0.0/8', ''],
    ['10.0.0.0/8', '0.0.0.0/0', ''],
    ['10.0.0.0/8', '::/0', '10.0.0.0/8'],
    ['10.0.0.0/24', '10.0.0.64/26', '10.0.0.0/26 10.0.0.128/25'],
    ['10.0.0.0/30', '10.0.0.1/32', '10.0.0.0/32 10.0.0.2/31'],
    ['10.0.0.0/25 10.0.0.128/25', '10.0.0.0/26', '10.0.0.64/26 10.0.0.128/25'],
    ['10.0.0.0/24 10.0.2.0/24', '10.0.0.0/16', ''],
    ['10.0.0.0/24 10.0.2.0/24', '10.0.2.0/24 10.0.1.0/24', '10.0.0.0/24'],
    ['::/126', '::1/128', '::/128 ::2/127'],
  ])('%s without %s is %s', (a, b, expected) => expect(subtractPrefixes(set(a), set(b))).toEqual(set(expected)))

  test('all of IPv4 without the private ranges', () => {
    const rest = subtractPrefixes(set('0.0.0.0/0'), set('10.0.0.0/8 172.16.0.0/12 192.168.0.0/16'))
    expect(rest).toEqual(
      set(
        '0.0.0.0/5 8.0.0.0/7 11.0.0.0/8 12.0.0.0/6 16.0.0.0/4 32.0.0.0/3 64.0.0.0/2 128.0.0.0/3 160.0.0.0/5 ' +
          '168.0.0.0/6 172.0.0.0/12 172.32.0.0/11 172.64.0.0/10 172.128.0.0/9 173.0.0.0/8 174.0.0.0/7 176.0.0.0/4 ' +
          '192.0.0.0/9 192.128.0.0/11 192.160.0.0/13 192.169.0.0/16 192.170.0.0/15 192.172.0.0/14 192.176.0.0/12 ' +
          '192.192.0.0/10 193.0.0.0/8 194.0.0.0/7 196.0.0.0/6 200.0.0.0/5 208.0.0.0/4 224.0.0.0/3',
      ),
    )
  })

  test('pieces inside the IPv4-mapped range, which no prefix may name, are left out', () => {
    expect(subtractPrefixes(set('::fffe:0:0/95'), set('::fffe:0:0/96'))).toEqual([])
  })
})

describe('intersectPrefixes and prefixSetsOverlap', () => {
  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', '10.1.0.0/16'],
    ['10.0.0.0/8', '11.0.0.0/8', ''],
    ['10.0.0.0/8', '::/0', ''],
    ['', '::/0', ''],
    ['10.0.0.0/25 10.0.0.128/25', '10.0.0.0/23', '10.0.0.0/24'],
    ['10.0.0.0/24 10.0.2.0/24 ::/0', '10.0.0.128/25 10.0.2.0/23 fd00::/8', '10.0.0.128/25 10.0.2.0/24 fd00::/8'],
  ])('%s and %s share %s', (a, b, expected) => {
    expect(intersectPrefixes(set(a), set(b))).toEqual(set(expected))
    expect(intersectPrefixes(set(b), set(a))).toEqual(set(expected))
    expect(prefixSetsOverlap(set(a), set(b))).toBe(expected !== '')
    expect(prefixSetsOverlap(set(b), set(a))).toBe(expected !== '')
  })
})

describe('prefixSetContains', () => {
  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['10.0.0.0/25 10.0.0.128/25', '10.0.0.0/24', true],
    ['10.0.0.0/24', '10.0.0.0/25 10.0.0.128/25', true],
    ['10.0.0.0/25', '10.0.0.0/25 10.0.0.128/25', false],
    ['0.0.0.0/0', '::/128', false],
    ['10.0.0.0/24 ::/0', '10.0.0.5/32 fd00::/8', true],
    ['10.0.0.0/8', '', true],
    ['', '', true],
    ['', '10.0.0.0/8', false],
  ])('%s holds all of %s: %s', (a, b, expected) => expect(prefixSetContains(set(a), set(b))).toBe(expected))
})

test('arguments are left as they are', () => {
  const a = Object.freeze(set('10.0.1.0/24 10.0.0.0/24'))
  const b = Object.freeze(set('10.0.1.0/24 10.0.0.0/25'))
  expect(subtractPrefixes(a, b)).toEqual(set('10.0.0.128/25'))
  expect(mergePrefixes(a)).toEqual(set('10.0.0.0/23'))
  expect(a).toEqual(set('10.0.1.0/24 10.0.0.0/24'))
})
