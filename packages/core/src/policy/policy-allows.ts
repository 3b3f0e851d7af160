/**
 * What policies mean, packet by packet: the plain statement that everything compiled is held to. It looks at policies and selectors
 * alone: whether its ends take part in the network, and which way a packet would go, is not asked.
 */
import { isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { DestinationSelector, MeshState, Network, Policy } from '../mesh/mesh-state.js'
import { type NetworkId, type PolicyId, prefixContainsAddress, type TagName, type UserId } from '../values/index.js'
import type { End } from './end.js'
import { policiesOf } from './network-policies.js'
import { type PacketTraffic, trafficCovers } from './traffic.js'

/** Whether a flow may begin, and what allows it: the first policy by id, `everyone` for the default policy; `null`: nothing does. */
export type PolicyVerdict =
  | { readonly allowed: true; readonly by: PolicyId | 'everyone' }
  | { readonly allowed: false; readonly by: null }

/**
 * Whether `from` may begin to talk to `to` about this. Replies need no policy. The default policy lets everyone reach everyone, and
 * the internet. From out on the internet nobody begins, unless a policy names the address by a prefix.
 */
export const policyAllows = (
  state: MeshState,
  networkId: NetworkId,
  from: End,
  to: End,
  traffic: PacketTraffic,
): PolicyVerdict => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return { allowed: false, by: null }
  if (network.everyoneAllowed && defaultAllows(state, from, to)) return { allowed: true, by: 'everyone' }
  const policy = enabledPolicies(state, network).find(
    (each) => trafficCovers(each.traffic, traffic) && leadsFrom(state, each, from, to),
  )
  return policy === undefined ? { allowed: false, by: null } : { allowed: true, by: policy.policyId }
}

const enabledPolicies = (state: MeshState, network: Network): readonly Policy[] =>
  policiesOf(state, network).filter(({ enabled }) => enabled)

const defaultAllows = (state: MeshState, from: End, to: End): boolean =>
  isEveryone(state, from, 'begins') && (to.kind === 'internet' || isEveryone(state, to, 'answers'))

/** Who begins: a way to the internet is somewhere to go to, and nobody to come from. */
type Role = 'begins' | 'answers'

const leadsFrom = (state: MeshState, policy: Policy, from: End, to: End): boolean => {
  const { sources, destinations } = policy
  const matches = (selectors: readonly DestinationSelector[], end: End, other: End, role: Role): boolean =>
    selectors.some((selector) => selectorMatches(state, selector, end, other, role))
  if (matches(sources, from, to, 'begins') && matches(destinations, to, from, 'answers')) return true
  if (policy.direction === 'one-way') return false
  return matches(destinations, from, to, 'begins') && matches(sources, to, from, 'answers')
}

const selectorMatches = (
  state: MeshState,
  selector: DestinationSelector,
  end: End,
  other: End,
  role: Role,
): boolean => {
  switch (selector.kind) {
    case 'everyone':
      return isEveryone(state, end, role)
    case 'user':
      return ownerOf(state, end) === selector.userId
    case 'group':
      return groupsOf(state, end).includes(selector.groupId)
    case 'tag':
      return tagsOf(state, end).includes(selector.tag)
    case 'node':
      return end.kind === 'node' && end.nodeId === selector.nodeId
    case 'client':
      return end.kind === 'client' && end.clientId === selector.clientId
    case 'prefix':
      return prefixContainsAddress(selector.prefix, end.address)
    case 'egress':
      return end.kind === 'egress' && end.egressId === selector.egressId && mayPlay(state, end, role)
    case 'gateway-clients':
      return end.kind === 'client' && largeMapGet(state.clients, end.clientId)?.gatewayId === selector.gatewayId
    case 'own-devices': {
      const ownerUserId = ownerOf(state, end)
      return ownerUserId !== null && ownerUserId === ownerOf(state, other)
    }
    case 'internet':
      return role === 'answers' && (end.kind === 'internet' || leadsToInternet(state, end))
  }
}

const isEveryone = (state: MeshState, end: End, role: Role): boolean => {
  if (end.kind === 'node' || end.kind === 'client') return true
  if (end.kind === 'internet') return false
  return largeMapGet(state.egresses, end.egressId)?.restricted === false && mayPlay(state, end, role)
}

const mayPlay = (state: MeshState, end: End, role: Role): boolean => role === 'answers' || !leadsToInternet(state, end)

const leadsToInternet = (state: MeshState, end: End): boolean => {
  const egress = end.kind === 'egress' ? largeMapGet(state.egresses, end.egressId) : undefined
  return egress !== undefined && isInternetEgress(egress)
}

/** Whose an end is (G7). */
const ownerOf = (state: MeshState, end: End): UserId | null => {
  if (end.kind === 'client') return largeMapGet(state.clients, end.clientId)?.ownerUserId ?? null
  const node = end.kind === 'node' ? largeMapGet(state.nodes, end.nodeId) : undefined
  return node === undefined ? null : (largeMapGet(state.hosts, node.hostId)?.ownerUserId ?? null)
}

const groupsOf = (state: MeshState, end: End) => {
  const ownerUserId = ownerOf(state, end)
  return ownerUserId === null ? [] : (largeMapGet(state.users, ownerUserId)?.groupIds ?? [])
}

const tagsOf = (state: MeshState, end: End): readonly TagName[] => {
  if (end.kind === 'node') return largeMapGet(state.nodes, end.nodeId)?.tags ?? []
  return end.kind === 'client' ? (largeMapGet(state.clients, end.clientId)?.tags ?? []) : []
}
