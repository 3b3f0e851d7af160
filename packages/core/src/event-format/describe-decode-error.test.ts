import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import { meshCommandCodec } from '../mesh/mesh-command.js'
import { wireguardPublicKeyCodec } from '../values/index.js'
import { decodeWith, describeDecodeError } from './describe-decode-error.js'

const host = t.type({ name: t.string, listenPort: t.Int, tags: t.array(t.string) })

function messageOf(codec: t.Mixed, input: unknown): string {
  const decoded = decodeWith(codec, input)
  return E.isLeft(decoded) ? decoded.left.message : 'valid'
}

describe('decodeWith', () => {
  test('hands over what the codec decoded', () => {
    expect(decodeWith(host, { name: 'a', listenPort: 1, tags: [] })).toEqual(
      E.right({ name: 'a', listenPort: 1, tags: [] }),
    )
  })

  test('lists the problems with path and reason', () => {
    const decoded = decodeWith(host, { name: 7, listenPort: 1.5, tags: ['ok', null] })
    expect(decoded).toEqual(
      E.left({
        code: 'invalid-input',
        problems: [
          { path: '$.name', message: 'expected a text, got 7' },
          { path: '$.listenPort', message: 'expected a whole number, got 1.5' },
          { path: '$.tags[1]', message: 'expected a text, got null' },
        ],
        message:
          '$.name: expected a text, got 7; $.listenPort: expected a whole number, got 1.5; $.tags[1]: expected a text, got null',
      }),
    )
  })

  test('a codec that throws makes invalid input, not a throw', () => {
    const broken = new t.Type(
      'Broken',
      (_u): _u is string => false,
      () => {
        throw new Error('the value is hunter2')
      },
      t.identity,
    )
    expect(messageOf(broken, 'x')).toBe('$: could not be checked')
  })

  test('input deeper than the stack makes invalid input', () => {
    interface Tree {
      readonly child: Tree | null
    }
    const tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ child: t.union([tree, t.null]) }))
    expect(messageOf(tree, JSON.parse(`${'{"child":'.repeat(50_000)}1${'}'.repeat(50_000)}`))).toBe(
      '$: nested too deeply',
    )
  })
})

const epochRaised = { type: 'RaiseMeshEpoch', atEpochMs: 0, force: true }

describe('what is said', () => {
  test.each<[string, t.Mixed, unknown, string]>([
    ['a missing field', t.type({ name: t.string }), {}, '$.name: expected a text, but it is missing'],
    [
      'a missing key',
      t.type({ key: wireguardPublicKeyCodec }),
      {},
      '$.key: expected WireguardPublicKey, but it is missing',
    ],
    ['a field that nobody knows', meshCommandCodec, epochRaised, '$.force: there is no such field'],
    ['the root', host, 'x', '$: expected an object, got "x"'],
    ['an array for an object', host, [1, 2], '$: expected an object, got an array of 2'],
    ['a named codec', t.type({ a: t.number }, 'Point'), null, '$: expected Point, got null'],
    [
      'a reason of the codec',
      wireguardPublicKeyCodec,
      'abc',
      '$: expected WireguardPublicKey (a key has 44 base64 characters), got "abc"',
    ],
    ['a literal', t.type({ on: t.literal('yes') }), { on: 'no' }, '$.on: expected "yes", got "no"'],
    ['a union, once', t.union([t.string, t.number, t.null]), true, '$: expected a text or a number or null, got true'],
    [
      'a tagged union',
      t.type({ e: t.union([t.type({ k: t.literal('a') }), t.type({ k: t.literal('b') })]) }),
      { e: { k: 'c' } },
      '$.e.k: expected "a" or "b", got "c"',
    ],
    [
      'a tagged union without its tag',
      t.readonly(t.union([t.strict({ k: t.literal('a') }), t.strict({ k: t.literal(2) })])),
      {},
      '$.k: expected "a" or 2, but it is missing',
    ],
    [
      'a tagged union that is no object',
      t.union([t.type({ k: t.literal('a') }), t.type({ k: t.literal('b') })]),
      'x',
      '$: expected an object, got "x"',
    ],
    [
      'an intersection',
      t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })]),
      { a: 'x', b: 'y' },
      '$.b: expected a number, got "y"',
    ],
    [
      'a wrapped union',
      t.readonly(t.union([t.type({ a: t.string }), t.null])),
      { a: 1 },
      '$: expected null, got an object; $.a: expected a text, got 1',
    ],
  ])('%s', (_name, codec, input, message) => {
    const got = messageOf(codec, input)
    expect(new Set(got.split('; '))).toEqual(new Set(message.split('; ')))
  })

  test('five problems, then how many more', () => {
    const message = messageOf(t.array(t.number), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(message.split('; ')).toHaveLength(6)
    expect(message).toMatch(/^\$\[0\]: .*; and 2 more$/)
  })

  test('a hundred thousand problems are counted, not examined', () => {
    let examined = 0
    const context = [
      { key: '', type: t.array(t.number) },
      { key: '0', type: t.number },
    ]
    const error = {
      value: 'x',
      get context() {
        examined += 1
        return context
      },
    }
    expect(describeDecodeError(new Array<t.ValidationError>(100_000).fill(error))).toContain('and 99000 more')
    expect(examined).toBeLessThan(10_000)
  })
})

describe('what is not said', () => {
  test.each(['secret', 'privateKey', 'presharedKey', 'TOKEN', 'enrollment_token', 'password', 'authorization'])(
    'a value under %s',
    (key) => {
      const message = messageOf(t.type({ [key]: t.number }), { [key]: 'hunter2' })
      expect(message).not.toContain('hunter2')
      expect(message).toContain('(hidden)')
    },
  )

  test('a value anywhere below such a key, nor the reason that may quote it', () => {
    const quoting = new t.Type(
      'Quoting',
      (_u): _u is string => false,
      (u, c) => t.failure(u, c, `${String(u)} is wrong`),
      t.identity,
    )
    expect(messageOf(t.type({ secrets: t.type({ first: quoting }) }), { secrets: { first: 'hunter2' } })).not.toContain(
      'hunter2',
    )
  })

  test('what looks like a key or token under an innocent name, or as a name', () => {
    const token = 'k3y.9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c'
    expect(messageOf(t.type({ name: t.number }), { name: token })).not.toContain('9f8a7b6c')
    expect(messageOf(t.record(t.string, t.number), { [token]: 'x' })).not.toContain('9f8a7b6c')
  })

  test('more than a few words of a huge value, or of a huge name', () => {
    expect(messageOf(t.number, ' x'.repeat(1_000_000)).length).toBeLessThan(140)
    expect(messageOf(t.record(t.string, t.number), { [' y'.repeat(1_000_000)]: 1n }).length).toBeLessThan(200)
    expect(messageOf(t.number, '\u0001'.repeat(1000)).length).toBeLessThan(200)
  })

  test('control characters and marks that reorder text', () => {
    const message = messageOf(t.number, 'a\n\u001b[31m\u202e\u2028b')
    expect(message).toBe('$: expected a number, got "a\\n\\u001b[31m\\u202e\\u2028b"')
  })

  test('the middle of a long path', () => {
    let codec: t.Mixed = t.number
    let input: unknown = 'x'
    for (let depth = 0; depth < 100; depth += 1) {
      codec = t.type({ a: codec }, 'Nested')
      input = { a: input }
    }
    expect(messageOf(codec, input)).toBe('$.a.a.a.a.a….a.a.a.a.a: expected a number, got "x"')
  })
})
