import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import { checkedByIs, unchangedCheck } from './unchanged-check.js'

const part = t.strict({ a: t.string })
const text = checkedByIs(new t.Type<string>('text', t.string.is, t.string.validate, t.identity))

describe('an unchanged check', () => {
  test.each<[string, t.Mixed, unknown]>([
    ['a text', t.string, 'x'],
    ['a number', t.number, 7],
    ['one of some keys', t.keyof({ a: null }), 'a'],
    ['a list', t.array(t.number), [1, 2]],
    ['an object', t.type({ a: t.string, b: t.null }), { a: 'x', b: null }],
    ['an object with more than was asked for', t.type({ a: t.string }), { a: 'x', b: 1 }],
    ['an object with exactly that', part, { a: 'x' }],
    ['any object', t.UnknownRecord, { a: 1 }],
    ['a text or null', t.union([t.string, t.null]), null],
    ['what its codec tells itself', text, 'x'],
  ])('takes %s', (_name, codec, value) => {
    expect(unchangedCheck(codec)(value)).toBe(true)
    const decoded = codec.decode(value)
    expect(E.isRight(decoded) && decoded.right).toBe(value)
  })

  test.each<[string, t.Mixed, unknown]>([
    ['fields that are taken out', part, { a: 'x', b: 1 }],
    ['fields that a part takes out', t.array(part), [{ a: 'x', b: 1 }]],
    ['a missing field', t.type({ a: t.string }), {}],
    ['a missing field that io-ts would put in', t.type({ a: t.union([t.string, t.undefined]) }), {}],
    ['a list for an object', t.type({ length: t.number }), [1]],
    ['a key that every object has', t.keyof({ a: null }), 'constructor'],
    ['a union whose first member would change it', t.union([part, t.type({ b: t.number })]), { a: 'x', b: 1 }],
    ['a hole in a list', t.array(t.number), new Array(2)],
    ['what its codec says nothing of', new t.Type('x', t.string.is, t.string.validate, t.identity), 'x'],
  ])('does not take %s', (_name, codec, value) => {
    expect(unchangedCheck(codec)(value)).toBe(false)
  })
})
