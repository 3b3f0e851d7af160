import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryIpPrefix, arbitraryPrefixWithin } from '../testing/arbitraries/values.js'
import { type IpPrefix, ipPrefix } from './ip-prefix.js'
import { mergePrefixes } from './ip-prefix-set.js'
import { MergedPrefixes } from './merged-prefixes.js'

/** Ranges so small that prefixes meet, cover each other and fill up wider ones. */
const crowded = ['10.0.0.32/29', 'fd00:0:0:1:ffff:ffff:ffff:fff8/125'].map(ipPrefix).map(arbitraryPrefixWithin)
const anyPrefix = fc.oneof({ weight: 8, arbitrary: fc.oneof(...crowded) }, arbitraryIpPrefix)
const changes = fc.array(fc.record({ prefix: anyPrefix, at: fc.nat(), isAdded: fc.boolean() }), { maxLength: 60 })

test('prefixes that come and go leave what merging the rest anew leaves', () => {
  fc.assert(
    fc.property(fc.array(anyPrefix, { maxLength: 12 }), changes, (start, steps) => {
      const held: IpPrefix[] = [...start]
      const merged = new MergedPrefixes(start)
      for (const { prefix, at, isAdded } of steps) {
        const [gone] = isAdded || held.length === 0 ? [] : held.splice(at % held.length, 1)
        if (gone !== undefined) merged.remove(gone)
        else {
          held.push(prefix)
          merged.add(prefix)
        }
        expect(merged.list).toEqual(mergePrefixes(held))
      }
    }),
    lawRuns(5),
  )
})

test('what was never added is not taken away, and a list that was given stays as it was', () => {
  const merged = new MergedPrefixes([ipPrefix('10.0.0.0/24')])
  const given = merged.list
  merged.remove(ipPrefix('10.0.0.1/32'))
  expect(merged.list).toBe(given)
  merged.remove(ipPrefix('10.0.0.0/24'))
  expect(merged.list).toEqual([])
  expect(given).toEqual(['10.0.0.0/24'])
})
