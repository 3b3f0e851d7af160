/** What commands about policies and their tests have in common. */
import type { ClientId, NetworkId, NodeId, PolicyId } from '../../values/index.js'
import type { SelectorSubject } from '../areas/policy-errors.js'
import { canonicalSelectors, canonicalTraffic } from '../canonical-policy.js'
import { type LargeMap, largeMapGet, largeMapHas, largeMapKeys } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { DestinationSelector, MeshState, Network, Policy } from '../mesh-state.js'
import { maxPortRanges } from '../policy-codecs.js'

/** What an administrator says of a policy. */
export type PolicyContent = Omit<Policy, 'policyId' | 'networkId'>

export const canonicalContent = (content: PolicyContent): PolicyContent => ({
  name: content.name,
  enabled: content.enabled,
  sources: canonicalSelectors(content.sources),
  destinations: canonicalSelectors(content.destinations),
  traffic: canonicalTraffic(content.traffic),
  direction: content.direction,
})

/** Both in their canonical form, so that equal text is equal content. */
export const sameContent = (one: PolicyContent, other: PolicyContent): boolean =>
  JSON.stringify(canonicalContent(one)) === JSON.stringify(canonicalContent(other))

/** What stands against a policy with this content. */
export const policyProblem = (
  state: MeshState,
  network: Network,
  policyId: PolicyId,
  content: PolicyContent,
): MeshError | undefined => {
  const { name } = content
  const namesake = findNamesake(network.policyIds, (id) => largeMapGet(state.policies, id)?.name === name, policyId)
  if (namesake !== undefined) return { code: 'policy-name-taken', name, policyId: namesake, networkName: network.name }
  const crowded = content.traffic.find((entry) => 'ports' in entry && entry.ports.length > maxPortRanges)
  if (crowded !== undefined && 'ports' in crowded)
    return { code: 'policy-ports-too-many', ranges: crowded.ports.length, limit: maxPortRanges }
  for (const selector of [...content.sources, ...content.destinations]) {
    const problem = selectorProblem(state, network, selector)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Another of the network's that has the name. */
export const findNamesake = <Id extends string>(
  ids: LargeMap<Id, true>,
  hasName: (id: Id) => boolean,
  except: Id,
): Id | undefined => {
  for (const id of largeMapKeys(ids)) if (id !== except && hasName(id)) return id
  return undefined
}

const selectorProblem = (state: MeshState, network: Network, selector: DestinationSelector): MeshError | undefined => {
  switch (selector.kind) {
    case 'everyone':
    case 'tag':
    case 'prefix':
    case 'own-devices':
    case 'internet':
      return undefined
    case 'user':
      return largeMapHas(state.users, selector.userId) ? undefined : unknown('user', selector.userId)
    case 'group':
      return largeMapHas(state.groups, selector.groupId) ? undefined : unknown('group', selector.groupId)
    case 'node':
      return nodeProblem(state, network, selector.nodeId)
    case 'client':
      return clientProblem(state, network, selector.clientId)
    case 'egress':
      return ofNetwork(state, network, 'egress', selector.egressId, largeMapGet(state.egresses, selector.egressId))
    case 'gateway-clients':
      return ofNetwork(state, network, 'gateway', selector.gatewayId, largeMapGet(state.gateways, selector.gatewayId))
  }
}

export const nodeProblem = (state: MeshState, network: Network, nodeId: NodeId): MeshError | undefined =>
  ofNetwork(state, network, 'node', nodeId, largeMapGet(state.nodes, nodeId))

export const clientProblem = (state: MeshState, network: Network, clientId: ClientId): MeshError | undefined =>
  ofNetwork(state, network, 'client', clientId, largeMapGet(state.clients, clientId))

const ofNetwork = (
  state: MeshState,
  network: Network,
  kind: SelectorSubject,
  id: string,
  found: { readonly networkId: NetworkId } | undefined,
): MeshError | undefined => {
  if (found === undefined) return unknown(kind, id)
  if (found.networkId === network.networkId) return undefined
  const home = largeMapGet(state.networks, found.networkId)?.name ?? found.networkId
  return { code: 'selected-elsewhere', kind, id, networkName: network.name, home }
}

const unknown = (kind: SelectorSubject, id: string): MeshError => ({ code: 'selected-unknown', kind, id })
