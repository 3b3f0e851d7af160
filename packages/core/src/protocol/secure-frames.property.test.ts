import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { nodeCrypto } from '../../test/real-crypto.js'
import { createFrameReader, createFrameWriter, type FrameKey } from './secure-frames.js'

const key: FrameKey = { direction: 'agent-to-server', secret: nodeCrypto.randomBytes(32) }
const payloads = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 })

function framesOf(texts: readonly string[], of = key): string[] {
  const writer = createFrameWriter(nodeCrypto, of)
  return texts.map((text) => writer.write(text))
}

/** What the reader takes until its first error, and that error. */
function readAll(frames: readonly string[], of = key) {
  const reader = createFrameReader(nodeCrypto, of)
  const taken: string[] = []
  for (const frame of frames) {
    const payload = reader.read(frame)
    if (E.isLeft(payload)) return { taken, error: payload.left.code, reader }
    taken.push(payload.right)
  }
  return { taken, error: undefined, reader }
}

describe('secure frames', () => {
  test('what is written is read', async () => {
    await fc.assert(
      fc.property(payloads, (texts) => {
        expect(readAll(framesOf(texts))).toMatchObject({ taken: texts, error: undefined })
      }),
      lawRuns(),
    )
  })

  test('frames have the form counter.mac.payload', () => {
    const [first, second] = framesOf(['a.b', ''])
    expect(first).toMatch(/^0\.[\w-]{43}\.a\.b$/)
    expect(second).toMatch(/^1\.[\w-]{43}\.$/)
  })

  test('any sequence of the right frames but the right one stops at its first wrong frame', async () => {
    await fc.assert(
      fc.property(payloads, fc.array(fc.nat(7), { maxLength: 10 }), (texts, places) => {
        const frames = framesOf(texts)
        const chosen = places.filter((place) => place < frames.length)
        const rightOnes = chosen.findIndex((place, i) => place !== i)
        const { taken, error } = readAll(chosen.map((place) => frames[place] ?? ''))
        expect(taken).toEqual(texts.slice(0, rightOnes === -1 ? chosen.length : rightOnes))
        expect(error).toBe(rightOnes === -1 ? undefined : 'frame-counter-unexpected')
      }),
      lawRuns(),
    )
  })

  test('a frame with any character changed, added or taken away is refused', async () => {
    await fc.assert(
      fc.property(
        payloads,
        fc.nat(),
        fc.constantFrom('', 'x', '.', '0', '_', 'ä'),
        fc.boolean(),
        (texts, n, other, adds) => {
          const frames = framesOf(texts)
          const last = frames.pop() ?? ''
          const at = n % last.length
          const changed = last.slice(0, at) + other + last.slice(adds ? at : at + 1)
          fc.pre(changed !== last)
          const { taken, error, reader } = readAll([...frames, changed])
          expect(taken).toEqual(texts.slice(0, -1))
          expect(error).toMatch(/^frame-(malformed|counter-unexpected|mac-invalid)$/)
          expect(reader.read(last)).toEqual(E.left({ code: 'frame-reader-dead' }))
        },
      ),
      lawRuns(),
    )
  })

  test('a frame of the other direction or of another connection is refused', () => {
    const [frame] = framesOf(['text'])
    const otherDirection: FrameKey = { ...key, direction: 'server-to-agent' }
    const otherConnection: FrameKey = { ...key, secret: nodeCrypto.randomBytes(32) }
    for (const other of [otherDirection, otherConnection]) {
      expect(readAll([frame ?? ''], other).error).toBe('frame-mac-invalid')
    }
  })

  test.each([
    '',
    '.',
    '0',
    '0.',
    `00.${'A'.repeat(43)}.x`,
    `+0.${'A'.repeat(43)}.x`,
    `0.${'A'.repeat(42)}.x`,
    `-0.${'A'.repeat(43)}.x`,
  ])('hostile text is refused: %j', (text) => {
    expect(readAll([text])).toMatchObject({ taken: [], error: expect.stringMatching(/^frame-/) })
  })
})
