import { Buffer } from 'node:buffer'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import {
  identityKeyFromBytes,
  identityKeyToBytes,
  identityPublicKey,
  isIdentityPublicKey,
  parseIdentityPublicKey,
} from './identity-public-key.js'
import {
  isWireguardPublicKey,
  parseWireguardPublicKey,
  wireguardKeyFromBytes,
  wireguardKeyFromHex,
  wireguardKeyToBytes,
  wireguardKeyToHex,
  wireguardPublicKey,
} from './wireguard-public-key.js'

/** The public key of RFC 7748 §6.1's Alice, as `wg pubkey` prints it. */
const alice = 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
const aliceHex = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'
const zero = `${'A'.repeat(43)}=`

const kinds = [
  { kind: 'WireGuard', parse: parseWireguardPublicKey, is: isWireguardPublicKey, literal: wireguardPublicKey },
  { kind: 'identity', parse: parseIdentityPublicKey, is: isIdentityPublicKey, literal: identityPublicKey },
]

describe.each(kinds)('a $kind key', ({ parse, is, literal }) => {
  test('is the canonical base64 of 32 bytes', () => {
    expect(parse(alice)).toEqual(E.right(alice))
    expect(is(alice)).toBe(true)
    expect(literal(alice)).toBe(alice)
  })

  test.each([
    ['', 'a key has 44 base64 characters'],
    [alice.slice(0, -1), 'a key has 44 base64 characters'],
    [` ${alice}`, 'a key has 44 base64 characters'],
    [`${alice}\n`, 'a key has 44 base64 characters'],
    [Buffer.alloc(31, 1).toString('base64'), 'a key has 32 bytes'],
    [Buffer.alloc(33, 1).toString('base64'), 'a key has 32 bytes'],
    [`${alice.slice(0, 42)}p=`, 'the unused bits are not zero'],
    [`${alice.slice(0, 20)} ${alice.slice(21)}`, '" " is not a base64 digit'],
    [`${alice.slice(0, 20)}=${alice.slice(21)}`, '"=" is not a base64 digit'],
    [alice.replace('/', '_'), '"_" is not a base64 digit'],
    [zero, 'the all-zero key is no key'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parse(text)).toEqual(E.left({ code: 'key-invalid', text, reason }))
    expect(is(text)).toBe(false)
    expect(() => literal(text)).toThrow(TypeError)
  })

  test('a megabyte is refused and quoted in part', () => {
    const text = `${'A'.repeat(64)}…`
    expect(parse('A'.repeat(1_000_000))).toEqual(
      E.left({ code: 'key-invalid', text, reason: 'a key has 44 base64 characters' }),
    )
  })

  test.each([undefined, null, 44, [alice], { length: 44 }])('%j is no key', (u) => expect(is(u)).toBe(false))
})

test('the userspace socket has the same key in hexadecimal', () => {
  expect(wireguardKeyToHex(wireguardPublicKey(alice))).toBe(aliceHex)
  expect(wireguardKeyFromHex(aliceHex)).toEqual(E.right(alice))
})

test.each([
  [aliceHex.toUpperCase(), 'only the digits 0-9 and a-f are allowed'],
  [`${aliceHex.slice(0, 63)}g`, 'only the digits 0-9 and a-f are allowed'],
  [aliceHex.slice(2), 'a key has 64 hexadecimal digits'],
  [`0x${aliceHex}`, 'a key has 64 hexadecimal digits'],
  ['0'.repeat(64), 'the all-zero key is no key'],
])('hexadecimal %j is refused: %s', (text, reason) =>
  expect(wireguardKeyFromHex(text)).toEqual(
    E.left({ code: 'key-invalid', text: expect.any(String) as string, reason }),
  ),
)

test('keys as bytes', () => {
  const bytes = Uint8Array.from(Buffer.from(aliceHex, 'hex'))
  expect(wireguardKeyToBytes(wireguardPublicKey(alice))).toEqual(bytes)
  expect(identityKeyToBytes(identityPublicKey(alice))).toEqual(bytes)
  expect(wireguardKeyFromBytes(bytes)).toEqual(E.right(alice))
  expect(identityKeyFromBytes(bytes)).toEqual(E.right(alice))
  for (const length of [0, 31, 33, 1_000_000]) {
    const refusal = E.left({ code: 'key-invalid', text: expect.any(String) as string, reason: 'a key has 32 bytes' })
    expect(wireguardKeyFromBytes(new Uint8Array(length).fill(1))).toEqual(refusal)
    expect(identityKeyFromBytes(new Uint8Array(length).fill(1))).toEqual(refusal)
  }
  const allZero = E.left({ code: 'key-invalid', text: '0'.repeat(64), reason: 'the all-zero key is no key' })
  expect(wireguardKeyFromBytes(new Uint8Array(32))).toEqual(allZero)
  expect(identityKeyFromBytes(new Uint8Array(32))).toEqual(allZero)
})

test.each([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-'])(
  'a key may or may not end in %s, whether it is read or only recognised',
  (digit) => {
    for (const text of [`${alice.slice(0, 42)}${digit}=`, `${'A'.repeat(42)}${digit}=`, `${alice}${digit}`])
      expect(isWireguardPublicKey(text)).toBe(E.isRight(parseWireguardPublicKey(text)))
  },
)
