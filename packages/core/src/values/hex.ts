import * as E from 'fp-ts/lib/Either.js'
import { type ParseError, refuse } from './parse-error.js'

/** Why a text is not hexadecimal. */
export type HexParseError = ParseError<'hex-invalid'>

const LOWER_HEX = /^[0-9a-f]*$/

/** Two lower-case digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of `text`; `hex-invalid` on an odd number of digits, upper case, or anything else. */
export function decodeHex(text: string): E.Either<HexParseError, Uint8Array> {
  if (text.length % 2 !== 0) return refuse('hex-invalid', text, 'the number of digits is odd')
  if (!LOWER_HEX.test(text)) return refuse('hex-invalid', text, 'only the digits 0-9 and a-f are allowed')
  return E.right(
    Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)),
  )
}
