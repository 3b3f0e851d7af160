import { describe, expect, test } from 'vitest'
import { shrink } from './shrink.js'

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, at) => at)

/** Shrinks, and counts what it took. */
const shrunk = async (length: number, needed: readonly number[]) => {
  let tries = 0
  const left = await shrink(numbers(length), async (fewer) => {
    tries += 1
    return needed.every((each) => fewer.includes(each))
  })
  return { left, tries }
}

describe('shrinking', () => {
  test.each([[[0]], [[29]], [[3, 17]], [[0, 1, 28, 29]]])('leaves of thirty what it takes: %j', async (needed) => {
    expect((await shrunk(30, needed)).left).toEqual(needed)
  })

  test('leaves nothing of what takes nothing, at once', async () => {
    expect(await shrunk(30, [])).toEqual({ left: [], tries: 2 })
  })

  test('leaves all of what takes all', async () => {
    expect((await shrunk(5, numbers(5))).left).toEqual(numbers(5))
  })

  test('ends after sixty tries with something that still shows it', async () => {
    const needed = numbers(200).filter((each) => each % 3 === 0)
    const { left, tries } = await shrunk(200, needed)
    expect(tries).toBe(60)
    expect(left).toEqual(expect.arrayContaining([...needed]))
  })
})
