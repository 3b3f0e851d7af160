import type { EnrollmentChallengeState } from '@meshfold/core'
import { describe, expect, it } from 'vitest'
import { ChallengeBook } from './challenge-book.js'

const stateOf = (number: number, expiresAtEpochMs: number): EnrollmentChallengeState =>
  ({
    challenge: { nonce: Uint8Array.of(number >> 16, number >> 8, number), expiresAtEpochMs },
  }) as unknown as EnrollmentChallengeState

describe('the book of challenges', () => {
  it('finds them by their nonce until they were forgotten', () => {
    const book = new ChallengeBook()
    book.add(stateOf(1, 1000), 'a')
    const found = book.find(Uint8Array.of(0, 0, 1))
    expect(found?.source).toBe('a')
    if (found !== undefined) book.forget(found)
    expect(book.find(Uint8Array.of(0, 0, 1))).toBeUndefined()
  })

  it('forgets those that expired a minute ago, and no others', () => {
    const book = new ChallengeBook()
    book.add(stateOf(1, 1000), 'a')
    book.add(stateOf(2, 2000), 'a')
    book.forgetExpired(61_500)
    expect(book.find(Uint8Array.of(0, 0, 1))).toBeUndefined()
    expect(book.find(Uint8Array.of(0, 0, 2))).toBeDefined()
  })

  it('is full for one source long before it is full for all', () => {
    const book = new ChallengeBook()
    for (let i = 0; i < 10_000; i += 1) book.add(stateOf(i, 1000), 'flood')
    expect(book.whatIsFull('flood')).toMatchObject({ status: 429 })
    expect(book.whatIsFull('other')).toBeUndefined()
    book.forgetExpired(100_000)
    expect(book.whatIsFull('flood')).toBeUndefined()
  })

  it('has room for everybody else however many sources flood it, and stays as large as it was', () => {
    const book = new ChallengeBook()
    for (let i = 0; i < 50_000; i += 1) book.add(stateOf(i, 1000), `flood ${i % 6}`)
    expect(book.whatIsFull('honest')).toBeUndefined()
    book.add(stateOf(50_000, 1000), 'honest')
    expect(book.find(Uint8Array.of(0, 0, 0))).toBeUndefined()
    for (let i = 50_001; i < 60_000; i += 1) book.add(stateOf(i, 1000), `flood ${i}`)
    expect(book.find(Uint8Array.of(50_000 >> 16, 50_000 >> 8, 50_000 & 255))?.source).toBe('honest')
    book.forgetExpired(100_000)
    expect(book.find(Uint8Array.of(50_000 >> 16, 50_000 >> 8, 50_000 & 255))).toBeUndefined()
  })
})
