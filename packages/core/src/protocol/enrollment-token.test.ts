import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import { enrollmentKeyId } from '../values/index.js'
import {
  formatEnrollmentToken,
  generateEnrollmentSecret,
  hashEnrollmentSecret,
  parseEnrollmentToken,
  secretBytes,
  secretFromBytes,
  serverFingerprint,
} from './enrollment-token.js'

const secret = generateEnrollmentSecret(nodeCrypto)
const token = {
  keyId: enrollmentKeyId('office-2026'),
  secret,
  serverFingerprint: serverFingerprint(nodeCrypto, nodeCrypto.generateEd25519().publicKey),
}
const text = formatEnrollmentToken(token)

describe('enrolment token', () => {
  test('what is written is read back, with the whitespace of pasting around it or not', () => {
    expect(parseEnrollmentToken(text)).toEqual(E.right(token))
    expect(parseEnrollmentToken(` ${text}\r\n`)).toEqual(E.right(token))
  })

  test.each([
    ['', 'it is empty'],
    ['x'.repeat(10_000), 'it is too long'],
    ['office-2026', 'three parts'],
    [`${text}.`, 'three parts'],
    [`${text.slice(0, text.lastIndexOf('.'))}`, 'three parts'],
    [text.replace('office-2026', 'office 2026'), 'id of an enrolment key'],
    [text.replace(secret, secret.slice(1)), 'its second part'],
    [text.replace(secret, `+${secret.slice(1)}`), 'its second part'],
    [text.slice(0, -1), 'its third part'],
  ])('refuses a damaged one: %#', (damaged, reason) => {
    const parsed = parseEnrollmentToken(damaged)
    expect(parsed).toMatchObject(E.left({ code: 'enrollment-token-invalid', reason: expect.stringContaining(reason) }))
  })

  test('an error never holds a piece of the secret', async () => {
    await fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('', '!', '.', ' ', 'ä'), (at, instead) => {
        const parsed = parseEnrollmentToken(text.slice(0, at) + instead + text.slice(at + 1))
        if (E.isRight(parsed)) return
        for (let i = 0; i + 4 <= secret.length; i++) expect(parsed.left.reason).not.toContain(secret.slice(i, i + 4))
      }),
    )
  })

  test('the log keeps SHA-256 of the 32 bytes', () => {
    const zeros = secretFromBytes(new Uint8Array(32))
    if (zeros === undefined) throw new Error('32 bytes are a secret')
    expect(hashEnrollmentSecret(nodeCrypto, zeros)).toBe(
      '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925',
    )
    expect(secretBytes(secret)).toHaveLength(32)
    expect(secretFromBytes(new Uint8Array(31))).toBeUndefined()
  })
})
