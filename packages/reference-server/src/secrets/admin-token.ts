/**
 * The admin token: who has it may do everything. Made by the first start that succeeds, shown once, kept as its hash only. The vault is asked
 * again now and then, so that `meshfold token rotate` takes effect on a running server.
 */
import { type Clock, type Crypto, encodeBase64, type SecretVaultError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { FileSecretVault } from './file-secret-vault.js'

const NAME = 'admin-token-hash'
const PREFIX = 'mft_'
const HASH_BYTES = 32
const RECHECK_MS = 1000

const hashOf = (crypto: Crypto, token: string): Uint8Array => crypto.sha256(new TextEncoder().encode(token))

const freshToken = (crypto: Crypto): string => `${PREFIX}${encodeBase64(crypto.randomBytes(32), 'url')}`

/** Why the token's hash can't be read or kept. */
export type AdminTokenError =
  | SecretVaultError
  /** It is none: no token would ever fit. */
  | { readonly code: 'admin-token-damaged'; readonly reason: string }

/** `undefined` before there was a token. */
export const readAdminTokenHash = async (
  vault: FileSecretVault,
): Promise<E.Either<AdminTokenError, Uint8Array | undefined>> => {
  const read = await vault.read(NAME)
  if (E.isLeft(read) || read.right === undefined || read.right.length === HASH_BYTES) return read
  return E.left({ code: 'admin-token-damaged', reason: `its hash has ${read.right.length} bytes, not ${HASH_BYTES}` })
}

/** The token when it was made just now, `null` when there was one. */
export const ensureAdminToken = async (
  crypto: Crypto,
  vault: FileSecretVault,
): Promise<E.Either<AdminTokenError, string | null>> => {
  const present = await readAdminTokenHash(vault)
  if (E.isLeft(present)) return present
  if (present.right !== undefined) return E.right(null)
  const token = freshToken(crypto)
  const written = await vault.writeIfMissing(NAME, hashOf(crypto, token))
  return E.isLeft(written) ? written : E.right(written.right ? token : null)
}

/** A new token; the old one is worth nothing within a second. */
export const rotateAdminToken = async (
  crypto: Crypto,
  vault: FileSecretVault,
): Promise<E.Either<SecretVaultError, string>> => {
  const token = freshToken(crypto)
  const written = await vault.write(NAME, hashOf(crypto, token))
  return E.isLeft(written) ? written : E.right(token)
}

/** Tells whether a text is the admin token. */
export class AdminTokenCheck {
  readonly #crypto: Crypto
  readonly #vault: FileSecretVault
  readonly #clock: Clock
  #hash: Uint8Array | undefined
  #readAtMs = Number.NEGATIVE_INFINITY

  constructor(crypto: Crypto, vault: FileSecretVault, clock: Clock) {
    this.#crypto = crypto
    this.#vault = vault
    this.#clock = clock
  }

  /** False while the vault can't be read: no token is better than a doubtful one. */
  async isValid(token: string): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs()
    // A server listens before there is a token: who asks then must not make the first one wait.
    if (this.#hash === undefined || nowMs - this.#readAtMs >= RECHECK_MS) {
      const read = await this.#vault.read(NAME)
      this.#hash = E.isLeft(read) ? undefined : read.right
      this.#readAtMs = nowMs
    }
    return this.#hash !== undefined && this.#crypto.equalsConstantTime(this.#hash, hashOf(this.#crypto, token))
  }
}
