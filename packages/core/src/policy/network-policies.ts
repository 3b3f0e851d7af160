/** A network's policies and tests in a fixed order, found once for as long as they stay as they are. */
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshState, Network, Policy, PolicyTest } from '../mesh/mesh-state.js'
import { selectorKey } from '../mesh/selector-key.js'
import type { NetworkId } from '../values/index.js'

const listsByPolicies = new WeakMap<object, Map<NetworkId, readonly Policy[]>>()

/** By id, the disabled ones too. */
export const policiesOf = (state: MeshState, network: Network): readonly Policy[] => {
  const lists = listsByPolicies.get(state.policies) ?? new Map<NetworkId, readonly Policy[]>()
  listsByPolicies.set(state.policies, lists)
  const known = lists.get(network.networkId)
  if (known !== undefined) return known
  const found = [...largeMapKeys(network.policyIds)].sort().flatMap((id) => largeMapGet(state.policies, id) ?? [])
  lists.set(network.networkId, found)
  return found
}

const namersByPolicies = new WeakMap<readonly Policy[], ReadonlyMap<string, readonly Policy[]>>()

/** Policies of which a source or destination has this key (`selectorKey`), by id. */
export const policiesNaming = (state: MeshState, network: Network, key: string): readonly Policy[] => {
  const policies = policiesOf(state, network)
  const known = namersByPolicies.get(policies) ?? namersIn(policies)
  namersByPolicies.set(policies, known)
  return known.get(key) ?? []
}

const namersIn = (policies: readonly Policy[]): ReadonlyMap<string, readonly Policy[]> => {
  const namers = new Map<string, Policy[]>()
  for (const policy of policies)
    for (const key of new Set([...policy.sources, ...policy.destinations].map(selectorKey))) {
      const known = namers.get(key)
      if (known === undefined) namers.set(key, [policy])
      else known.push(policy)
    }
  return namers
}

/** By id. */
export const policyTestsOf = (state: MeshState, network: Network): readonly PolicyTest[] =>
  [...largeMapKeys(network.policyTestIds)].sort().flatMap((id) => largeMapGet(state.policyTests, id) ?? [])
