/** What rules are made of: whom they name, and what they let pass. Fragments of different kinds carry them. */

import type { MemberSetKey, Traffic } from '../mesh/mesh-state.js'
import type { IpPrefix, PolicyId } from '../values/index.js'

/** Names a set within a network: `everyone`, `node:<id>`, `client:<id>`, or a key of `Network.sets`. */
export type SetName = 'everyone' | MemberSetKey

/** One side of a rule: members of sets, addresses within prefixes. `everyone` and `egress:<id>` are set names too. */
export interface Ends {
  readonly sets: readonly SetName[]
  readonly prefixes: readonly IpPrefix[]
}

/** Lets in what comes from one of the sets or prefixes with one of the kinds of traffic. */
export interface AcceptRule {
  /** `null`: the network's default, everyone to everyone. */
  readonly policyId: PolicyId | null
  readonly from: Ends
  /** Besides being in `from`, the source is in this set (own devices). */
  readonly within: SetName | null
  /** Which of the destination's addresses, as the mesh sees them; `null`: all. */
  readonly to: readonly IpPrefix[] | null
  readonly traffic: readonly Traffic[]
}

/** Members of any of the sets that are in `within` as well. */
export interface OwnPeers {
  readonly within: SetName
  readonly sets: readonly SetName[]
}

/** What one policy, or the default (`policyId` is `null`), lets gateways pass: between these two sides, whoever begins. */
export interface RelayRule {
  readonly policyId: PolicyId | null
  readonly from: Ends
  readonly to: Ends
  /** Whether `to` has all addresses beyond the mesh as well. */
  readonly internet: boolean
}

/** Lets what the ranges begin into the mesh. */
export interface ReachRule {
  readonly policyId: PolicyId | null
  /** Which of the ranges, as the mesh sees them; `null`: all. */
  readonly from: readonly IpPrefix[] | null
  readonly to: Ends
  /** Whether `to` has all addresses beyond the mesh as well. */
  readonly internet: boolean
  readonly traffic: readonly Traffic[]
}
