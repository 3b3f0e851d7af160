import type { ClientId, EgressId, EpochMs, GroupId, NetworkId, NodeId, UserId } from '../../values/index.js'
import type { NodeLeft } from '../events/node-left.js'
import type { Unfolding } from './unfolding.js'

/** What is about to be removed. */
export type Removal = {
  readonly atEpochMs: EpochMs
} /** With `network-removed` everything of the network goes: nothing moves elsewhere within it. */ & (
  | { readonly kind: 'node'; readonly nodeId: NodeId; readonly cause: NodeLeft['cause'] }
  /** The node stays and ceases to be a gateway. */
  | {
      readonly kind: 'gateway'
      readonly nodeId: NodeId
      /** Nodes, clients and enrolment keys move there: a gateway of the same network; `null`: they are let go (B3). */
      readonly moveTo: NodeId | null
    }
  | { readonly kind: 'client'; readonly clientId: ClientId }
  | { readonly kind: 'egress'; readonly egressId: EgressId }
  | { readonly kind: 'user'; readonly userId: UserId }
  | { readonly kind: 'group'; readonly groupId: GroupId }
  /** Its nodes were removed before. */
  | { readonly kind: 'network'; readonly networkId: NetworkId }
)

/** Emits what an area loses with a removal; nothing for what doesn't concern it. */
export type AreaConsequences = (removal: Removal, unfolding: Unfolding) => void
