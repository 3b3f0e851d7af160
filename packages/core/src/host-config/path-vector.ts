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

/** Rises even where the clock was set back, and outruns a host's earlier life whose disk was lost. */
export const nextSequence = (last: number | undefined, unixMs: number): number => Math.max((last ?? 0) + 1, unixMs)

/** Whether `vector` takes the place of what is known of its host. */
export const isNewerVector = (vector: PathVector, known: PathVector | undefined): boolean =>
  known === undefined || vector.sequence > known.sequence

/** The vector that tells this now: `last` itself while nothing changed. */
export const renewVector = (
  hostId: HostId,
  last: PathVector | undefined,
  { gatewayIds, servedEgressIds }: Pick<PathVector, 'gatewayIds' | 'servedEgressIds'>,
  unixMs: number,
): PathVector =>
  last !== undefined && isSameList(last.gatewayIds, gatewayIds) && isSameList(last.servedEgressIds, servedEgressIds)
    ? last
    : { hostId, sequence: nextSequence(last?.sequence, unixMs), gatewayIds, servedEgressIds }

export const isSameList = <A>(one: readonly A[], other: readonly A[]): boolean =>
  one.length === other.length && one.every((item, at) => item === other[at])

/** Further ahead of this host's clock no earlier life of it can have been: who says so lies, or has its own clock in mind. */
const mostAheadMs = 86_400_000

/**
 * The sequence with which a host overtakes what another one says that it holds of it, which it doesn't know itself: its disk was put back
 * to an earlier state. `undefined`: there is nothing to overtake.
 */
export const overtakingSequence = (
  last: number | undefined,
  heldByOther: number,
  unixMs: number,
): number | undefined =>
  heldByOther > (last ?? 0) && heldByOther <= unixMs + mostAheadMs ? nextSequence(heldByOther, unixMs) : undefined
