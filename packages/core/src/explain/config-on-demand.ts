/**
 * A host's config, path by path and peer by peer: what a packet asks for is expanded from the host's fragments by the functions that
 * expand all of it, and nothing else is.
 */
import { expandFilter } from '../host-config/expand-filter.js'
import { expandHostConfig, expandRoutes, expandRouting, type Routes } from '../host-config/expand-host-config.js'
import { expandNat } from '../host-config/expand-nat.js'
import { expandClientsPath, expandNodePath } from '../host-config/expand-node-paths.js'
import { expandPathsBeyond } from '../host-config/expand-paths.js'
import { expandClients, expandPeer } from '../host-config/expand-peers.js'
import { expandFullTunnel } from '../host-config/expand-tunnel.js'
import type { WriteSet } from '../host-config/filter-sets.js'
import type { SelfFragment } from '../host-config/fragment.js'
import {
  clientFragmentId,
  hostFragmentId,
  nodeFragmentId,
  pairFragmentId,
  selfFragmentId,
} from '../host-config/fragment-id.js'
import type { FragmentTable } from '../host-config/fragment-table.js'
import {
  type ClientPeer,
  type Filter,
  type FullTunnel,
  type HostConfig,
  type NatRule,
  type Path,
  type PathKey,
  type PeerConfig,
  pathKey,
  type RoutedEgress,
} from '../host-config/host-config.js'
import { heldOf } from '../host-config/leads-to.js'
import type { ClientId, HostId, NodeId } from '../values/index.js'
import { madeOnce } from './made-once.js'

/** Each part as it is in the whole config, made when it is first asked for. */
export interface ConfigOnDemand {
  readonly own: SelfFragment
  readonly paths: { readonly get: (key: PathKey) => Path | undefined }
  readonly peers: {
    readonly get: (hostId: HostId) => PeerConfig | undefined
    readonly has: (hostId: HostId) => boolean
  }
  /** Those that lead to no node and its clients. */
  readonly pathsBeyond: () => ReadonlyMap<PathKey, Path>
  /** Paths to the other ends of this host's pairs. */
  readonly pairPaths: () => readonly Path[]
  readonly hasClient: (clientId: ClientId) => boolean
  readonly clients: () => ReadonlyMap<ClientId, ClientPeer>
  readonly routing: () => readonly RoutedEgress[]
  readonly routes: () => Routes
  readonly fullTunnel: () => FullTunnel | null
  readonly filter: () => Filter
  readonly nat: () => readonly NatRule[]
  readonly whole: () => HostConfig
}

/** `undefined`: there is no such host. */
export const configOnDemand = (table: FragmentTable, write: WriteSet): ConfigOnDemand | undefined => {
  const own = heldOf(table, selfFragmentId(table.viewer), 'self')
  if (own === undefined) return undefined
  const routing = madeOnce(() => expandRouting(table, own))
  const pathsBeyond = madeOnce(() => expandPathsBeyond(table, own).paths)
  const paths = { get: (key: PathKey) => pathTo(table, own, key) ?? pathsBeyond().get(key) }
  const peers = {
    get: (hostId: HostId) => expandPeer(table, own, hostId),
    has: (hostId: HostId) => table.fragments.has(hostFragmentId(hostId)),
  }
  return {
    own,
    paths,
    peers,
    pathsBeyond,
    pairPaths: madeOnce(() => pairPathsOf(table, own, paths.get)),
    hasClient: (clientId) => heldOf(table, clientFragmentId(clientId), 'client') !== undefined,
    clients: madeOnce(() => (own.memberships.some(({ isGateway }) => isGateway) ? expandClients(table) : new Map())),
    routing,
    routes: madeOnce(() => expandRoutes(table, own, pathsBeyond())),
    fullTunnel: madeOnce(() => expandFullTunnel(own, paths, peers, routing())),
    filter: madeOnce(() => expandFilter(table, own, write)),
    nat: madeOnce(() => expandNat(table, own).rules),
    whole: madeOnce(() => expandHostConfig(table) as HostConfig),
  }
}

/** To a node or what lies behind it; `undefined` for any other key. */
const pathTo = (table: FragmentTable, own: SelfFragment, key: PathKey): Path | undefined => {
  if (!key.startsWith('node:') && !key.startsWith('clients:')) return undefined
  const node = heldOf(table, nodeFragmentId(key.slice(key.indexOf(':') + 1) as NodeId), 'node')
  if (node === undefined) return undefined
  return key.startsWith('node:') ? expandNodePath(table, own, node) : expandClientsPath(table, own, node)
}

const pairPathsOf = (
  table: FragmentTable,
  own: SelfFragment,
  pathOf: (key: PathKey) => Path | undefined,
): readonly Path[] => {
  const found = new Set<Path>()
  for (const { pairIds } of own.memberships)
    for (const pairId of pairIds)
      for (const nodeId of heldOf(table, pairFragmentId(pairId), 'pair')?.nodeIds ?? []) {
        const path = pathOf(pathKey('node', nodeId))
        if (path?.to.kind === 'pair') found.add(path)
      }
  return [...found]
}
