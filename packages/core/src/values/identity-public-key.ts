import * as E from 'fp-ts/lib/Either.js'
import type { Brand } from './brand.js'
import { isKeyText, type KeyParseError, keyTextOfBytes, readKeyBytes } from './key-text.js'
import { literal } from './parse-error.js'

/**
 * A host's Ed25519 public key (RFC 8032), with which its agent proves who it is: 44 characters of base64 with padding
 * and zero unused bits. It outlives WireGuard keys, which rotate.
 */
export type IdentityPublicKey = string & Brand<'IdentityPublicKey'>

/** Reads a key; `key-invalid` when it is not the canonical base64 of 32 bytes, or is all zero. */
export function parseIdentityPublicKey(text: string): E.Either<KeyParseError, IdentityPublicKey> {
  const bytes = readKeyBytes(text)
  return E.isLeft(bytes) ? bytes : E.right(text as IdentityPublicKey)
}

/** Whether `u` is the text of a key. */
export function isIdentityPublicKey(u: unknown): u is IdentityPublicKey {
  return isKeyText(u)
}

/** A key from a literal in code or tests; throws a `TypeError` when it is none. */
export function identityPublicKey(text: string): IdentityPublicKey {
  return literal(parseIdentityPublicKey(text))
}

/** The 32 bytes of the key. */
export function identityKeyToBytes(key: IdentityPublicKey): Uint8Array {
  return literal(readKeyBytes(key))
}

/** The key of 32 bytes; `key-invalid` on another number of bytes and on the all-zero key. */
export function identityKeyFromBytes(bytes: Uint8Array): E.Either<KeyParseError, IdentityPublicKey> {
  const base64 = keyTextOfBytes(bytes)
  return E.isLeft(base64) ? base64 : E.right(base64.right as IdentityPublicKey)
}
