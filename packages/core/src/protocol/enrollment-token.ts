/**
 * The token that an administrator hands to a new host: `id.secret.fingerprint`. The id finds the enrolment key, the secret
 * proves the right to use it, and the fingerprint pins the server's identity key, so that enrolling is safe even where the
 * server's certificate is not.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Crypto } from '../ports/crypto.js'
import { type Brand, type EnrollmentKeyId, encodeBase64, encodeHex, parseEnrollmentKeyId } from '../values/index.js'
import { bytesOf } from './bytes.js'

/** 32 random bytes as base64url. Whoever has it may enrol hosts: never in a log, an event or an error. */
export type EnrollmentSecret = string & Brand<'EnrollmentSecret'>

/** SHA-256 of a server's Ed25519 public key as base64url. */
export type ServerFingerprint = string & Brand<'ServerFingerprint'>

/** The three parts of a token. */
export interface EnrollmentToken {
  readonly keyId: EnrollmentKeyId
  readonly secret: EnrollmentSecret
  readonly serverFingerprint: ServerFingerprint
}

/** Why a text is no token. Quotes nothing of it: even a damaged token may hold the secret. */
export interface EnrollmentTokenError {
  readonly code: 'enrollment-token-invalid'
  readonly reason: string
}

const SECRET_BYTES = 32
const FINGERPRINT_BYTES = 32
// An id has 64 characters at most, the other parts 43 each.
const TOKEN_CHARACTERS = 64 + 1 + 43 + 1 + 43

/** A new secret, to be shown once. */
export function generateEnrollmentSecret(crypto: Crypto): EnrollmentSecret {
  return encodeBase64(crypto.randomBytes(SECRET_BYTES), 'url') as EnrollmentSecret
}

/**
 * What the log keeps of a secret: SHA-256 of its 32 bytes in lower-case hex. A slow password hash would add nothing:
 * nobody can search 2^256 secrets.
 */
export function hashEnrollmentSecret(crypto: Crypto, secret: EnrollmentSecret): string {
  return encodeHex(crypto.sha256(secretBytes(secret)))
}

/** The 32 bytes of a secret. */
export function secretBytes(secret: EnrollmentSecret): Uint8Array {
  const bytes = bytesOf(secret, SECRET_BYTES)
  if (bytes === undefined) throw new TypeError('An enrolment secret has 32 bytes')
  return bytes
}

/** The secret of 32 bytes; `undefined` on any other number of them. */
export function secretFromBytes(bytes: Uint8Array): EnrollmentSecret | undefined {
  return bytes.length === SECRET_BYTES ? (encodeBase64(bytes, 'url') as EnrollmentSecret) : undefined
}

/** The fingerprint of a server's Ed25519 public key (32 raw bytes). */
export function serverFingerprint(crypto: Crypto, serverPublicKey: Uint8Array): ServerFingerprint {
  return encodeBase64(crypto.sha256(serverPublicKey), 'url') as ServerFingerprint
}

/** The token as one line without spaces; {@link parseEnrollmentToken} reads it. */
export function formatEnrollmentToken(token: EnrollmentToken): string {
  return `${token.keyId}.${token.secret}.${token.serverFingerprint}`
}

/** Reads a token; whitespace around it, as pasting leaves it, is ignored. */
export function parseEnrollmentToken(text: string): E.Either<EnrollmentTokenError, EnrollmentToken> {
  const trimmed = text.trim()
  if (trimmed.length === 0) return refuseToken('it is empty')
  if (trimmed.length > TOKEN_CHARACTERS) return refuseToken('it is too long')
  const [id = '', secret = '', fingerprint = '', ...rest] = trimmed.split('.')
  if (fingerprint === '' || rest.length > 0) return refuseToken("it has to be three parts with a '.' between them")
  const keyId = parseEnrollmentKeyId(id)
  if (E.isLeft(keyId)) return refuseToken('its first part is not the id of an enrolment key')
  if (bytesOf(secret, SECRET_BYTES) === undefined) {
    return refuseToken('its second part is not 32 bytes of base64url: a character is missing or changed')
  }
  if (bytesOf(fingerprint, FINGERPRINT_BYTES) === undefined) {
    return refuseToken("its third part is not a server's fingerprint: a character is missing or changed")
  }
  return E.right({
    keyId: keyId.right,
    secret: secret as EnrollmentSecret,
    serverFingerprint: fingerprint as ServerFingerprint,
  })
}

function refuseToken(reason: string): E.Either<EnrollmentTokenError, never> {
  return E.left({ code: 'enrollment-token-invalid', reason: `This is not an enrolment token: ${reason}.` })
}
