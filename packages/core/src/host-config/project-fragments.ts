/** From state to fragments: what each one holds now. Visibility is decided elsewhere (`visibility.ts`). */

import { isInternetEgress } from '../mesh/egress-queries.js'
import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import { namedClient, namedNode } from '../mesh/membership.js'
import type { MeshState, Network, PairId } from '../mesh/mesh-state.js'
import { egressPrefixes } from '../policy/index.js'
import {
  type ClientId,
  type EgressId,
  type HostId,
  type IpPrefix,
  type MemberId,
  mergePrefixes,
  type NetworkId,
  type NodeId,
} from '../values/index.js'
import type {
  DnsFragment,
  Fragment,
  FragmentId,
  FragmentVersion,
  NameEntry,
  NamesFragment,
  NetworkFragment,
  NodeFragment,
  PairFragment,
} from './fragment.js'
import { parseFragmentId } from './fragment-id.js'
import { entitySetVersion, fragmentVersion, membersVersion, namesVersion } from './fragment-version.js'
import { keptHostFragment, keptNamesFragment, keptNodeFragment } from './kept-fragments.js'
import { activeGateways, membershipOf } from './member-roles.js'
import {
  projectClass,
  projectClient,
  projectEgress,
  projectInternet,
  projectRelaying,
  projectRouter,
} from './project-rules.js'
import { projectSelf } from './project-self.js'
import { clientsHash, projectClients, projectMembers, projectSet, setHash } from './project-sets.js'

/** The fragment as it is now; `undefined` when what it is about isn't there. */
export const projectFragment = (state: MeshState, id: FragmentId): Fragment | undefined => {
  const parsed = parseFragmentId(id)
  if (parsed === undefined) return undefined
  const { about, key } = parsed
  switch (parsed.kind) {
    case 'self':
      return projectSelf(state, about as HostId)
    case 'host':
      return keptHostFragment(state, about as HostId)
    case 'node':
      return projectNode(state, about as NodeId)
    case 'network':
      return projectNetwork(state, about as NetworkId)
    case 'members':
      return projectMembers(state, about as NetworkId)
    case 'set':
      return projectSet(state, about as NetworkId, key)
    case 'names':
      return projectNames(state, about as NetworkId)
    case 'dns':
      return projectDns(state, about as NetworkId)
    case 'class':
      return projectClass(state, about as NetworkId, key)
    case 'relaying':
      return projectRelaying(state, about as NetworkId)
    case 'internet':
      return projectInternet(state, about as NetworkId)
    case 'clients':
      return projectClients(state, about as NodeId)
    case 'client':
      return projectClient(state, about as ClientId)
    case 'egress':
      return projectEgress(state, about as EgressId)
    case 'router':
      return projectRouter(state, about as EgressId)
    case 'pair':
      return projectPair(state, about as PairId)
  }
}

/** The version that `projectFragment` would have, without building sets. */
export const projectFragmentVersion = (state: MeshState, id: FragmentId): FragmentVersion | undefined => {
  const parsed = parseFragmentId(id)
  if (parsed === undefined) return undefined
  const { kind, about, key } = parsed
  if (kind === 'set' || kind === 'clients') {
    const hash = kind === 'set' ? setHash(state, about as NetworkId, key) : clientsHash(state, about as NodeId)
    return hash === undefined ? undefined : entitySetVersion(hash)
  }
  if (kind === 'members' || kind === 'names') {
    const network = largeMapGet(state.networks, about as NetworkId)
    if (network === undefined) return undefined
    return kind === 'members'
      ? membersVersion(network.membersHash)
      : namesVersion(network.namesHash, namesSuffix(state, network))
  }
  const fragment = projectFragment(state, id)
  return fragment === undefined ? undefined : fragmentVersion(fragment)
}

/** Only nodes that take part have a fragment. */
const projectNode = (state: MeshState, nodeId: NodeId): NodeFragment | undefined => {
  const membership = membershipOf(state, nodeId)
  return membership === undefined ? undefined : keptNodeFragment(state, membership)
}

const projectNetwork = (state: MeshState, networkId: NetworkId): NetworkFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  const { name, range4, range6 } = network
  const gatewayIds = [...activeGateways(state, network)].map(([nodeId]) => nodeId).sort()
  return {
    kind: 'network',
    networkId,
    name,
    range4,
    range6,
    egressPrefixes: egressPrefixesOf(state, network),
    clientPrefixes: mergePrefixes([...largeMapKeys(network.clientPrefixes)]),
    gatewayIds,
  }
}

/** Of egresses that are not restricted. Where the internet is, is nobody's address. */
const egressPrefixesOf = (state: MeshState, network: Network): readonly IpPrefix[] => {
  const prefixes: IpPrefix[] = []
  for (const egressId of largeMapKeys(network.egressIds)) {
    const egress = largeMapGet(state.egresses, egressId)
    if (egress !== undefined && !egress.restricted && !isInternetEgress(egress))
      prefixes.push(...egressPrefixes(state, network, egress))
  }
  return mergePrefixes(prefixes)
}

export const projectNames = (state: MeshState, networkId: NetworkId): NamesFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  const suffix = namesSuffix(state, network)
  return keptNamesFragment(network, suffix, () => {
    const entries = [...largeMapKeys(network.memberRecords)].sort().flatMap((id) => projectNameEntry(state, id) ?? [])
    return { kind: 'names', networkId, suffix, entries }
  })
}

/** `undefined` for one that takes no part. */
export const projectNameEntry = (state: MeshState, memberId: MemberId): NameEntry | undefined => {
  const node = largeMapGet(state.nodes, memberId as NodeId)
  if (node !== undefined) return namedNode(node)
  const client = largeMapGet(state.clients, memberId as ClientId)
  return client === undefined ? undefined : namedClient(client)
}

export const namesSuffix = (state: MeshState, network: Network): string =>
  `${network.name}.${state.mesh?.settings.domain ?? ''}`

const projectDns = (state: MeshState, networkId: NetworkId): DnsFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  const records = [...largeMapKeys(network.dnsRecordIds)].flatMap((id) => largeMapGet(state.dnsRecords, id) ?? [])
  const resolvers = [...largeMapKeys(network.resolverIds)].flatMap((id) => largeMapGet(state.resolvers, id) ?? [])
  return {
    kind: 'dns',
    networkId,
    servers: network.settings.clientDns,
    records: records.map(({ name, addresses }) => ({ name, addresses })).sort(byName),
    resolvers: resolvers.map(({ name, servers, matchDomains }) => ({ name, servers, matchDomains })).sort(byName),
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

const projectPair = (state: MeshState, pairId: PairId): PairFragment | undefined => {
  const pair = largeMapGet(state.autoRelays, pairId)
  const network = pair === undefined ? undefined : largeMapGet(state.networks, pair.networkId)
  if (pair === undefined || network === undefined) return undefined
  const gatewayIds = pair.gatewayIds.filter((nodeId) => isActiveGateway(state, network, nodeId))
  return { kind: 'pair', pairId, networkId: pair.networkId, nodeIds: pair.nodeIds, gatewayIds }
}
