import type { Crypto } from '../ports/crypto.js'
import { bytesOf } from '../protocol/bytes.js'
import { pathVectorTranscript } from '../protocol/path-vector-transcript.js'
import { encodeBase64, type HostId, type IdentityPublicKey, identityKeyToBytes, type MeshId } from '../values/index.js'
import type { VectorSigning } from './vector-exchange.js'

const signatureBytes = 64

/** Signs own vectors by the host's identity key, and checks those of others by theirs; without a key of theirs nothing is genuine. */
export const vectorSignatures = ({
  crypto,
  meshId,
  identityPrivateKey,
  identityKeyOf,
}: {
  readonly crypto: Pick<Crypto, 'signEd25519' | 'verifyEd25519'>
  readonly meshId: MeshId
  /** Ed25519 seed, 32 bytes. */
  readonly identityPrivateKey: Uint8Array
  readonly identityKeyOf: (hostId: HostId) => IdentityPublicKey | undefined
}): VectorSigning => ({
  sign: (vector) => encodeBase64(crypto.signEd25519(identityPrivateKey, pathVectorTranscript(meshId, vector)), 'url'),
  isGenuine: (vector) => {
    const key = identityKeyOf(vector.hostId)
    const signature = bytesOf(vector.signature, signatureBytes)
    return (
      key !== undefined &&
      signature !== undefined &&
      crypto.verifyEd25519(identityKeyToBytes(key), pathVectorTranscript(meshId, vector), signature)
    )
  },
})
