import type { PathVector } from '../host-config/path-vector.js'
import type { MeshId } from '../values/index.js'
import { encodeTranscript } from './bytes.js'

/**
 * What a host's identity key signs of a vector, so that gateways can pass it on and nobody else can make one. The mesh is in it:
 * a vector of one mesh says nothing in another.
 */
export function pathVectorTranscript(meshId: MeshId, vector: PathVector): Uint8Array {
  const { hostId, sequence, gatewayIds, servedEgressIds } = vector
  return encodeTranscript('meshfold.v1 path vector', [
    meshId,
    hostId,
    sequence,
    gatewayIds.length,
    ...gatewayIds,
    ...servedEgressIds,
  ])
}
