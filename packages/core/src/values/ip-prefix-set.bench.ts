import { test } from 'vitest'
import { ipPrefix } from './ip-prefix.js'
import { intersectPrefixes, mergePrefixes, prefixSetContains, subtractPrefixes } from './ip-prefix-set.js'

/** 10,000 spread out evenly, so that hardly any two can be joined. */
const spread = (write: (n: number) => string) =>
  Array.from({ length: 10_000 }, (_, n) => ipPrefix(write((Math.imul(n, 0x9e3779b1) >>> 0) % 0x800000)))
const hex = (n: number) => n.toString(16)

const families = [
  { family: 'IPv4', all: '0.0.0.0/0', set: spread((n) => `${n >>> 16}.${(n >>> 8) & 255}.${n & 255}.0/24`) },
  { family: 'IPv6', all: '::/0', set: spread((n) => `2001:db8:${hex(n >>> 8)}:${hex((n & 255) << 4)}::/64`) },
]

test.for(families)('10,000 prefixes of $family', async ({ all, set }, { bench }) => {
  await bench.compare(
    bench('merge', () => {
      mergePrefixes(set)
    }),
    bench('intersect with themselves', () => {
      intersectPrefixes(set, set)
    }),
    bench('contain themselves', () => {
      prefixSetContains(set, set)
    }),
    bench('everything without them', () => {
      subtractPrefixes([ipPrefix(all)], set)
    }),
    { time: 300, iterations: 10 },
  )
})
