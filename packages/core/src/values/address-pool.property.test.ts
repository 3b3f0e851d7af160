import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryAddressWithin, arbitraryPrefixWithin } from '../testing/arbitraries/values.js'
import {
  type AddressPool,
  createAddressPool,
  highestFreeAddress,
  isAddressTaken,
  isAddressUsable,
  isPrefixFree,
  lowestFreeAddress,
  releaseAddress,
  releasePrefix,
  takeAddress,
  takePrefix,
} from './address-pool.js'
import { produce } from './enable-immer-maps.js'
import { type IpAddress, ipAddressFromBigInt, ipAddressToBigInt } from './ip-address.js'
import { type IpPrefix, ipPrefix, prefixContainsAddress, prefixFamily, prefixFirst, prefixSize } from './ip-prefix.js'

/** Small enough to list, of every shape that the tree's digits of five bits treat differently. */
const smallRange = fc.oneof(
  fc.integer({ min: 22, max: 32 }).map((length) => ipPrefix(`10.20.0.0/${length}`)),
  fc.integer({ min: 118, max: 128 }).map((length) => ipPrefix(`fd00:0:0:1::/${length}`)),
)

type Step =
  | { readonly kind: 'take-lowest' | 'take-highest' }
  | { readonly kind: 'take' | 'release'; readonly address: IpAddress }
  | { readonly kind: 'take-prefix' | 'release-prefix'; readonly prefix: IpPrefix }

const arbitrarySteps = (range: IpPrefix): fc.Arbitrary<readonly Step[]> => {
  const address = arbitraryAddressWithin(range)
  const prefix = arbitraryPrefixWithin(range)
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('take-lowest' as const, 'take-highest' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('take' as const, 'release' as const), address }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('take-prefix' as const, 'release-prefix' as const), prefix }),
    },
  )
  return fc.array(step, { maxLength: 60 })
}

/** The obvious implementation: all usable addresses in order, and the set of those given out. */
class NaivePool {
  readonly all: readonly IpAddress[]
  readonly usable: readonly IpAddress[]
  readonly taken = new Set<IpAddress>()

  constructor(range: IpPrefix) {
    const first = ipAddressToBigInt(prefixFirst(range))
    this.all = Array.from({ length: Number(prefixSize(range)) }, (_, n) =>
      ipAddressFromBigInt(prefixFamily(range), first + BigInt(n)),
    )
    this.usable = this.all.filter((address) => isAddressUsable(range, address))
  }

  free(): readonly IpAddress[] {
    return this.usable.filter((address) => !this.taken.has(address))
  }

  apply(step: Step): void {
    for (const address of this.usable.filter((candidate) => this.concerns(step, candidate))) {
      if (step.kind.startsWith('take')) this.taken.add(address)
      else this.taken.delete(address)
    }
  }

  private concerns(step: Step, candidate: IpAddress): boolean {
    if ('address' in step) return step.address === candidate
    if ('prefix' in step) return prefixContainsAddress(step.prefix, candidate)
    return candidate === (step.kind === 'take-lowest' ? this.free()[0] : this.free().at(-1))
  }
}

function apply(pool: AddressPool, step: Step): void {
  if (step.kind === 'take') takeAddress(pool, step.address)
  else if (step.kind === 'release') releaseAddress(pool, step.address)
  else if (step.kind === 'take-prefix') takePrefix(pool, step.prefix)
  else if (step.kind === 'release-prefix') releasePrefix(pool, step.prefix)
  else {
    const address = step.kind === 'take-lowest' ? lowestFreeAddress(pool) : highestFreeAddress(pool)
    if (address !== undefined) takeAddress(pool, address)
  }
}

test('A2 agrees with a naive pool after every step, as mutable state and under immer', () => {
  const runs = smallRange.chain((range) => fc.tuple(fc.constant(range), arbitrarySteps(range)))
  fc.assert(
    fc.property(runs, ([range, steps]) => {
      const naive = new NaivePool(range)
      const mutable = createAddressPool(range)
      let immutable = produce(createAddressPool(range), () => undefined)
      for (const step of steps) {
        naive.apply(step)
        apply(mutable, step)
        immutable = produce(immutable, (draft) => apply(draft, step))
        expect(lowestFreeAddress(mutable)).toBe(naive.free()[0])
        expect(highestFreeAddress(mutable)).toBe(naive.free().at(-1))
        expect(immutable).toEqual(mutable)
      }
      for (const address of naive.all) expect(isAddressTaken(immutable, address)).toBe(naive.taken.has(address))
    }),
    lawRuns(1.5),
  )
})

test('its form depends on the taken addresses alone, and survives JSON', () => {
  const runs = smallRange.chain((range) => fc.tuple(fc.constant(range), arbitrarySteps(range)))
  fc.assert(
    fc.property(runs, ([range, steps]) => {
      const naive = new NaivePool(range)
      const pool = createAddressPool(range)
      for (const step of steps) {
        naive.apply(step)
        apply(pool, step)
      }
      const rebuilt = createAddressPool(range)
      for (const address of [...naive.taken].reverse()) takeAddress(rebuilt, address)
      expect(JSON.stringify(pool)).toBe(JSON.stringify(rebuilt))
      expect(JSON.parse(JSON.stringify(pool))).toEqual(pool)
    }),
    lawRuns(1.5),
  )
})

test('a prefix is free when all its addresses are usable and none is taken', () => {
  const runs = smallRange.chain((range) =>
    fc.tuple(fc.constant(range), arbitrarySteps(range), arbitraryPrefixWithin(range)),
  )
  fc.assert(
    fc.property(runs, ([range, steps, prefix]) => {
      const naive = new NaivePool(range)
      const pool = createAddressPool(range)
      for (const step of steps.slice(0, 6)) {
        naive.apply(step)
        apply(pool, step)
      }
      const free = new Set(naive.free())
      const inside = naive.all.filter((address) => prefixContainsAddress(prefix, address))
      expect(isPrefixFree(pool, prefix)).toBe(inside.every((address) => free.has(address)))
    }),
    lawRuns(1.5),
  )
})

const wideRange = fc.constantFrom(
  '10.0.0.0/8',
  '0.0.0.0/0',
  'fd00::/8',
  'fd00:1:2::/48',
  'fd00:1:2:3::/64',
  '2001:db8::/61',
)

test('in ranges too wide to list, exactly the scattered addresses are taken', () => {
  const runs = wideRange
    .map(ipPrefix)
    .chain((range) => fc.tuple(fc.constant(range), fc.array(arbitraryAddressWithin(range), { maxLength: 40 })))
  fc.assert(
    fc.property(runs, ([range, addresses]) => {
      const pool = createAddressPool(range)
      const usable = addresses.filter((address) => isAddressUsable(range, address))
      for (const address of addresses) takeAddress(pool, address)
      for (const address of usable) expect(isAddressTaken(pool, address)).toBe(true)
      const first = ipAddressToBigInt(prefixFirst(range))
      const taken = new Set(usable.map(ipAddressToBigInt))
      let lowest = first + 1n
      while (taken.has(lowest)) lowest++
      expect(lowestFreeAddress(pool)).toBe(ipAddressFromBigInt(prefixFamily(range), lowest))
      let highest = first + prefixSize(range) - (prefixFamily(range) === 4 ? 2n : 129n)
      while (taken.has(highest)) highest--
      expect(highestFreeAddress(pool)).toBe(ipAddressFromBigInt(prefixFamily(range), highest))
      for (const address of usable) releaseAddress(pool, address)
      expect(pool).toEqual(createAddressPool(range))
    }),
    lawRuns(5),
  )
})
