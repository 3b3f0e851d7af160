import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.js'

it('lets through a burst, then so many a second', () => {
  const bucket = new TokenBucket(3, 2, 0)
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false])
  expect(bucket.waitMs(0)).toBe(500)
  expect(bucket.take(499)).toBe(false)
  expect(bucket.take(500)).toBe(true)
  expect([1, 2, 3, 4].map(() => bucket.take(100_000))).toEqual([true, true, true, false])
  // A clock that goes back gives nothing.
  expect(bucket.take(0)).toBe(false)
})
