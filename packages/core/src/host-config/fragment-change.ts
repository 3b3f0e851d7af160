import type { HostId, NetworkId, NodeId } from '../values/index.js'
import type { Fragment, FragmentId, FragmentVersion, NameEntry } from './fragment.js'

/**
 * A place in a mesh's history: the epoch, raised when a backup was restored, and the revision of the last event. Later is a
 * higher epoch, or the same epoch and a higher revision. It is no part of a config.
 */
export interface AsOf {
  readonly epoch: number
  readonly revision: number
}

/** Everything that one step changed, for everybody. */
export interface FragmentChanges {
  /** The place before the step. */
  readonly since: AsOf
  /** The place after it. */
  readonly asOf: AsOf
  readonly changes: readonly FragmentChange[]
  /** Hosts that see other networks than before: they get or forget whole networks. */
  readonly visibility: readonly VisibilityChange[]
}

export interface FragmentChange {
  readonly fragment: FragmentId
  readonly audience: Audience
  readonly change: Change
}

/** Who looks at a changed fragment. */
export type Audience =
  | { readonly kind: 'host'; readonly hostId: HostId }
  /** The members of any of these networks. */
  | { readonly kind: 'networks'; readonly networkIds: readonly NetworkId[] }
  /** The members of the network that shared none with the host before. */
  | { readonly kind: 'new-viewers'; readonly networkId: NetworkId; readonly hostId: HostId }

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
      readonly op: 'names'
      readonly from: FragmentVersion
      readonly to: FragmentVersion
      readonly add: readonly NameEntry[]
      /** Applied before `add`. */
      readonly remove: readonly NodeId[]
    }
  /** The holder may no longer see it. */
  | { readonly op: 'forget' }

export interface VisibilityChange {
  readonly hostId: HostId
  readonly gained: readonly NetworkId[]
  readonly lost: readonly NetworkId[]
}

/** What one agent is sent: apply all of it, or none. */
export interface Patch {
  readonly asOf: AsOf
  readonly changes: readonly PatchChange[]
}

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
