import type { HostId } from '../values/index.js'

/**
 * Through which gateways a host can be reached now, in its own order. Only the host itself makes one; the highest sequence is the
 * newest and the only one that counts.
 */
export interface PathVector {
  readonly hostId: HostId
  /** Rises with every change of order or membership, never otherwise. */
  readonly sequence: number
  readonly gateways: readonly HostId[]
}
