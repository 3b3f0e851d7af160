import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { type Base64Alphabet, decodeBase64, encodeBase64 } from './base64.js'
import { decodeHex, encodeHex } from './hex.js'

const platform = { standard: 'base64', url: 'base64url' } as const
const plain = (bytes: Uint8Array) => Uint8Array.from(bytes)

describe.each<Base64Alphabet>(['standard', 'url'])('base64 (%s)', (alphabet) => {
  test('encodes as the platform does, and decodes that', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encodeBase64(bytes, alphabet)
        expect(text).toBe(Buffer.from(bytes).toString(platform[alphabet]))
        expect(decodeBase64(text, alphabet)).toEqual(E.right(bytes))
      }),
      lawRuns(5),
    )
  })

  test('decodes exactly the texts that encoding yields', () => {
    const digits = fc.constantFrom(...'AQgwZ9+/-_= \n')
    const text = fc.oneof(fc.string({ unit: digits, maxLength: 9 }), fc.base64String(), fc.string({ maxLength: 9 }))
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = plain(Buffer.from(candidate, platform[alphabet]))
        const isCanonical = Buffer.from(bytes).toString(platform[alphabet]) === candidate
        const decoded = decodeBase64(candidate, alphabet)
        expect(E.isRight(decoded)).toBe(isCanonical)
        if (E.isRight(decoded)) expect(decoded.right).toEqual(bytes)
      }),
      lawRuns(50),
    )
  })
})

test.each([
  ['standard', 'QQ', "the length is not a multiple of four, with '=' at the end"],
  ['standard', 'A===', '"=" is not a base64 digit'],
  ['standard', '====', '"=" is not a base64 digit'],
  ['standard', 'QUI', "the length is not a multiple of four, with '=' at the end"],
  ['standard', 'QR==', 'the unused bits are not zero'],
  ['standard', 'QUJ=', 'the unused bits are not zero'],
  ['standard', 'QU-_', '"-" is not a base64 digit'],
  ['url', 'A', 'the length fits no number of bytes'],
  ['url', 'QQ==', '"=" is not a base64 digit'],
  ['url', 'QR', 'the unused bits are not zero'],
  ['url', 'QU+/', '"+" is not a base64 digit'],
] as const)('base64 (%s) refuses %j: %s', (alphabet, text, reason) =>
  expect(decodeBase64(text, alphabet)).toEqual(E.left({ code: 'base64-invalid', text, reason })),
)

describe('hexadecimal', () => {
  test('encodes as the platform does, and decodes that', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
        expect(decodeHex(encodeHex(bytes))).toEqual(E.right(bytes))
      }),
      lawRuns(),
    )
  })

  test.each([
    ['0', 'the number of digits is odd'],
    ['0G', 'only the digits 0-9 and a-f are allowed'],
    ['0A', 'only the digits 0-9 and a-f are allowed'],
    ['0 ', 'only the digits 0-9 and a-f are allowed'],
    ['00\n0', 'only the digits 0-9 and a-f are allowed'],
  ])('%j is refused: %s', (text, reason) =>
    expect(decodeHex(text)).toEqual(E.left({ code: 'hex-invalid', text, reason })),
  )
})

test('a megabyte takes linear time and is quoted in part', () => {
  const startedAt = performance.now()
  const long = 'A'.repeat(1_000_000)
  const refused = [decodeBase64(`${long}!!!!`, 'standard'), decodeBase64(`${long}!`, 'url'), decodeHex(long)]
  const quoted = E.left(expect.objectContaining({ text: `${'A'.repeat(64)}…` }) as unknown)
  expect(refused).toEqual([quoted, quoted, quoted])
  expect(E.isRight(decodeBase64(long, 'standard'))).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
