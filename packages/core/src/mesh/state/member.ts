import type { ContentHash, HostId, IpPrefix, MemberId, NodeId } from '../../values/index.js'
import type { LargeMap } from '../large-map.js'

/** A set that policies and configs name: who is in it is kept up to date by `mesh/members.ts`. Made by `memberSetKey`. */
export type MemberSetKey = string

/** Who is in one set now. */
export interface MemberSet {
  readonly memberIds: LargeMap<MemberId, true>
  /** Exclusive or of the hashes of its members' entries (id and prefixes). */
  readonly hash: ContentHash
}

/** Nodes that are equal for every policy: the same tags, the same owner, in the same prefixes that policies name, named by none alone. */
export type ClassKey = string

/** The nodes of one class, with their hosts. */
export interface NodeClass {
  readonly nodeIds: LargeMap<NodeId, HostId>
}

/** What a network keeps of one that takes part, so that a change is found without looking at the others. */
export interface MemberRecord {
  readonly sets: readonly MemberSetKey[]
  readonly entryHash: ContentHash
  /** `null` for a client. */
  readonly classKey: ClassKey | null
  /** What a client brings along outside the network's ranges. */
  readonly extraPrefixes: readonly IpPrefix[]
}
