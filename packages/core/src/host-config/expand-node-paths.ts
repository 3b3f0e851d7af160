/** Paths to nodes, and to what lies behind them. */
import type { PairId } from '../mesh/mesh-state.js'
import { hostPrefix, type NodeId } from '../values/index.js'
import type { FragmentOf, MembershipPart, SelfFragment } from './fragment.js'
import { clientsFragmentId, nodeFragmentId, pairFragmentId } from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import { type Hop, type Path, pathKey } from './host-config.js'
import { heldOf } from './leads-to.js'

/** The paths to one node and to what lies behind it. */
export const expandNode = (table: FragmentTable, own: SelfFragment, node: FragmentOf<'node'>): readonly Path[] => {
  const part = own.memberships.find(({ networkId }) => networkId === node.networkId)
  if (part === undefined || part.via !== null) return []
  return [nodePath(table, part, node), clientsPath(table, node)].filter(
    (path): path is Path => path !== undefined && path.prefixes.length > 0,
  )
}

/** The path to one node; `undefined` for a relayed viewer, whose gateway has them all, and for an own node. */
const nodePath = (table: FragmentTable, part: MembershipPart, node: FragmentOf<'node'>): Path | undefined => {
  if (node.hostId === table.viewer) return undefined
  const { nodeId, hostId, networkId } = node
  const base = { key: pathKey('node', nodeId), networkId, prefixes: node.addresses.map(hostPrefix) }
  if (node.via !== null) {
    const isAttached = node.via.includes(part.nodeId)
    return { ...base, to: { kind: 'relayed', nodeId, hostId, gateways: hopsOf(table, node.via, part), isAttached } }
  }
  const pair = pairOf(table, part, nodeId)
  if (pair === undefined) return directPath(node)
  const owner = pair.nodeIds[0] === part.nodeId ? table.viewer : hostId
  const gateways = hopsOf(table, pair.gatewayIds, part)
  return { ...base, to: { kind: 'pair', pairId: pair.pairId, nodeId, hostId, owner, gateways } }
}

/** Nearly all paths are of this kind, and come from their node alone: made once for each. */
const directPath = (node: FragmentOf<'node'>): Path => {
  const known = directPaths.get(node)
  if (known !== undefined) return known
  const { nodeId, hostId, networkId, addresses } = node
  const path: Path = {
    key: pathKey('node', nodeId),
    networkId,
    prefixes: addresses.map(hostPrefix),
    to: { kind: 'direct', nodeId, hostId },
  }
  directPaths.set(node, path)
  return path
}

const directPaths = new WeakMap<FragmentOf<'node'>, Path>()

const pairOf = (table: FragmentTable, part: MembershipPart, nodeId: NodeId): FragmentOf<'pair'> | undefined => {
  for (const pairId of part.pairIds) {
    const pair = heldOf(table, pairFragmentId(pairId as PairId), 'pair')
    if (pair?.nodeIds.includes(nodeId) && pair.nodeIds.includes(part.nodeId)) return pair
  }
  return undefined
}

const clientsPath = (table: FragmentTable, { nodeId, hostId, networkId }: FragmentOf<'node'>): Path | undefined => {
  const clients = heldOf(table, clientsFragmentId(nodeId), 'clients')
  if (clients === undefined) return undefined
  const prefixes = clients.entries.flatMap((entry) => entry.prefixes)
  return { key: pathKey('clients', nodeId), networkId, prefixes, to: { kind: 'behind-node', nodeId, hostId } }
}

/** Those of the nodes that are held, with their hosts; the viewer's own among them. */
export const hopsOf = (table: FragmentTable, nodeIds: readonly NodeId[], part: MembershipPart): readonly Hop[] =>
  nodeIds.flatMap((nodeId) => {
    if (nodeId === part.nodeId) return [{ nodeId, hostId: table.viewer }]
    const node = heldOf(table, nodeFragmentId(nodeId), 'node')
    return node === undefined ? [] : [{ nodeId, hostId: node.hostId }]
  })
