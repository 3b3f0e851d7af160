import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { egressId, hostId, nodeId } from '../values/index.js'
import {
  decodePathMessage,
  encodePathMessage,
  maxPathDatagramBytes,
  type PathMessage,
  type SignedVector,
} from './path-message.js'

const vectorOf = (number: number, gateways: number, egresses = 0): SignedVector => ({
  hostId: hostId(`host-${number}`),
  sequence: 1_700_000_000_000 + number,
  gatewayIds: Array.from({ length: gateways }, (_, at) => nodeId(`gate-${at}`.padEnd(64, 'x'))),
  servedEgressIds: Array.from({ length: egresses }, (_, at) => egressId(`egress-${at}`.padEnd(64, 'x'))),
  signature: 'A'.repeat(86),
})
const decoded = (texts: readonly string[]): readonly PathMessage[] =>
  texts.map((text) => {
    const message = decodePathMessage(text)
    if (E.isLeft(message)) throw new Error(message.left)
    return message.right
  })

test('many vectors go in several datagrams, in order, none too large for the smallest tunnel', () => {
  const vectors = Array.from({ length: 50 }, (_, number) => vectorOf(number, 4))
  const texts = encodePathMessage({ type: 'vectors', vectors })
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(1200)
  expect(decoded(texts).flatMap((message) => (message.type === 'vectors' ? message.vectors : []))).toEqual(vectors)
  const held = vectors.map(({ hostId, sequence }) => ({ hostId, sequence }))
  const answers = encodePathMessage({ type: 'held', held })
  expect(answers.length).toBeGreaterThan(1)
  expect(decoded(answers).flatMap((message) => (message.type === 'held' ? message.held : []))).toEqual(held)
})

test('a vector with everything at its bounds is read; one gateway more is not, nor is a text that is too long', () => {
  const probe = (gateways: number): PathMessage => ({
    type: 'probe',
    id: 1,
    vector: vectorOf(1, gateways, 256),
    echoAgeMs: null,
    asksWhere: false,
  })
  expect(decoded(encodePathMessage(probe(64)))).toEqual([probe(64)])
  expect(E.isLeft(decodePathMessage(JSON.stringify(probe(65))))).toBe(true)
  expect(decodePathMessage(`"${'x'.repeat(maxPathDatagramBytes)}"`)).toEqual(E.left('more than 32768 bytes'))
  expect(decodePathMessage('{"type":"probe"')).toEqual(E.left('no JSON'))
  for (const opening of ['[', '{"type":'])
    expect(E.isLeft(decodePathMessage(opening.repeat(maxPathDatagramBytes / opening.length)))).toBe(true)
})
