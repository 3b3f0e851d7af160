import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { IncomingMessage, OutgoingMessages, PIECE_LENGTH } from './message-pieces.js'

const unlimited = { maxQueuedMessages: 1000, maxQueuedLength: Number.MAX_SAFE_INTEGER }
const message = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: -3, max: 3 }))
  .map(([text, pieces, more]) => text.padEnd(pieces * PIECE_LENGTH + more, '🌍ä'))

describe('pieces of messages', () => {
  test('come together again, none is longer than it may be, and no surrogate pair is split', async () => {
    await fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        const outgoing = new OutgoingMessages(unlimited)
        for (const each of messages) expect(outgoing.offer(each)).toBe('queued')
        const incoming = new IncomingMessage(Number.MAX_SAFE_INTEGER)
        const received: string[] = []
        for (let piece = outgoing.nextPiece(); piece !== undefined; piece = outgoing.nextPiece()) {
          expect(piece.text.length).toBeLessThanOrEqual(PIECE_LENGTH)
          if (!piece.isLast) expect(piece.text).not.toMatch(/[\ud800-\udbff]$/)
          const taken = incoming.add(piece.text, piece.isLast)
          if (typeof taken === 'object') received.push(taken.message)
          else expect(taken).toBe('incomplete')
        }
        expect(received).toEqual(messages)
        expect(outgoing.isEmpty).toBe(true)
      }),
      lawRuns(0.4),
    )
  })

  test('an overflow drops what waits, finishes what was begun, and takes nothing until recovered', () => {
    const outgoing = new OutgoingMessages({ maxQueuedMessages: 2, maxQueuedLength: 10 })
    const begun = 'b'.repeat(PIECE_LENGTH + 1)
    expect(outgoing.offer(begun)).toBe('queued')
    expect(outgoing.nextPiece()).toMatchObject({ isLast: false })
    expect([outgoing.offer('1'), outgoing.offer('2'), outgoing.offer('3')]).toEqual(['queued', 'queued', 'overflow'])
    expect(outgoing.offer('4')).toBe('overflow')
    expect(outgoing.nextPiece()).toEqual({ text: 'b', isLast: true })
    expect(outgoing.nextPiece()).toBeUndefined()
    expect(outgoing.offer('5')).toBe('overflow')
    outgoing.recover()
    expect(outgoing.offer('6')).toBe('queued')
    expect(outgoing.nextPiece()).toEqual({ text: '6', isLast: true })
  })

  test('length counts as well as number, and a lone message fits whatever its length', () => {
    const outgoing = new OutgoingMessages({ maxQueuedMessages: 100, maxQueuedLength: 10 })
    expect(outgoing.offer('x'.repeat(50))).toBe('queued')
    expect(outgoing.offer('x')).toBe('overflow')
  })

  test('an incoming message may not be too large, nor come in crumbs', () => {
    const incoming = new IncomingMessage(PIECE_LENGTH)
    expect(incoming.add('x'.repeat(PIECE_LENGTH), true)).toEqual({ message: 'x'.repeat(PIECE_LENGTH) })
    expect(incoming.add('x'.repeat(PIECE_LENGTH), false)).toBe('incomplete')
    expect(incoming.add('x', true)).toBe('too-large')
    incoming.clear()
    expect(incoming.add('crumb', false)).toBe('piece-too-small')
    incoming.clear()
    expect(incoming.add('', true)).toEqual({ message: '' })
  })
})
