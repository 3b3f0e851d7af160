import { policiesNaming, policiesOf, policyTestsOf } from '../../../policy/network-policies.js'
import type { EpochMs, NetworkId, NodeId } from '../../../values/index.js'
import type { PolicyRemoved } from '../../events/policy-removed.js'
import type { PolicyUpdated } from '../../events/policy-updated.js'
import { largeMapGet, largeMapKeys } from '../../large-map.js'
import { memberSetKey } from '../../members.js'
import type { DestinationSelector, Network, Policy, TestEnd } from '../../mesh-state.js'
import { selectorKey, testEndKey } from '../../selector-key.js'
import type { AreaConsequences } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/** Policies no longer name what is removed, and end with their last source or destination; tests about it end too. */
export const policyConsequences: AreaConsequences = (removal, unfolding) => {
  const { atEpochMs } = removal
  const state = unfolding.state()
  switch (removal.kind) {
    case 'node': {
      const node = largeMapGet(state.nodes, removal.nodeId)
      if (node === undefined) return
      // All at once with the first node: what is left of the network needs no policies.
      if (removal.cause === 'network-removed') return endAll(unfolding, node.networkId, atEpochMs)
      const end: TestEnd = { kind: 'node', nodeId: removal.nodeId }
      unname(unfolding, node.networkId, [selectorKey(end), clientsKey(removal.nodeId)], atEpochMs)
      return endTests(unfolding, node.networkId, end, atEpochMs)
    }
    case 'gateway': {
      const node = largeMapGet(state.nodes, removal.nodeId)
      if (node !== undefined) unname(unfolding, node.networkId, [clientsKey(removal.nodeId)], atEpochMs)
      return
    }
    case 'client': {
      const client = largeMapGet(state.clients, removal.clientId)
      if (client === undefined) return
      const end: TestEnd = { kind: 'client', clientId: removal.clientId }
      unname(unfolding, client.networkId, [selectorKey(end)], atEpochMs)
      return endTests(unfolding, client.networkId, end, atEpochMs)
    }
    case 'egress': {
      const egress = largeMapGet(state.egresses, removal.egressId)
      const key = selectorKey({ kind: 'egress', egressId: removal.egressId })
      if (egress !== undefined) unname(unfolding, egress.networkId, [key], atEpochMs)
      return
    }
    case 'user':
      return unnameEverywhere(unfolding, memberSetKey('user', removal.userId), atEpochMs)
    case 'group':
      return unnameEverywhere(unfolding, memberSetKey('group', removal.groupId), atEpochMs)
    case 'network':
      return endAll(unfolding, removal.networkId, atEpochMs)
  }
}

const clientsKey = (gatewayId: NodeId): string => memberSetKey('gateway-clients', gatewayId)

const unnameEverywhere = (unfolding: Unfolding, key: string, atEpochMs: EpochMs): void => {
  for (const networkId of [...largeMapKeys(unfolding.state().networks)].sort())
    unname(unfolding, networkId, [key], atEpochMs)
}

const unname = (unfolding: Unfolding, networkId: NetworkId, keys: readonly string[], atEpochMs: EpochMs): void => {
  for (const key of keys)
    for (const policy of namersIn(unfolding, networkId, key)) unfolding.emit(withoutKey(policy, key, atEpochMs))
}

const namersIn = (unfolding: Unfolding, networkId: NetworkId, key: string): readonly Policy[] => {
  const network = networkIn(unfolding, networkId)
  return network === undefined ? [] : policiesNaming(unfolding.state(), network, key)
}

const withoutKey = (policy: Policy, key: string, atEpochMs: EpochMs): PolicyRemoved | PolicyUpdated => {
  const isOther = (selector: DestinationSelector) => selectorKey(selector) !== key
  const sources = policy.sources.filter(isOther)
  const destinations = policy.destinations.filter(isOther)
  const { policyId, networkId } = policy
  if (sources.length === 0 || destinations.length === 0)
    return { type: 'PolicyRemoved', atEpochMs, policyId, networkId, cause: 'nothing-left' }
  return { type: 'PolicyUpdated', atEpochMs, ...policy, sources, destinations }
}

const endTests = (unfolding: Unfolding, networkId: NetworkId, end: TestEnd, atEpochMs: EpochMs): void => {
  const network = networkIn(unfolding, networkId)
  if (network === undefined || network.policyTestIds.size === 0) return
  const isAbout = (other: TestEnd) => testEndKey(other) === testEndKey(end)
  for (const { policyTestId, from, to } of policyTestsOf(unfolding.state(), network))
    if (isAbout(from) || isAbout(to))
      unfolding.emit({ type: 'PolicyTestRemoved', atEpochMs, policyTestId, networkId, cause: 'end-removed' })
}

const endAll = (unfolding: Unfolding, networkId: NetworkId, atEpochMs: EpochMs): void => {
  const network = networkIn(unfolding, networkId)
  if (network === undefined) return
  const cause = 'network-removed'
  for (const { policyTestId } of policyTestsOf(unfolding.state(), network))
    unfolding.emit({ type: 'PolicyTestRemoved', atEpochMs, policyTestId, networkId, cause })
  for (const { policyId } of policiesOf(unfolding.state(), network))
    unfolding.emit({ type: 'PolicyRemoved', atEpochMs, policyId, networkId, cause })
}

const networkIn = (unfolding: Unfolding, networkId: NetworkId): Network | undefined =>
  largeMapGet(unfolding.state().networks, networkId)
