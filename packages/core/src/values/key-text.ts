import * as E from 'fp-ts/lib/Either.js'
import { decodeBase64, encodeBase64 } from './base64.js'
import { decodeHex, encodeHex } from './hex.js'
import { type ParseError, refuse } from './parse-error.js'

/** Why a text is no public key. */
export type KeyParseError = ParseError<'key-invalid'>

const KEY_BYTES = 32
const KEY_CHARACTERS = 44

/** The last digit has two unused bits, which are zero. */
const CANONICAL_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/
const NO_KEY = `${'A'.repeat(KEY_CHARACTERS - 1)}=`

/** Whether {@link readKeyBytes} reads it; quicker than to read it. */
export function isKeyText(u: unknown): boolean {
  return typeof u === 'string' && CANONICAL_KEY.test(u) && u !== NO_KEY
}

/** Reads 32 bytes of canonical base64 that are not all zero; what both kinds of public key share. */
export function readKeyBytes(text: string): E.Either<KeyParseError, Uint8Array> {
  if (text.length !== KEY_CHARACTERS)
    return refuse('key-invalid', text, `a key has ${KEY_CHARACTERS} base64 characters`)
  const bytes = decodeBase64(text, 'standard')
  if (E.isLeft(bytes)) return refuse('key-invalid', text, bytes.left.reason)
  return checkKeyBytes(text, bytes.right)
}

/** Reads a key written as 64 hexadecimal digits and returns it as base64. */
export function keyTextOfHex(text: string): E.Either<KeyParseError, string> {
  if (text.length !== 2 * KEY_BYTES) return refuse('key-invalid', text, `a key has ${2 * KEY_BYTES} hexadecimal digits`)
  const bytes = decodeHex(text)
  if (E.isLeft(bytes)) return refuse('key-invalid', text, bytes.left.reason)
  const checked = checkKeyBytes(text, bytes.right)
  return E.isLeft(checked) ? checked : E.right(encodeBase64(checked.right, 'standard'))
}

/** Writes 32 bytes as base64; `key-invalid` on another number of bytes and on the all-zero key. */
export function keyTextOfBytes(bytes: Uint8Array): E.Either<KeyParseError, string> {
  const checked = checkKeyBytes(encodeHex(bytes.subarray(0, KEY_BYTES)), bytes)
  return E.isLeft(checked) ? checked : E.right(encodeBase64(bytes, 'standard'))
}

function checkKeyBytes(text: string, bytes: Uint8Array): E.Either<KeyParseError, Uint8Array> {
  if (bytes.length !== KEY_BYTES) return refuse('key-invalid', text, `a key has ${KEY_BYTES} bytes`)
  if (bytes.every((byte) => byte === 0)) return refuse('key-invalid', text, 'the all-zero key is no key')
  return E.right(bytes)
}
