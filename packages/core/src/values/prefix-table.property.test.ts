import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryIpPrefix, arbitraryPrefixWithin } from '../testing/arbitraries/values.js'
import { ipPrefix, prefixContainsAddress, prefixFirst, prefixLast, prefixLength } from './ip-prefix.js'
import { PrefixTable } from './prefix-table.js'

/** Ranges so small that prefixes are inside each other, and equal. */
const crowded = ['10.0.0.32/28', 'fd00:0:0:1:ffff:ffff:ffff:fff0/124'].map(ipPrefix).map(arbitraryPrefixWithin)
const wide = fc.constantFrom(...['0.0.0.0/0', '::/0', '10.0.0.0/8', 'fd00::/16'].map(ipPrefix))
const anyPrefix = fc.oneof({ weight: 8, arbitrary: fc.oneof(...crowded) }, wide, arbitraryIpPrefix)

test('around an address are all prefixes that hold it, the longest first, of equal ones the first', () => {
  fc.assert(
    fc.property(fc.array(anyPrefix, { maxLength: 30 }), fc.array(anyPrefix, { maxLength: 5 }), (prefixes, others) => {
      const table = new PrefixTable(prefixes.map((prefix, at) => [prefix, at]))
      const distinct = prefixes.filter((prefix, at) => prefixes.indexOf(prefix) === at)
      for (const address of [...prefixes, ...others].flatMap((prefix) => [prefixFirst(prefix), prefixLast(prefix)])) {
        const around = distinct
          .filter((prefix) => prefixContainsAddress(prefix, address))
          .map((prefix) => ({ value: prefixes.indexOf(prefix), length: prefixLength(prefix) }))
          .sort((one, other) => other.length - one.length)
        expect(table.around(address)).toEqual(around)
        expect(table.longest(address)).toEqual(around[0])
      }
    }),
    lawRuns(3),
  )
})
