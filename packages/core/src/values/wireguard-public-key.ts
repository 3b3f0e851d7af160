import * as E from 'fp-ts/lib/Either.js'
import type { Brand } from './brand.js'
import { encodeHex } from './hex.js'
import { isKeyText, type KeyParseError, keyTextOfBytes, keyTextOfHex, readKeyBytes } from './key-text.js'
import { literal } from './parse-error.js'

/**
 * A Curve25519 public key as `wg` prints it: 44 characters of base64 with padding and zero unused bits. Who holds the
 * private key is the peer; equal keys are equal strings.
 */
export type WireguardPublicKey = string & Brand<'WireguardPublicKey'>

/**
 * Reads a key; `key-invalid` when it is not the canonical base64 of 32 bytes, or is all zero, which `wg` takes for "no
 * key".
 */
export function parseWireguardPublicKey(text: string): E.Either<KeyParseError, WireguardPublicKey> {
  const bytes = readKeyBytes(text)
  return E.isLeft(bytes) ? bytes : E.right(text as WireguardPublicKey)
}

/** Whether `u` is the text of a key. */
export function isWireguardPublicKey(u: unknown): u is WireguardPublicKey {
  return isKeyText(u)
}

/** A key from a literal in code or tests; throws a `TypeError` when it is none. */
export function wireguardPublicKey(text: string): WireguardPublicKey {
  return literal(parseWireguardPublicKey(text))
}

/** The key as 64 lower-case hexadecimal digits, as the userspace socket (`wg(8)` cross-platform interface) has it. */
export function wireguardKeyToHex(key: WireguardPublicKey): string {
  return encodeHex(wireguardKeyToBytes(key))
}

/** Reads the 64 lower-case hexadecimal digits of the userspace socket; `key-invalid` on anything else. */
export function wireguardKeyFromHex(text: string): E.Either<KeyParseError, WireguardPublicKey> {
  const base64 = keyTextOfHex(text)
  return E.isLeft(base64) ? base64 : E.right(base64.right as WireguardPublicKey)
}

/** The 32 bytes of the key. */
export function wireguardKeyToBytes(key: WireguardPublicKey): Uint8Array {
  return literal(readKeyBytes(key))
}

/** The key of 32 bytes; `key-invalid` on another number of bytes and on the all-zero key. */
export function wireguardKeyFromBytes(bytes: Uint8Array): E.Either<KeyParseError, WireguardPublicKey> {
  const base64 = keyTextOfBytes(bytes)
  return E.isLeft(base64) ? base64 : E.right(base64.right as WireguardPublicKey)
}
