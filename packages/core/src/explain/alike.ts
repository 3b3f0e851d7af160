/**
 * Members that configs and packets treat alike: of ten thousand laptops it is enough to look at one. What makes two hosts different is
 * their own fragment, since all of a config follows from it; ids, keys and the very addresses don't count.
 */
import type { SelfFragment } from '../host-config/fragment.js'
import { clientFragmentId, selfFragmentId } from '../host-config/fragment-id.js'
import { projectFragment } from '../host-config/project-fragments.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import {
  type ClientId,
  type HostId,
  type IpPrefix,
  ipFamilyOf,
  type MemberId,
  type NodeId,
  prefixContains,
  prefixContainsAddress,
  prefixesOverlap,
  prefixFirst,
} from '../values/index.js'

/** The same text for hosts that are alike in one state. Gateways, routers and ends of auto-relayed pairs are like nobody else. */
const hostLikeness = (state: MeshState, hostId: HostId): string => selfLikeness(selfOf(state, hostId))

/** The same text for hosts that are alike in both states, and of which the same is their own: one may change its port as well. */
export const changedHostLikeness = (before: MeshState, after: MeshState, hostId: HostId): string => {
  const [was, is] = [selfOf(before, hostId), selfOf(after, hostId)]
  const [own, now] = [ownFacts(was), ownFacts(is)]
  return JSON.stringify([selfLikeness(was), selfLikeness(is), own.map((fact, at) => fact === now[at])])
}

/** What doesn't count for likeness, as long as it stays. */
const ownFacts = (self: SelfFragment | undefined): readonly (string | undefined)[] => [
  self?.wireguardKey,
  String(self?.listenPort),
  String(self?.mtuBytes),
  self?.controlAddress4,
  self?.controlAddress6,
  self?.memberships.map(({ addresses }) => addresses.join()).join(' '),
]

const selfOf = (state: MeshState, hostId: HostId): SelfFragment | undefined => {
  const self = projectFragment(state, selfFragmentId(hostId))
  return self?.kind === 'self' ? self : undefined
}

const selfLikeness = (self: SelfFragment | undefined): string => {
  if (self === undefined) return 'none'
  const { keepaliveSeconds, os, capabilities, localPrefixes, memberships } = self
  return JSON.stringify([keepaliveSeconds, os, capabilities, localPrefixes, memberships.map(partLikeness)])
}

const partLikeness = (part: SelfFragment['memberships'][number]): object | string => {
  const isLikeNobody = part.isGateway || part.routerOf.length > 0 || part.pairIds.length > 0
  return isLikeNobody ? part.nodeId : { ...part, nodeId: null, addresses: part.addresses.map(ipFamilyOf) }
}

const clientLikeness = (state: MeshState, clientId: ClientId, named: ReadonlySet<ClientId>): string => {
  const client = projectFragment(state, clientFragmentId(clientId))
  if (client?.kind !== 'client') return 'none'
  if (named.has(clientId)) return clientId
  const { gatewayId, sets, rules, prefixes } = client
  return JSON.stringify([gatewayId, sets, rules, prefixes.map((prefix) => ipFamilyOf(prefixFirst(prefix)))])
}

/** Tells members of one network apart; the same text: alike. */
export const memberLikenessIn = (state: MeshState, network: Network): ((memberId: MemberId) => string) => {
  const [odd, named] = [oddPrefixes(state, network), clientsNamedByPolicies(state, network)]
  const ofHost = new Map<HostId, string>()
  return (memberId) => {
    const node = largeMapGet(state.nodes, memberId as NodeId)
    if (node === undefined) return clientLikeness(state, memberId as ClientId, named)
    const known = ofHost.get(node.hostId) ?? hostLikeness(state, node.hostId)
    ofHost.set(node.hostId, known)
    const within = odd.filter((prefix) =>
      [node.address4, node.address6].some((address) => address !== null && prefixContainsAddress(prefix, address)),
    )
    return `${known} ${within.join()}`
  }
}

/** Nodes that a policy names are classes of their own; for clients that is said nowhere else. */
const clientsNamedByPolicies = (state: MeshState, network: Network): ReadonlySet<ClientId> => {
  const named = new Set<ClientId>()
  for (const policyId of largeMapKeys(network.policyIds)) {
    const policy = largeMapGet(state.policies, policyId)
    for (const selector of [...(policy?.sources ?? []), ...(policy?.destinations ?? [])])
      if (selector.kind === 'client') named.add(selector.clientId)
  }
  return named
}

/** Parts of the network's own ranges that some host's LAN has as well: who has an address there is not like the others. */
const oddPrefixes = (state: MeshState, network: Network): readonly IpPrefix[] => {
  const ranges = [network.range4, network.range6].filter((range): range is IpPrefix => range !== null)
  const odd = new Set<IpPrefix>()
  for (const nodeId of largeMapKeys(network.members)) {
    const node = largeMapGet(state.nodes, nodeId)
    const local = node && largeMapGet(state.hosts, node.hostId)?.localPrefixes
    for (const prefix of local ?? [])
      if (ranges.some((range) => prefixesOverlap(range, prefix) && !prefixContains(prefix, range))) odd.add(prefix)
  }
  return [...odd].sort()
}
