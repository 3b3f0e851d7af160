import type { EgressId, HostId, NodeId } from '../values/index.js'

/**
 * Through which gateways a host can be reached now, in its own order. Only the host itself makes one; the highest sequence is the
 * newest and the only one that counts.
 */
export interface PathVector {
  readonly hostId: HostId
  /** Rises with every change of order or membership, never otherwise: max(last + 1, unix ms), kept on disk. */
  readonly sequence: number
  /** Gateways that it can use, best first, over all its networks: a relayed node's own list, and those of its pairs. */
  readonly gatewayIds: readonly NodeId[]
  /** Ranges that it serves as a router, while no router before it in the configured order does. Sorted. */
  readonly servedEgressIds: readonly EgressId[]
}

/** The newest vector of each host that is known. */
export type PathVectors = ReadonlyMap<HostId, PathVector>
