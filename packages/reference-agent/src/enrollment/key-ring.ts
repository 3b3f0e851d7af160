/**
 * The WireGuard private keys of a host on disk: one, and while it is being changed a second one beside it. Each step replaces or removes
 * one file, so that after a crash at any moment the host still holds the key that its server knows.
 */
import {
  type Crypto,
  type HeldKeys,
  type SecretVault,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type HostKeysError, NEXT_WIREGUARD_KEY_NAME, readKey, WIREGUARD_KEY_NAME } from './host-keys.js'

/** Why keys can't be had or kept; never their content. */
export interface KeyRingError {
  readonly code: string
  readonly reason: string
}

type Outcome<A> = Promise<E.Either<KeyRingError, A>>

/** A host's WireGuard keys. */
export interface KeyRing {
  readonly load: () => Outcome<HeldKeys>
  /** Makes the second one; where there is one already, that is it. */
  readonly makeNext: () => Outcome<HeldKeys>
  /** The private half; `undefined`: this host doesn't hold it. */
  readonly privateKeyOf: (key: WireguardPublicKey) => Outcome<Uint8Array | undefined>
  /** The second one is the only one from now on. Where it was begun and not finished, it is finished. */
  readonly settle: () => Outcome<HeldKeys>
  /** Forgets the second one. */
  readonly dropNext: () => Outcome<HeldKeys>
}

export interface KeyRingOptions {
  readonly vault: SecretVault
  readonly crypto: Crypto
  /** Writes down which key this host is known by, before the older one goes. */
  readonly noteKey: (key: WireguardPublicKey) => Outcome<void>
}

/** The keys of a vault. */
export function createKeyRing({ vault, crypto, noteKey }: KeyRingOptions): KeyRing {
  const load = async (): Outcome<HeldKeys> => {
    const current = await publicKeyIn(vault, crypto, WIREGUARD_KEY_NAME)
    const next = await publicKeyIn(vault, crypto, NEXT_WIREGUARD_KEY_NAME)
    if (E.isLeft(current)) return ringError(current.left)
    if (E.isRight(next)) return E.right({ current: current.right, next: next.right })
    return next.left.code === 'host-key-missing'
      ? E.right({ current: current.right, next: null })
      : ringError(next.left)
  }
  const privateKeyOf: KeyRing['privateKeyOf'] = async (key) => {
    const found = await findPrivateKey(vault, crypto, key)
    return E.isLeft(found) ? ringError(found.left) : found
  }
  return {
    load,
    privateKeyOf,
    makeNext: async () => {
      const held = await load()
      if (E.isLeft(held) || held.right.next !== null) return held
      const written = await vault.write(NEXT_WIREGUARD_KEY_NAME, crypto.generateX25519().privateKey)
      return E.isLeft(written) ? ringError(written.left) : load()
    },
    settle: async () => {
      const held = await load()
      if (E.isLeft(held) || held.right.next === null) return held
      const noted = await noteKey(held.right.next)
      if (E.isLeft(noted)) return noted
      const next = await readKey(vault, NEXT_WIREGUARD_KEY_NAME)
      if (E.isLeft(next)) return ringError(next.left)
      const written = await vault.write(WIREGUARD_KEY_NAME, next.right)
      if (E.isLeft(written)) return ringError(written.left)
      const removed = await vault.remove(NEXT_WIREGUARD_KEY_NAME)
      return E.isLeft(removed) ? ringError(removed.left) : load()
    },
    dropNext: async () => {
      const removed = await vault.remove(NEXT_WIREGUARD_KEY_NAME)
      return E.isLeft(removed) ? ringError(removed.left) : load()
    },
  }
}

/** The private half of a key that the vault holds as the host's, or as its next; `undefined`: neither. */
export async function findPrivateKey(
  vault: SecretVault,
  crypto: Crypto,
  wanted: WireguardPublicKey,
): Promise<E.Either<HostKeysError, Uint8Array | undefined>> {
  for (const name of [WIREGUARD_KEY_NAME, NEXT_WIREGUARD_KEY_NAME]) {
    const key = await readKey(vault, name)
    if (E.isLeft(key) && key.left.code === 'host-key-missing') continue
    if (E.isLeft(key) || publicKeyOf(crypto, key.right) === wanted) return key
  }
  return E.right(undefined)
}

async function publicKeyIn(
  vault: SecretVault,
  crypto: Crypto,
  name: string,
): Promise<E.Either<HostKeysError, WireguardPublicKey>> {
  const key = await readKey(vault, name)
  if (E.isLeft(key)) return key
  const publicKey = publicKeyOf(crypto, key.right)
  return publicKey === undefined ? E.left({ code: 'host-key-damaged', name }) : E.right(publicKey)
}

function publicKeyOf(crypto: Crypto, privateKey: Uint8Array): WireguardPublicKey | undefined {
  const key = wireguardKeyFromBytes(crypto.x25519PublicKeyOf(privateKey))
  return E.isRight(key) ? key.right : undefined
}

const ringError = (error: HostKeysError): E.Either<KeyRingError, never> =>
  E.left({ code: error.code, reason: 'reason' in error ? error.reason : `keys/${error.name} can't be used` })
