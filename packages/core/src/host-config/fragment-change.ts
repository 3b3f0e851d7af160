import type { HostId, MemberId, NodeId } from '../values/index.js'
import type { Fragment, FragmentId, FragmentVersion, MemberEntry, NameEntry } from './fragment.js'

/**
 * A place in a mesh's history: the epoch, raised when a backup was restored, and the revision of the last event. Later is a
 * higher epoch, or the same epoch and a higher revision. It is no part of a config.
 */
export interface AsOf {
  readonly epoch: number
  readonly revision: number
}

/** Everything that one step changed, for everybody. Who is sent what of it, `visibility.ts` says. */
export interface FragmentChanges {
  /** The place before the step. */
  readonly since: AsOf
  /** The place after it. */
  readonly asOf: AsOf
  /** What is not what it was. */
  readonly changes: readonly PatchChange[]
  /** What others may look at now who did not before, as it is now. */
  readonly revealed: readonly FragmentId[]
  /** Hosts whose own part changed in a way that they may look at other things than before: anything may be new to them. */
  readonly reviewed: readonly HostId[]
  /** What somebody may have held and may not any more, without anything else that tells it. */
  readonly removed: readonly FragmentId[]
}

/** What to do to one fragment. A set is changed by what came and went, everything else is replaced. */
export type Change =
  | { readonly op: 'put'; readonly to: FragmentVersion; readonly content: Fragment }
  | {
      readonly op: 'members'
      readonly from: FragmentVersion
      readonly to: FragmentVersion
      /** Sorted, and in no set twice. */
      readonly add: readonly NodeId[]
      readonly remove: readonly NodeId[]
    }
  | {
      /** Of a set, or of a gateway's clients. */
      readonly op: 'entries'
      readonly from: FragmentVersion
      readonly to: FragmentVersion
      readonly add: readonly MemberEntry[]
      /** Applied before `add`. */
      readonly remove: readonly MemberId[]
    }
  | {
      readonly op: 'names'
      readonly from: FragmentVersion
      readonly to: FragmentVersion
      readonly add: readonly NameEntry[]
      /** Applied before `add`. */
      readonly remove: readonly MemberId[]
    }
  /** The holder may no longer see it. */
  | { readonly op: 'forget' }

/** What one agent is sent: apply all of it, or none. */
export interface Patch {
  readonly asOf: AsOf
  readonly changes: readonly PatchChange[]
}

/** One fragment and what happened to it. */
export interface PatchChange {
  readonly fragment: FragmentId
  readonly change: Change
}

/** What an agent is sent that has nothing to build on. */
export interface Snapshot {
  readonly asOf: AsOf
  readonly fragments: readonly Fragment[]
}

/** Negative: `a` is earlier. */
export const compareAsOf = (a: AsOf, b: AsOf): number => a.epoch - b.epoch || a.revision - b.revision
