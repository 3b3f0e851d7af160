/**
 * A host's config with its references followed: peers, paths, routes, names. The whole truth for one host, for every operating
 * system alike; `choosePaths` and `desiredHostOf` turn it into what WireGuard gets.
 */

import type { MeshState } from '../mesh/mesh-state.js'
import {
  type HostId,
  type HostName,
  hostPrefix,
  type IdentityPublicKey,
  type IpPrefix,
  type Ipv4Address,
  type Ipv6Address,
  type NodeId,
  type UdpEndpoint,
  type WireguardPublicKey,
} from '../values/index.js'
import {
  type FragmentId,
  type GatewayListId,
  gatewayListFragmentId,
  hostFragmentId,
  membersFragmentId,
  type NamesFragment,
  namesFragmentId,
  nodeFragmentId,
  type SelfFragment,
  selfFragmentId,
} from './fragment.js'
import { type FragmentTable, tableOfSnapshot } from './fragment-table.js'
import { projectSnapshot } from './patch.js'

export interface HostConfig {
  readonly own: SelfFragment
  readonly peers: ReadonlyMap<HostId, PeerConfig>
  readonly paths: ReadonlyMap<NodeId, Path>
  /** In the order of the host's networks. */
  readonly names: readonly NamesFragment[]
}

export interface PeerConfig {
  readonly hostId: HostId
  readonly name: HostName
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Best first. */
  readonly endpoints: readonly UdpEndpoint[]
  readonly keepaliveSeconds: number
}

/** How a node is reached. */
export interface Path {
  readonly nodeId: NodeId
  /** The node's own host. */
  readonly owner: HostId
  readonly prefixes: readonly IpPrefix[]
  /** Peers through which it can be reached, best first: for a direct path the owner alone. */
  readonly hops: readonly HostId[]
}

/** `undefined` for a host that the mesh doesn't know. */
export const projectHostConfig = (state: MeshState, hostId: HostId): HostConfig | undefined =>
  expandHostConfig(tableOfSnapshot(hostId, projectSnapshot(state, hostId)))

/** `undefined` while the table has no own part. */
export const expandHostConfig = (table: FragmentTable): HostConfig | undefined => {
  const own = held(table, selfFragmentId(table.viewer), 'self')
  if (own === undefined) return undefined
  const peers = new Map<HostId, PeerConfig>()
  const paths = new Map<NodeId, Path>()
  for (const networkId of own.networks) {
    for (const nodeId of held(table, membersFragmentId(networkId), 'members')?.nodeIds ?? []) {
      const path = expandPath(table, nodeId)
      if (path === undefined) continue
      paths.set(nodeId, path)
      if (!peers.has(path.owner)) {
        const peer = expandPeer(table, own, path.owner)
        if (peer !== undefined) peers.set(path.owner, peer)
      }
    }
  }
  const names = own.networks.flatMap((networkId) => held(table, namesFragmentId(networkId), 'names') ?? [])
  return { own, peers, paths, names }
}

/** The path to one node; `undefined` for an own node, or one that isn't held. */
export const expandPath = (table: FragmentTable, nodeId: NodeId): Path | undefined => {
  const node = held(table, nodeFragmentId(nodeId), 'node')
  if (node === undefined || node.hostId === table.viewer) return undefined
  const hops = hopsOf(table, node.list).map((hop) => (hop === 'direct' ? node.hostId : hop))
  return { nodeId, owner: node.hostId, prefixes: node.addresses.map(hostPrefix), hops }
}

/** One peer; `undefined` when its host isn't held. */
export const expandPeer = (table: FragmentTable, own: SelfFragment, hostId: HostId): PeerConfig | undefined => {
  const host = held(table, hostFragmentId(hostId), 'host')
  if (host === undefined) return undefined
  const { kind: _kind, endpoints, ...facts } = host
  return { ...facts, endpoints: endpoints.map(({ endpoint }) => endpoint), keepaliveSeconds: own.keepaliveSeconds }
}

const hopsOf = (table: FragmentTable, list: GatewayListId): readonly ('direct' | HostId)[] =>
  held(table, gatewayListFragmentId(list), 'gateways')?.hops ?? ['direct']

const held = <K extends HeldKind>(table: FragmentTable, id: FragmentId, kind: K): HeldOf<K> | undefined => {
  const fragment = table.fragments.get(id)?.fragment
  return fragment?.kind === kind ? (fragment as HeldOf<K>) : undefined
}
type Held = NonNullable<ReturnType<FragmentTable['fragments']['get']>>['fragment']
type HeldKind = Held['kind']
type HeldOf<K extends HeldKind> = Extract<Held, { kind: K }>
