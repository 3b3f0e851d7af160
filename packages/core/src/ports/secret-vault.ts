import type { Either } from 'fp-ts/lib/Either.js'

/**
 * Where a process keeps what must not be seen: private keys, token hashes. Nothing that comes out of it may reach an event, a
 * log line, a list or an error.
 */
export interface SecretVault {
  /** `undefined` when nothing was put under that name. */
  read(name: string): Promise<Either<SecretVaultError, Uint8Array | undefined>>
  /** Replaces what was there, at once and durably: after a crash it holds the old or the new value. Same value again: no change. */
  write(name: string, secret: Uint8Array): Promise<Either<SecretVaultError, void>>
  /** Removing what is not there is a success. */
  remove(name: string): Promise<Either<SecretVaultError, void>>
}

/** Why a secret was not read or kept. Never holds the secret. */
export type SecretVaultError =
  /** Others could read or change it: the adapter refuses to use such a secret. */
  | { readonly code: 'secret-exposed'; readonly name: string; readonly reason: string }
  | { readonly code: 'secret-vault-unavailable'; readonly name: string; readonly reason: string }
