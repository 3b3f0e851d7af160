import {
  type Crypto,
  type IdentityPublicKey,
  identityKeyFromBytes,
  type SecretVault,
  type SecretVaultError,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** Both key pairs of a host. The private halves stay in its vault and in memory. */
export interface HostKeys {
  readonly wireguardKey: WireguardPublicKey
  readonly wireguardPrivateKey: Uint8Array
  readonly identityKey: IdentityPublicKey
  readonly identityPrivateKey: Uint8Array
}

export type HostKeysError =
  | SecretVaultError
  /** Whoever made it no longer has it, or a disk lost it: nothing but a new enrolment helps. */
  | { readonly code: 'host-key-missing'; readonly name: string }
  | { readonly code: 'host-key-damaged'; readonly name: string }

/** The name of the WireGuard private key in the vault. */
export const WIREGUARD_KEY_NAME = 'wireguard'
/** The name of the one that is to take its place, while a host changes its key. */
export const NEXT_WIREGUARD_KEY_NAME = 'wireguard-next'
/** The name of the identity private key in the vault. */
const IDENTITY_KEY_NAME = 'identity'

const KEY_BYTES = 32

/** The host's keys; `host-key-missing` where there are none. */
export async function loadHostKeys(vault: SecretVault, crypto: Crypto): Promise<E.Either<HostKeysError, HostKeys>> {
  const wireguard = await readKey(vault, WIREGUARD_KEY_NAME)
  if (E.isLeft(wireguard)) return wireguard
  const identity = await readKey(vault, IDENTITY_KEY_NAME)
  return E.isLeft(identity) ? identity : keysFrom(crypto, wireguard.right, identity.right)
}

/** The host's keys, made and put into the vault where they are missing. The same keys again after a crash at any point. */
export async function loadOrMakeHostKeys(
  vault: SecretVault,
  crypto: Crypto,
): Promise<E.Either<HostKeysError, HostKeys>> {
  const wireguard = await readOrMake(vault, WIREGUARD_KEY_NAME, () => crypto.generateX25519().privateKey)
  if (E.isLeft(wireguard)) return wireguard
  const identity = await readOrMake(vault, IDENTITY_KEY_NAME, () => crypto.generateEd25519().privateKey)
  return E.isLeft(identity) ? identity : keysFrom(crypto, wireguard.right, identity.right)
}

async function readOrMake(
  vault: SecretVault,
  name: string,
  make: () => Uint8Array,
): Promise<E.Either<HostKeysError, Uint8Array>> {
  const found = await readKey(vault, name)
  if (E.isRight(found) || found.left.code !== 'host-key-missing') return found
  const made = make()
  const written = await vault.write(name, made)
  return E.isLeft(written) ? written : E.right(made)
}

/** One of the keys, 32 bytes. */
export async function readKey(vault: SecretVault, name: string): Promise<E.Either<HostKeysError, Uint8Array>> {
  const secret = await vault.read(name)
  if (E.isLeft(secret)) return secret
  if (secret.right === undefined) return E.left({ code: 'host-key-missing', name })
  return secret.right.length === KEY_BYTES ? E.right(secret.right) : E.left({ code: 'host-key-damaged', name })
}

function keysFrom(
  crypto: Crypto,
  wireguardPrivateKey: Uint8Array,
  identityPrivateKey: Uint8Array,
): E.Either<HostKeysError, HostKeys> {
  const wireguardKey = wireguardKeyFromBytes(crypto.x25519PublicKeyOf(wireguardPrivateKey))
  const identityKey = identityKeyFromBytes(crypto.ed25519PublicKeyOf(identityPrivateKey))
  if (E.isLeft(wireguardKey)) return E.left({ code: 'host-key-damaged', name: WIREGUARD_KEY_NAME })
  if (E.isLeft(identityKey)) return E.left({ code: 'host-key-damaged', name: IDENTITY_KEY_NAME })
  const [wireguard, identity] = [wireguardKey.right, identityKey.right]
  return E.right({ wireguardKey: wireguard, wireguardPrivateKey, identityKey: identity, identityPrivateKey })
}
