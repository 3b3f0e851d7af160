import { test } from 'vitest'
import { createAddressPool, lowestFreeAddress, releaseAddress, takeAddress } from './address-pool.js'
import { produce } from './enable-immer-maps.js'
import { ipAddressFromBigInt, ipAddressToBigInt } from './ip-address.js'
import { ipPrefix, prefixFamily, prefixFirst } from './ip-prefix.js'

test.for(['10.0.0.0/8', 'fd00::/64', 'fd00::/48'])('100,000 addresses of %s in a row', async (text, { bench }) => {
  const range = ipPrefix(text)
  const first = ipAddressToBigInt(prefixFirst(range))
  const nth = (n: number) => ipAddressFromBigInt(prefixFamily(range), first + BigInt(n))
  const pool = createAddressPool(range)
  for (let n = 1; n <= 100_000; n++) takeAddress(pool, nth(n))
  const frozen = produce(pool, (draft) => takeAddress(draft, nth(200_000)))
  const mutable = structuredClone(pool)
  const [low, next] = [nth(5), nth(100_001)]

  await bench.compare(
    bench('the lowest free address', () => {
      lowestFreeAddress(frozen)
    }),
    bench('leave and join at the low end, as mutable state', () => {
      releaseAddress(mutable, low)
      takeAddress(mutable, low)
    }),
    bench('one take under immer', () => {
      produce(frozen, (draft) => takeAddress(draft, next))
    }),
    bench('one release in the midst under immer', () => {
      produce(frozen, (draft) => releaseAddress(draft, low))
    }),
    { time: 300, iterations: 10 },
  )
})
