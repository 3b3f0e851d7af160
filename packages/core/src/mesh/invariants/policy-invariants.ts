/** What holds of policies and their tests: whom they name is there, and what is counted of them is so. */
import type { IpPrefix, NodeId } from '../../values/index.js'
import { canonicalSelectors, canonicalTraffic } from '../canonical-policy.js'
import { type LargeMap, largeMapGet, largeMapHas, largeMapValues } from '../large-map.js'
import type { DestinationSelector, MeshState, Network, Policy, PolicyTest, TestEnd } from '../mesh-state.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const policyBreaches = (state: MeshState): readonly InvariantBreach[] => [
  ...indexBreaches(
    'policies',
    state.policies,
    new Map([...largeMapValues(state.policies)].map((policy) => [policy.policyId, policy])),
  ),
  ...indexBreaches(
    'policy-tests',
    state.policyTests,
    new Map([...largeMapValues(state.policyTests)].map((test) => [test.policyTestId, test])),
  ),
  ...[...largeMapValues(state.networks)].flatMap((network) => networkPolicyBreaches(state, network)),
  ...[...largeMapValues(state.policies)].flatMap((policy) => contentBreaches(state, policy)),
  ...[...largeMapValues(state.policyTests)].flatMap((test) => testBreaches(state, test)),
]

const networkPolicyBreaches = (state: MeshState, network: Network): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const isHere = ({ networkId }: { readonly networkId: string }) => networkId === network.networkId
  const policies = [...largeMapValues(state.policies)].filter(isHere)
  const tests = [...largeMapValues(state.policyTests)].filter(isHere)
  const named = policies.flatMap(({ sources, destinations }) => [...sources, ...destinations])
  const prefixes = counts(named.flatMap((each): IpPrefix[] => (each.kind === 'prefix' ? [each.prefix] : [])))
  const kept = new Map(network.namedPrefixes.map(({ prefix, uses }) => [prefix, uses]))
  return [
    ...duplicates(
      about('policy-name-unique'),
      policies.map(({ name, policyId }) => [name, policyId]),
    ),
    ...duplicates(
      about('policy-test-name-unique'),
      tests.map(({ name, policyTestId }) => [name, policyTestId]),
    ),
    ...indexBreaches(about('policy-ids'), network.policyIds, presence(policies.map(({ policyId }) => policyId))),
    ...indexBreaches(
      about('policy-test-ids'),
      network.policyTestIds,
      presence(tests.map(({ policyTestId }) => policyTestId)),
    ),
    ...indexBreaches(
      about('named-nodes'),
      network.namedNodeIds,
      counts(named.flatMap((each): NodeId[] => (each.kind === 'node' ? [each.nodeId] : []))),
    ),
    ...(sameContent(kept, prefixes) && kept.size === network.namedPrefixes.length
      ? []
      : [breach(about('named-prefixes'), JSON.stringify(network.namedPrefixes))]),
  ]
}

const counts = <K extends string>(items: readonly K[]): ReadonlyMap<K, number> => {
  const counted = new Map<K, number>()
  for (const item of items) counted.set(item, (counted.get(item) ?? 0) + 1)
  return counted
}

const presence = <K extends string>(ids: readonly K[]): ReadonlyMap<K, true> => new Map(ids.map((id) => [id, true]))

const contentBreaches = (state: MeshState, policy: Policy): readonly InvariantBreach[] => {
  const { policyId, sources, destinations, traffic, networkId } = policy
  const isCanonical =
    sameContent(canonicalSelectors(sources), sources) &&
    sameContent(canonicalSelectors(destinations), destinations) &&
    sameContent(canonicalTraffic(traffic), traffic)
  return [
    ...(largeMapHas(state.networks, networkId) ? [] : [breach('policy-has-network', `${policyId} in ${networkId}`)]),
    ...(isCanonical ? [] : [breach('policy-canonical', policyId)]),
    ...([sources, destinations, traffic].some((list) => list.length === 0) ? [breach('policy-filled', policyId)] : []),
    ...[...sources, ...destinations]
      .filter((selector) => !isThere(state, networkId, selector))
      .map((selector) => breach('policy-names-present', `${policyId} names ${JSON.stringify(selector)}`)),
  ]
}

const testBreaches = (state: MeshState, test: PolicyTest): readonly InvariantBreach[] => [
  ...(largeMapHas(state.networks, test.networkId) ? [] : [breach('policy-test-has-network', test.policyTestId)]),
  ...[test.from, test.to]
    .filter(
      (end) => end.kind !== 'address' && !isThere(state, test.networkId, end as Exclude<TestEnd, { kind: 'address' }>),
    )
    .map((end) => breach('policy-test-names-present', `${test.policyTestId} names ${JSON.stringify(end)}`)),
]

const isThere = (state: MeshState, networkId: string, selector: DestinationSelector): boolean => {
  const isHere = <K extends string>(map: LargeMap<K, { readonly networkId: string }>, id: K) =>
    largeMapGet(map, id)?.networkId === networkId
  switch (selector.kind) {
    case 'everyone':
    case 'own-devices':
    case 'internet':
    case 'tag':
    case 'prefix':
      return true
    case 'user':
      return largeMapHas(state.users, selector.userId)
    case 'group':
      return largeMapHas(state.groups, selector.groupId)
    case 'node':
      return isHere(state.nodes, selector.nodeId)
    case 'client':
      return isHere(state.clients, selector.clientId)
    case 'egress':
      return isHere(state.egresses, selector.egressId)
    case 'gateway-clients':
      return isHere(state.gateways, selector.gatewayId)
  }
}
