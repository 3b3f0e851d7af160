import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { decodeWith } from './describe-decode-error.js'
import { eventEnvelopeCodec } from './event-envelope-codec.js'

const stored = {
  eventId: 'e-1',
  type: 'LampLit',
  schemaVersion: 1,
  data: { lampId: 'l-1' },
  metadata: { commandId: 'c-1', recordedAtEpochMs: 1_700_000_000_000, actor: 'admin', reason: null, source: null },
}

describe('eventEnvelopeCodec', () => {
  test('reads what it writes', () => {
    const decoded = decodeWith(eventEnvelopeCodec, JSON.parse(JSON.stringify(stored)))
    expect(decoded).toEqual(E.right(stored))
    expect(E.isRight(decoded) && eventEnvelopeCodec.encode(decoded.right)).toEqual(stored)
  })

  test('keeps unknown fields and whatever data holds', () => {
    const newer = { ...stored, colour: 'red', data: JSON.parse('{"__proto__":1,"a":[null,{}]}') }
    expect(decodeWith(eventEnvelopeCodec, newer)).toEqual(E.right(newer))
  })

  test.each<[string, object, string]>([
    ['no event id', { eventId: undefined }, '$.eventId'],
    ['an event id with a space', { eventId: 'a b' }, '$.eventId'],
    ['an empty type', { type: '' }, '$.type'],
    ['an endless type', { type: 'x'.repeat(201) }, '$.type'],
    ['version 0', { schemaVersion: 0 }, '$.schemaVersion'],
    ['version 1.5', { schemaVersion: 1.5 }, '$.schemaVersion'],
    ['data that is a list', { data: [] }, '$.data'],
    ['no data', { data: null }, '$.data'],
    ['no metadata', { metadata: undefined }, '$.metadata'],
    ['a time before 1970', { metadata: { ...stored.metadata, recordedAtEpochMs: -1 } }, '$.metadata.recordedAtEpochMs'],
    ['no actor', { metadata: { ...stored.metadata, actor: undefined } }, '$.metadata.actor'],
    ['a reason that is a number', { metadata: { ...stored.metadata, reason: 3 } }, '$.metadata.reason'],
  ])('refuses %s', (_name, change, path) => {
    const decoded = decodeWith(eventEnvelopeCodec, { ...stored, ...change })
    expect(E.isLeft(decoded) && decoded.left.problems.map((problem) => problem.path)).toEqual([path])
  })
})
