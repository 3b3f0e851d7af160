/**
 * How a host joins a mesh, in two round trips over HTTP. The host asks for a challenge; the server answers one, signed by the
 * key that the token pins. The host then shows that it holds both its private keys, and hands over the enrolment secret,
 * sealed for that challenge. Nothing rests on TLS: who listens learns the host's public keys and claims, not the secret, and
 * who meddles breaks a signature.
 *
 * Every function here is pure; the server keeps {@link EnrollmentChallengeState} for as long as the challenge lives.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Crypto, KeyPair } from '../ports/crypto.js'
import {
  type EpochMs,
  type IdentityPublicKey,
  identityKeyToBytes,
  type MeshId,
  wireguardKeyToBytes,
} from '../values/index.js'
import { encodeTranscript } from './bytes.js'
import {
  ENROLLMENT_NONCE_BYTES,
  type EnrollmentAnswer,
  type EnrollmentChallenge,
  type EnrollmentProof,
  type EnrollmentRequest,
} from './enrollment-messages.js'
import {
  type EnrollmentSecret,
  type EnrollmentToken,
  secretBytes,
  secretFromBytes,
  serverFingerprint,
} from './enrollment-token.js'
import {
  answerTranscript,
  challengeTranscript,
  IDENTITY_LABEL,
  provenFields,
  provingKey,
  sealingKey,
  WIREGUARD_LABEL,
} from './enrollment-transcripts.js'

/** What the server remembers of a challenge until it is used or expires. Holds a private key: memory only. */
export interface EnrollmentChallengeState {
  readonly request: EnrollmentRequest
  readonly challenge: EnrollmentChallenge
  readonly challengePrivateKey: Uint8Array
}

/** Why a host doesn't go on with a challenge; it has sent no secret yet. */
export type EnrollmentChallengeError =
  /** The token pins another server's key: somebody in between, or a token of another server. */
  | { readonly code: 'server-key-not-pinned' }
  | { readonly code: 'challenge-signature-invalid' }
  /** Of low order, so that whoever listens would know the shared secret. */
  | { readonly code: 'challenge-key-unusable' }

/** Why a server refuses a proof. */
export type EnrollmentProofError =
  /** Never issued here, used, or forgotten: ask for a new one. */
  | { readonly code: 'challenge-unknown' }
  | { readonly code: 'challenge-expired' }
  | { readonly code: 'wireguard-key-not-proven' }
  | { readonly code: 'identity-key-not-proven' }
  | { readonly code: 'secret-unreadable' }

/** Why a host doesn't believe an answer. */
export interface EnrollmentAnswerError {
  readonly code: 'answer-signature-invalid'
}

/** Host, step 1. */
export function createEnrollmentRequest(
  crypto: Crypto,
  about: Omit<EnrollmentRequest, 'hostNonce'>,
): EnrollmentRequest {
  return { ...about, hostNonce: crypto.randomBytes(ENROLLMENT_NONCE_BYTES) }
}

/** Server, step 1. `serverIdentityKey` is the public half of `serverIdentity` as text. */
export function issueEnrollmentChallenge(
  crypto: Crypto,
  options: {
    readonly request: EnrollmentRequest
    readonly meshId: MeshId
    readonly serverIdentity: KeyPair
    readonly serverIdentityKey: IdentityPublicKey
    readonly expiresAtEpochMs: EpochMs
  },
): EnrollmentChallengeState {
  const { request, meshId, serverIdentityKey, expiresAtEpochMs } = options
  const { publicKey: challengeKey, privateKey: challengePrivateKey } = crypto.generateX25519()
  const nonce = crypto.randomBytes(ENROLLMENT_NONCE_BYTES)
  const unsigned = { meshId, serverIdentityKey, challengeKey, nonce, expiresAtEpochMs }
  const signature = crypto.signEd25519(options.serverIdentity.privateKey, challengeTranscript(request, unsigned))
  return { request, challenge: { ...unsigned, signature }, challengePrivateKey }
}

