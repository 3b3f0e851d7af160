import * as t from 'io-ts'
import {
  type EnrollmentKeyId,
  type EpochMs,
  enrollmentKeyIdCodec,
  epochMsCodec,
  type HostId,
  hostIdCodec,
  type IdentityPublicKey,
  identityPublicKeyCodec,
  type MeshId,
  meshIdCodec,
  type WireguardPublicKey,
  wireguardPublicKeyCodec,
} from '../values/index.js'
import { bytesCodec } from './bytes.js'

/** Bytes of the nonces of both ends. */
export const ENROLLMENT_NONCE_BYTES = 16
/** The most that a host may say about itself while enrolling, in UTF-16 units. */
export const ENROLLMENT_CLAIMS_MAX_CHARACTERS = 64 * 1024

const nonceCodec = bytesCodec('EnrollmentNonce', ENROLLMENT_NONCE_BYTES)
const keyShareCodec = bytesCodec('X25519PublicKey', 32)
const signatureCodec = bytesCodec('Ed25519Signature', 64)
const macCodec = bytesCodec('HmacSha256', 32)
/** AES-256-GCM: nonce, the secret's 32 bytes, tag. */
const sealedSecretCodec = bytesCodec('SealedSecret', 12 + 32 + 16)
const claimsCodec = t.refinement(
  t.string,
  (text) => text.length <= ENROLLMENT_CLAIMS_MAX_CHARACTERS,
  'EnrollmentClaims',
)

/** Step 1, host to server: which enrolment key, which keys of the host. Holds no secret. */
export interface EnrollmentRequest {
  readonly keyId: EnrollmentKeyId
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  /** Random; makes an old challenge useless to whoever recorded it. */
  readonly hostNonce: Uint8Array
}

/** Step 1, server to host: what the host has to prove its keys against. */
export interface EnrollmentChallenge {
  readonly meshId: MeshId
  readonly serverIdentityKey: IdentityPublicKey
  /** X25519, made for this challenge alone. */
  readonly challengeKey: Uint8Array
  /** Names the challenge. */
  readonly nonce: Uint8Array
  /** By the server's clock: the host doesn't judge it, its own clock may be wrong. */
  readonly expiresAtEpochMs: EpochMs
  /** By the server's identity key, over everything above and the host's request. */
  readonly signature: Uint8Array
}

/** Step 2, host to server: the secret and the proofs. */
export interface EnrollmentProof {
  /** Of the challenge. */
  readonly nonce: Uint8Array
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  /** What the host says about itself: JSON, opaque here, covered by both proofs. */
  readonly claims: string
  /** X25519, made for this proof alone. */
  readonly hostEphemeralKey: Uint8Array
  readonly sealedSecret: Uint8Array
  /** Proves the WireGuard private key. */
  readonly mac: Uint8Array
  /** Proves the identity private key. */
  readonly signature: Uint8Array
}

/** Step 2, server to host: any JSON text, signed for this host and this challenge. */
export interface EnrollmentAnswer {
  readonly body: string
  readonly signature: Uint8Array
}

/** The body of a successful answer: what the host needs to connect. */
export interface EnrollmentAnswerBody {
  readonly meshId: MeshId
  readonly hostId: HostId
  readonly serverIdentityKey: IdentityPublicKey
  /** The mesh's epoch; it only grows. */
  readonly epoch: number
  /** Path of the agents' WebSocket on the same server, such as `/agent`. */
  readonly agentUrlPath: string
}

/** {@link EnrollmentRequest} on the wire. */
export const enrollmentRequestCodec = t.readonly(
  t.strict({
    keyId: enrollmentKeyIdCodec,
    wireguardKey: wireguardPublicKeyCodec,
    identityKey: identityPublicKeyCodec,
    hostNonce: nonceCodec,
  }),
  'EnrollmentRequest',
)

/** {@link EnrollmentChallenge} on the wire. */
export const enrollmentChallengeCodec = t.readonly(
  t.strict({
    meshId: meshIdCodec,
    serverIdentityKey: identityPublicKeyCodec,
    challengeKey: keyShareCodec,
    nonce: nonceCodec,
    expiresAtEpochMs: epochMsCodec,
    signature: signatureCodec,
  }),
  'EnrollmentChallenge',
)

/** {@link EnrollmentProof} on the wire. */
export const enrollmentProofCodec = t.readonly(
  t.strict({
    nonce: nonceCodec,
    wireguardKey: wireguardPublicKeyCodec,
    identityKey: identityPublicKeyCodec,
    claims: claimsCodec,
    hostEphemeralKey: keyShareCodec,
    sealedSecret: sealedSecretCodec,
    mac: macCodec,
    signature: signatureCodec,
  }),
  'EnrollmentProof',
)

/** {@link EnrollmentAnswer} on the wire. */
export const enrollmentAnswerCodec = t.readonly(
  t.strict({ body: t.string, signature: signatureCodec }),
  'EnrollmentAnswer',
)

const epochCodec = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 0, 'MeshEpoch')
const urlPathCodec = t.refinement(t.string, (text) => /^\/(?!\/)[\w\-./~]{0,255}$/.test(text), 'UrlPath')

/** {@link EnrollmentAnswerBody} as the JSON inside {@link EnrollmentAnswer}. */
export const enrollmentAnswerBodyCodec = t.readonly(
  t.strict({
    meshId: meshIdCodec,
    hostId: hostIdCodec,
    serverIdentityKey: identityPublicKeyCodec,
    epoch: epochCodec,
    agentUrlPath: urlPathCodec,
  }),
  'EnrollmentAnswerBody',
)
