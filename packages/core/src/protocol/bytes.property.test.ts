import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { bytesOf, concatBytes, encodeTranscript, utf8Bytes } from './bytes.js'

const field = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 40 }))

describe('utf8Bytes', () => {
  test('is what every other encoder gives, lone surrogates included', async () => {
    const encoder = new TextEncoder()
    await fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units)
        expect(utf8Bytes(text)).toEqual(encoder.encode(text))
      }),
      lawRuns(),
    )
    for (const text of ['', 'plain', 'Größe', '日本語', '🌍 in the middle', '\ud800', 'a\udc00b']) {
      expect(utf8Bytes(text)).toEqual(encoder.encode(text))
    }
  })
})

describe('encodeTranscript', () => {
  test('different fields give different bytes, whatever their lengths', async () => {
    await fc.assert(
      fc.property(fc.array(field, { maxLength: 4 }), fc.array(field, { maxLength: 4 }), (a, b) => {
        const asBytes = (fields: typeof a) => fields.map((f) => Array.from(typeof f === 'string' ? utf8Bytes(f) : f))
        const same = JSON.stringify(asBytes(a)) === JSON.stringify(asBytes(b))
        const [encodedA, encodedB] = [encodeTranscript('label', a), encodeTranscript('label', b)]
        expect(encodedA.join() === encodedB.join()).toBe(same)
      }),
      lawRuns(),
    )
    expect(encodeTranscript('label', ['ab', 'c'])).not.toEqual(encodeTranscript('label', ['a', 'bc']))
    expect(encodeTranscript('label', ['a'])).not.toEqual(encodeTranscript('labela', []))
  })

  test('has a length of four bytes before each field', () => {
    expect(encodeTranscript('L', [Uint8Array.of(9), 7])).toEqual(
      Uint8Array.of(0, 0, 0, 1, 0x4c, 0, 0, 0, 1, 9, 0, 0, 0, 1, 0x37),
    )
  })
})

test('concatBytes keeps the order', () => {
  expect(concatBytes([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3))
})

test('bytesOf takes the one spelling of exactly so many bytes', () => {
  expect(bytesOf('AAE', 2)).toEqual(Uint8Array.of(0, 1))
  for (const text of ['AAF', 'AAE=', 'AA', 'AAEA', 'A+E', '']) expect(bytesOf(text, 2)).toBeUndefined()
})
