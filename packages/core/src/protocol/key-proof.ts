/**
 * How a host that is connected shows that it holds another WireGuard private key (A11): it names the public half, the server answers a
 * challenge that it made for that key and this host alone, and the host answers by a MAC that only the holder of the private half can
 * make, signed by the identity key that it has anyway. The old key is not asked for: a host that lost it needs another all the more.
 *
 * Every function here is pure; the server keeps {@link KeyChallengeState} until it was answered once, rightly or not.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Crypto } from '../ports/crypto.js'
import {
  encodeBase64,
  type HostId,
  type IdentityPublicKey,
  identityKeyToBytes,
  type MeshId,
  type WireguardPublicKey,
  wireguardKeyToBytes,
} from '../values/index.js'
import { bytesOf, encodeTranscript, utf8Bytes } from './bytes.js'

const NONCE_BYTES = 16

/** Whose key it is about: all of it is covered by both proofs. */
export interface ProvenKey {
  readonly meshId: MeshId
  readonly hostId: HostId
  /** The one that the host is to have. */
  readonly wireguardKey: WireguardPublicKey
}

/** Server to host: what the key is to be proven against. */
export interface KeyChallenge {
  readonly wireguardKey: WireguardPublicKey
  /** Names the challenge; 16 bytes of base64url. */
  readonly nonce: string
  /** X25519, made for this challenge alone; 32 bytes of base64url. */
  readonly challengeKey: string
}

/** Host to server. */
export interface KeyProof {
  readonly wireguardKey: WireguardPublicKey
  /** Of the challenge. */
  readonly nonce: string
  /** Proves the WireGuard private key; 32 bytes of base64url. */
  readonly mac: string
  /** By the identity key, over everything and the MAC; 64 bytes of base64url. */
  readonly signature: string
}

/** What the server remembers of a challenge. Holds a private key: memory only. */
export interface KeyChallengeState {
  readonly about: ProvenKey
  readonly challenge: KeyChallenge
  readonly challengePrivateKey: Uint8Array
}

/** Why a server doesn't believe a proof. */
export type KeyProofError =
  /** Never made, answered already, or for another key: name the key anew. */
  | { readonly code: 'key-challenge-unknown' }
  | { readonly code: 'wireguard-key-not-proven' }
  | { readonly code: 'identity-key-not-proven' }

/** The challenge is of low order, so that whoever listens would know the shared secret. */
export interface KeyChallengeError {
  readonly code: 'challenge-key-unusable'
}

/** Server, step 1. */
export function issueKeyChallenge(crypto: Crypto, about: ProvenKey): KeyChallengeState {
  const { publicKey, privateKey: challengePrivateKey } = crypto.generateX25519()
  const nonce = encodeBase64(crypto.randomBytes(NONCE_BYTES), 'url')
  const challengeKey = encodeBase64(publicKey, 'url')
  return { about, challenge: { wireguardKey: about.wireguardKey, nonce, challengeKey }, challengePrivateKey }
}

/** Host, step 2. `about.wireguardKey` is the public half of `wireguardPrivateKey`. */
export function proveKey(
  crypto: Crypto,
  options: {
    readonly about: ProvenKey
    readonly challenge: KeyChallenge
    readonly wireguardPrivateKey: Uint8Array
    readonly identityPrivateKey: Uint8Array
  },
): E.Either<KeyChallengeError, KeyProof> {
  const { about, challenge, wireguardPrivateKey, identityPrivateKey } = options
  const challengeKey = bytesOf(challenge.challengeKey, 32)
  const share = challengeKey && crypto.x25519(wireguardPrivateKey, challengeKey)
  if (share === undefined) return E.left({ code: 'challenge-key-unusable' })
  const mac = macOf(crypto, share, about, challenge)
  const signature = crypto.signEd25519(identityPrivateKey, signedBytes(about, challenge, mac))
  const { nonce } = challenge
  return E.right({
    wireguardKey: about.wireguardKey,
    nonce,
    mac: encodeBase64(mac, 'url'),
    signature: encodeBase64(signature, 'url'),
  })
}

/** Server, step 2. On the right the host holds the private half of the key, and its identity key. Forget `state` either way. */
export function verifyKeyProof(
  crypto: Crypto,
  state: KeyChallengeState | undefined,
  proof: KeyProof,
  identityKey: IdentityPublicKey,
): E.Either<KeyProofError, ProvenKey> {
  if (state === undefined || proof.nonce !== state.challenge.nonce) return E.left({ code: 'key-challenge-unknown' })
  const { about, challenge, challengePrivateKey } = state
  if (proof.wireguardKey !== about.wireguardKey) return E.left({ code: 'key-challenge-unknown' })
  const share = crypto.x25519(challengePrivateKey, wireguardKeyToBytes(about.wireguardKey))
  const mac = share && macOf(crypto, share, about, challenge)
  const said = bytesOf(proof.mac, 32)
  if (mac === undefined || said === undefined || !crypto.equalsConstantTime(mac, said)) {
    return E.left({ code: 'wireguard-key-not-proven' })
  }
  const signature = bytesOf(proof.signature, 64)
  const signed = signedBytes(about, challenge, mac)
  const isSigned = signature !== undefined && crypto.verifyEd25519(identityKeyToBytes(identityKey), signed, signature)
  return isSigned ? E.right(about) : E.left({ code: 'identity-key-not-proven' })
}

const fieldsOf = ({ meshId, hostId, wireguardKey }: ProvenKey, { nonce, challengeKey }: KeyChallenge) => [
  meshId,
  hostId,
  wireguardKey,
  nonce,
  challengeKey,
]

function macOf(crypto: Crypto, share: Uint8Array, about: ProvenKey, challenge: KeyChallenge): Uint8Array {
  const fields = fieldsOf(about, challenge)
  const salt = crypto.sha256(encodeTranscript('meshfold.v1 key challenge', fields))
  const key = crypto.hkdfSha256(share, salt, utf8Bytes('meshfold.v1 key proof'), 32)
  return crypto.hmacSha256(key, encodeTranscript('meshfold.v1 key wireguard', fields))
}

const signedBytes = (about: ProvenKey, challenge: KeyChallenge, mac: Uint8Array): Uint8Array =>
  encodeTranscript('meshfold.v1 key identity', [...fieldsOf(about, challenge), mac])