/** Host, step 2: checks the challenge against the token and answers it. Each call makes a new proof. */
export function proveEnrollment(
  crypto: Crypto,
  options: {
    readonly token: EnrollmentToken
    readonly request: EnrollmentRequest
    readonly challenge: EnrollmentChallenge
    readonly wireguardPrivateKey: Uint8Array
    readonly identityPrivateKey: Uint8Array
    readonly claims: string
  },
): E.Either<EnrollmentChallengeError, EnrollmentProof> {
  const { token, request, challenge, claims } = options
  const serverKey = identityKeyToBytes(challenge.serverIdentityKey)
  if (serverFingerprint(crypto, serverKey) !== token.serverFingerprint) return E.left({ code: 'server-key-not-pinned' })
  const challenged = challengeTranscript(request, challenge)
  if (!crypto.verifyEd25519(serverKey, challenged, challenge.signature)) {
    return E.left({ code: 'challenge-signature-invalid' })
  }
  const ephemeral = crypto.generateX25519()
  const sealingShare = crypto.x25519(ephemeral.privateKey, challenge.challengeKey)
  const provingShare = crypto.x25519(options.wireguardPrivateKey, challenge.challengeKey)
  if (sealingShare === undefined || provingShare === undefined) return E.left({ code: 'challenge-key-unusable' })
  const digest = crypto.sha256(challenged)
  const sealedSecret = crypto.seal(sealingKey(crypto, sealingShare, digest), secretBytes(token.secret), digest)
  const unproven = {
    nonce: challenge.nonce,
    wireguardKey: request.wireguardKey,
    identityKey: request.identityKey,
    claims,
    hostEphemeralKey: ephemeral.publicKey,
    sealedSecret,
  }
  const proven = provenFields(crypto, digest, unproven)
  const mac = crypto.hmacSha256(provingKey(crypto, provingShare, digest), encodeTranscript(WIREGUARD_LABEL, proven))
  const signature = crypto.signEd25519(options.identityPrivateKey, encodeTranscript(IDENTITY_LABEL, proven))
  return E.right({ ...unproven, mac, signature })
}

/**
 * Server, step 2. On the right the host holds both private keys and wrote `proof.claims`, and the secret is what it sent:
 * whether that secret is the enrolment key's is for the caller to see (`hashEnrollmentSecret`). Forget `state` once the host
 * is in; the same proof may be checked again before, so that a lost answer can be asked for anew.
 */
export function verifyEnrollmentProof(
  crypto: Crypto,
  state: EnrollmentChallengeState | undefined,
  proof: EnrollmentProof,
  nowEpochMs: number,
): E.Either<EnrollmentProofError, { readonly secret: EnrollmentSecret }> {
  if (state === undefined || !crypto.equalsConstantTime(state.challenge.nonce, proof.nonce)) {
    return E.left({ code: 'challenge-unknown' })
  }
  if (nowEpochMs >= state.challenge.expiresAtEpochMs) return E.left({ code: 'challenge-expired' })
  const digest = crypto.sha256(challengeTranscript(state.request, state.challenge))
  const proven = provenFields(crypto, digest, proof)
  if (proof.wireguardKey !== state.request.wireguardKey || !isMacValid(crypto, state, proof, digest, proven)) {
    return E.left({ code: 'wireguard-key-not-proven' })
  }
  const signed = encodeTranscript(IDENTITY_LABEL, proven)
  const identityKey = identityKeyToBytes(proof.identityKey)
  if (proof.identityKey !== state.request.identityKey || !crypto.verifyEd25519(identityKey, signed, proof.signature)) {
    return E.left({ code: 'identity-key-not-proven' })
  }
  const share = crypto.x25519(state.challengePrivateKey, proof.hostEphemeralKey)
  const opened = share && crypto.open(sealingKey(crypto, share, digest), proof.sealedSecret, digest)
  const secret = opened && secretFromBytes(opened)
  return secret === undefined ? E.left({ code: 'secret-unreadable' }) : E.right({ secret })
}

/** Server: signs what the host is told, for this host and this challenge only. */
export function signEnrollmentAnswer(
  crypto: Crypto,
  serverPrivateKey: Uint8Array,
  proof: EnrollmentProof,
  body: string,
): EnrollmentAnswer {
  return { body, signature: crypto.signEd25519(serverPrivateKey, answerTranscript(proof, body)) }
}

/** Host: the body of the answer to `proof`, when the server whose key was pinned wrote it. */
export function verifyEnrollmentAnswer(
  crypto: Crypto,
  serverIdentityKey: IdentityPublicKey,
  proof: EnrollmentProof,
  answer: EnrollmentAnswer,
): E.Either<EnrollmentAnswerError, string> {
  const signed = answerTranscript(proof, answer.body)
  const valid = crypto.verifyEd25519(identityKeyToBytes(serverIdentityKey), signed, answer.signature)
  return valid ? E.right(answer.body) : E.left({ code: 'answer-signature-invalid' })
}

function isMacValid(
  crypto: Crypto,
  state: EnrollmentChallengeState,
  proof: EnrollmentProof,
  digest: Uint8Array,
  proven: readonly Uint8Array[],
): boolean {
  const share = crypto.x25519(state.challengePrivateKey, wireguardKeyToBytes(proof.wireguardKey))
  if (share === undefined) return false
  const mac = crypto.hmacSha256(provingKey(crypto, share, digest), encodeTranscript(WIREGUARD_LABEL, proven))
  return crypto.equalsConstantTime(mac, proof.mac)
}
