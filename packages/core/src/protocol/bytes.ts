import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { checked } from '../mesh/event-parts.js'
import { decodeBase64, encodeBase64 } from '../values/index.js'

/** The UTF-8 bytes of a text. Lone surrogates become U+FFFD, as in every other encoder (WHATWG Encoding §8). */
export function utf8Bytes(text: string): Uint8Array {
  const ascii = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return utf8BytesFrom(text, i, ascii)
    ascii[i] = unit
  }
  return ascii
}

/** One array of all `parts`, in order. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/**
 * What is hashed, signed or authenticated: the label, which names the one use, then every field, each behind its length
 * (4 bytes, big-endian), so that no two lists of fields give the same bytes. Texts count as UTF-8, numbers as decimal text.
 */
export function encodeTranscript(label: string, fields: readonly (Uint8Array | string | number)[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const field of [label, ...fields]) {
    const bytes = field instanceof Uint8Array ? field : utf8Bytes(String(field))
    parts.push(lengthPrefix(bytes.length), bytes)
  }
  return concatBytes(parts)
}

/** Exactly `length` bytes, on the wire as base64url without padding. */
export function bytesCodec(name: string, length: number): t.Type<Uint8Array, string> {
  return new t.Type(
    name,
    (u): u is Uint8Array => u instanceof Uint8Array && u.length === length,
    (u, context) => {
      const bytes = typeof u === 'string' ? bytesOf(u, length) : undefined
      return bytes === undefined ? t.failure(u, context, `not ${length} bytes of base64url`) : t.success(bytes)
    },
    (bytes) => encodeBase64(bytes, 'url'),
  )
}

/** A text that holds `length` bytes, but for what its last character could hold too much: that the bytes' reader finds. */
export const base64UrlText = (name: string, length: number): t.Type<string, unknown> =>
  checked(
    `${name}: ${length} bytes of base64url`,
    (u): u is string => typeof u === 'string' && u.length === Math.ceil((length * 4) / 3) && /^[A-Za-z0-9_-]*$/.test(u),
  )

/** The bytes of a base64url text when it holds exactly `length` of them. The text is not quoted: it may be a secret. */
export function bytesOf(text: string, length: number): Uint8Array | undefined {
  // Checked first, so that a huge text costs nothing.
  if (text.length !== Math.ceil((length * 4) / 3)) return undefined
  const bytes = decodeBase64(text, 'url')
  return E.isRight(bytes) ? bytes.right : undefined
}

function lengthPrefix(length: number): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length)
}

function utf8BytesFrom(text: string, start: number, ascii: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(start + (text.length - start) * 3)
  bytes.set(ascii.subarray(0, start))
  let at = start
  for (let i = start; i < text.length; i++) {
    const point = text.codePointAt(i) ?? 0
    if (point > 0xffff) i++
    at = writeUtf8(bytes, at, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
  }
  return bytes.subarray(0, at)
}

function writeUtf8(bytes: Uint8Array, start: number, point: number): number {
  if (point < 0x80) {
    bytes[start] = point
    return start + 1
  }
  const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  const lead = following === 1 ? 0xc0 : following === 2 ? 0xe0 : 0xf0
  bytes[start] = lead | (point >>> (6 * following))
  for (let n = 1; n <= following; n++) bytes[start + n] = 0x80 | ((point >>> (6 * (following - n))) & 0x3f)
  return start + following + 1
}
