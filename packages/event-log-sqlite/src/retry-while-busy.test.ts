import { expect, test } from 'vitest'
import { pauseBeforeRetryMs } from './retry-while-busy.js'

test('pauses grow, stay random, and end at 51 ms', () => {
  const shortest = [1, 2, 3, 10, 1000].map((n) => pauseBeforeRetryMs(n, () => 0))
  const longest = [1, 2, 3, 10, 1000].map((n) => pauseBeforeRetryMs(n, () => 1))
  expect(shortest).toEqual([1, 1, 1, 1, 1])
  expect(longest).toEqual([3, 5, 9, 51, 51])
})
