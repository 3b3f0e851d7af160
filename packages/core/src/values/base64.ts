import * as E from 'fp-ts/lib/Either.js'
import { type ParseError, refuse } from './parse-error.js'

/** RFC 4648: `standard` (§4, with padding) or `url` (§5, `-` and `_`, without padding). */
export type Base64Alphabet = 'standard' | 'url'

/** Why a text is not base64. */
export type Base64ParseError = ParseError<'base64-invalid'>

const COMMON_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const DIGITS: Readonly<Record<Base64Alphabet, string>> = {
  standard: `${COMMON_DIGITS}+/`,
  url: `${COMMON_DIGITS}-_`,
}
const VALUES: Readonly<Record<Base64Alphabet, ReadonlyMap<string, number>>> = {
  standard: new Map(Array.from(DIGITS.standard, (digit, value) => [digit, value])),
  url: new Map(Array.from(DIGITS.url, (digit, value) => [digit, value])),
}

/** The one text that {@link decodeBase64} takes for these bytes. */
export function encodeBase64(bytes: Uint8Array, alphabet: Base64Alphabet): string {
  const digits = DIGITS[alphabet]
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const used = Math.min(bytes.length - at, 3) + 1
    for (let digit = 0; digit < used; digit++) text += digits.charAt((group >>> (18 - 6 * digit)) & 63)
    if (alphabet === 'standard') text += '='.repeat(4 - used)
  }
  return text
}

/**
 * The bytes of `text`. Strict, so that equal bytes are equal texts: `base64-invalid` on a digit of the other alphabet,
 * whitespace, padding that is missing (`standard`) or present (`url`), and unused bits that are not zero.
 */
export function decodeBase64(text: string, alphabet: Base64Alphabet): E.Either<Base64ParseError, Uint8Array> {
  const digits = alphabet === 'standard' ? withoutPadding(text) : text
  if (digits === undefined)
    return refuse('base64-invalid', text, "the length is not a multiple of four, with '=' at the end")
  if (digits.length % 4 === 1) return refuse('base64-invalid', text, 'the length fits no number of bytes')
  const values = VALUES[alphabet]
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let [pending, pendingBits, written] = [0, 0, 0]
  for (const digit of digits) {
    const value = values.get(digit)
    if (value === undefined) return refuse('base64-invalid', text, `${JSON.stringify(digit)} is not a base64 digit`)
    pending = ((pending << 6) | value) & 0xfff
    pendingBits += 6
    if (pendingBits >= 8) {
      pendingBits -= 8
      bytes[written++] = pending >>> pendingBits
    }
  }
  if ((pending & ((1 << pendingBits) - 1)) !== 0) return refuse('base64-invalid', text, 'the unused bits are not zero')
  return E.right(bytes)
}

function withoutPadding(text: string): string | undefined {
  if (text.length % 4 !== 0) return undefined
  if (text.endsWith('==')) return text.slice(0, -2)
  return text.endsWith('=') ? text.slice(0, -1) : text
}
