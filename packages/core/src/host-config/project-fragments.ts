/** From state to fragments: what each one holds now. Visibility is decided elsewhere (`visibility.ts`). */

import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import { isPublicAddress } from '../mesh/listeners.js'
import type { Host, Mesh, MeshState, Network, Node } from '../mesh/mesh-state.js'
import {
  compareIpAddresses,
  comparePrefixes,
  endpointAddress,
  type HostId,
  type HostRoute,
  type IpAddress,
  type IpPrefix,
  type NetworkId,
  type NodeId,
} from '../values/index.js'
import {
  directList,
  type Fragment,
  type FragmentId,
  type FragmentVersion,
  type HostFragment,
  type MembersFragment,
  type NameEntry,
  type NamesFragment,
  type NodeFragment,
  parseFragmentId,
  type SelfFragment,
} from './fragment.js'
import { fragmentVersion, membersVersion, namesVersion } from './fragment-version.js'

/** Metric of routes into the mesh: below what DHCP clients and network managers give to their own. */
const meshRouteMetric = 50

/** What WireGuard takes of an Ethernet frame's 1500 bytes leaves so much, over IPv6 too. Used by a host that is in no network. */
const defaultMtuBytes = 1420

/** The fragment as it is now; `undefined` when what it is about isn't there. */
export const projectFragment = (state: MeshState, id: FragmentId): Fragment | undefined => {
  const parsed = parseFragmentId(id)
  if (parsed === undefined) return undefined
  switch (parsed.kind) {
    case 'self':
      return projectSelf(state, parsed.about as HostId)
    case 'host':
      return projectHost(state, parsed.about as HostId)
    case 'node':
      return projectNode(state, parsed.about as NodeId)
    case 'members':
      return projectMembers(state, parsed.about as NetworkId)
    case 'names':
      return projectNames(state, parsed.about as NetworkId)
    case 'gateways':
      return undefined
  }
}

/** The version that `projectFragment` would have, without building sets. */
export const projectFragmentVersion = (state: MeshState, id: FragmentId): FragmentVersion | undefined => {
  const parsed = parseFragmentId(id)
  if (parsed?.kind === 'members' || parsed?.kind === 'names') {
    const network = largeMapGet(state.networks, parsed.about as NetworkId)
    if (network === undefined) return undefined
    return parsed.kind === 'members'
      ? membersVersion(network.membersHash)
      : namesVersion(network.namesHash, namesSuffix(state, network))
  }
  const fragment = projectFragment(state, id)
  return fragment === undefined ? undefined : fragmentVersion(fragment)
}

const projectSelf = (state: MeshState, hostId: HostId): SelfFragment | undefined => {
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined || state.mesh === null) return undefined
  const memberships = membershipsOf(state, host)
  return {
    kind: 'self',
    hostId,
    wireguardKey: host.wireguardKey,
    listenPort: host.listenPort,
    mtuBytes: host.mtuBytes ?? mtuOf(memberships),
    addresses: memberships.flatMap(({ node }) => addressesOf(node)).sort(compareIpAddresses),
    controlAddress4: host.controlAddress4,
    controlAddress6: host.controlAddress6,
    routes: [...controlRoutes(state.mesh, host), ...memberships.flatMap(networkRoutes)].sort((a, b) =>
      comparePrefixes(a.prefix, b.prefix),
    ),
    networks: memberships.map(({ network }) => network.networkId).sort(),
    keepaliveSeconds: isBehindNat(host) ? keepaliveOf(memberships) : 0,
  }
}

const projectHost = (state: MeshState, hostId: HostId): HostFragment | undefined => {
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return undefined
  const { name, wireguardKey, identityKey, controlAddress4, controlAddress6, endpoints } = host
  return { kind: 'host', hostId, name, wireguardKey, identityKey, controlAddress4, controlAddress6, endpoints }
}

/** Only nodes that take part have a fragment. */
const projectNode = (state: MeshState, nodeId: NodeId): NodeFragment | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || network === undefined || !largeMapHas(network.members, nodeId)) return undefined
  const { hostId, networkId } = node
  return { kind: 'node', nodeId, hostId, networkId, addresses: addressesOf(node), list: directList }
}

const projectMembers = (state: MeshState, networkId: NetworkId): MembersFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  return { kind: 'members', networkId, nodeIds: [...largeMapKeys(network.members)].sort() }
}

export const projectNames = (state: MeshState, networkId: NetworkId): NamesFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  const entries = [...largeMapKeys(network.members)].sort().flatMap((nodeId) => projectNameEntry(state, nodeId) ?? [])
  return { kind: 'names', networkId, suffix: namesSuffix(state, network), entries }
}

export const projectNameEntry = (state: MeshState, nodeId: NodeId): NameEntry | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return undefined
  return { nodeId, name: node.name, address4: node.address4, address6: node.address6 }
}

export const namesSuffix = (state: MeshState, network: Network): string =>
  `${network.name}.${state.mesh?.settings.domain ?? ''}`

interface Membership {
  readonly network: Network
  readonly node: Node
}

/** The networks that a host takes part in, with its node there. */
export const membershipsOf = (state: MeshState, host: Host): readonly Membership[] =>
  host.nodeIds.flatMap((nodeId) => {
    const node = largeMapGet(state.nodes, nodeId)
    const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
    return node !== undefined && network !== undefined && largeMapHas(network.members, nodeId)
      ? [{ network, node }]
      : []
  })

const addressesOf = (node: Node): readonly IpAddress[] =>
  [node.address4, node.address6].filter((address): address is NonNullable<typeof address> => address !== null)

const controlRoutes = (mesh: Mesh, host: Host): readonly HostRoute[] => [
  { prefix: mesh.settings.controlRange4, preferredSource: host.controlAddress4, metric: meshRouteMetric },
  { prefix: mesh.settings.controlRange6, preferredSource: host.controlAddress6, metric: meshRouteMetric },
]

const networkRoutes = ({ network, node }: Membership): readonly HostRoute[] => [
  ...routeTo(network.range4, node.address4),
  ...routeTo(network.range6, node.address6),
]

const routeTo = (prefix: IpPrefix | null, preferredSource: IpAddress | null): readonly HostRoute[] =>
  prefix === null ? [] : [{ prefix, preferredSource, metric: meshRouteMetric }]

/** A host without a public address of its own sits behind something that forgets it when it is silent. */
const isBehindNat = (host: Host): boolean =>
  !host.endpoints.some(({ endpoint, origin }) => origin !== 'observed' && isPublicAddress(endpointAddress(endpoint)))

/** The smallest that any of its networks asks for: one interface carries them all. */
const mtuOf = (memberships: readonly Membership[]): number =>
  memberships.length === 0 ? defaultMtuBytes : Math.min(...memberships.map(({ network }) => network.settings.mtuBytes))

/** The most frequent that any of its networks asks for; 0 when none does. */
const keepaliveOf = (memberships: readonly Membership[]): number => {
  const wanted = memberships.map(({ network }) => network.settings.keepaliveSeconds).filter((seconds) => seconds > 0)
  return wanted.length === 0 ? 0 : Math.min(...wanted)
}
