/** The bytes and keys that both ends of an enrolment derive alike. A label names each use, so that none passes for another. */
import type { Crypto } from '../ports/crypto.js'
import { encodeTranscript, utf8Bytes } from './bytes.js'
import type { EnrollmentChallenge, EnrollmentProof, EnrollmentRequest } from './enrollment-messages.js'

/** What the MAC that proves the WireGuard key is made of. */
export const WIREGUARD_LABEL = 'meshfold.v1 enrol wireguard key'
/** What the signature that proves the identity key is made of. */
export const IDENTITY_LABEL = 'meshfold.v1 enrol identity key'

/** What the server signs: everything it says and everything it was asked. */
export function challengeTranscript(
  request: EnrollmentRequest,
  challenge: Omit<EnrollmentChallenge, 'signature'>,
): Uint8Array {
  return encodeTranscript('meshfold.v1 enrol challenge', [
    challenge.meshId,
    challenge.serverIdentityKey,
    request.keyId,
    request.wireguardKey,
    request.identityKey,
    request.hostNonce,
    challenge.challengeKey,
    challenge.nonce,
    challenge.expiresAtEpochMs,
  ])
}

/** What both proofs cover; the digest stands for server key, mesh, both keys of the host and both nonces. */
export function provenFields(
  crypto: Crypto,
  challengeDigest: Uint8Array,
  proof: Omit<EnrollmentProof, 'mac' | 'signature'>,
): readonly Uint8Array[] {
  return [challengeDigest, proof.hostEphemeralKey, proof.sealedSecret, crypto.sha256(utf8Bytes(proof.claims))]
}

/** Seals the enrolment secret: from the ephemeral keys of both ends. */
export function sealingKey(crypto: Crypto, share: Uint8Array, digest: Uint8Array): Uint8Array {
  return crypto.hkdfSha256(share, digest, utf8Bytes('meshfold.v1 enrol secret sealing'), 32)
}

/** Keys the MAC: who computes it holds the WireGuard private key, or the challenge's. */
export function provingKey(crypto: Crypto, share: Uint8Array, digest: Uint8Array): Uint8Array {
  return crypto.hkdfSha256(share, digest, utf8Bytes('meshfold.v1 enrol wireguard proof'), 32)
}

/** What the server signs of its answer. */
export function answerTranscript(proof: EnrollmentProof, body: string): Uint8Array {
  const { nonce, wireguardKey, identityKey } = proof
  return encodeTranscript('meshfold.v1 enrol answer', [nonce, wireguardKey, identityKey, body])
}
