/** Paths to nodes, and to what lies behind them. */
import type { PairId } from '../mesh/mesh-state.js'
import { hostPrefix, type NetworkId, type NodeId } from '../values/index.js'
import type { FragmentOf, SelfFragment } from './fragment.js'
import { clientsFragmentId, nodeFragmentId, pairFragmentId } from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import { type Hop, type Path, type PathTarget, pathKey } from './host-config.js'
import { heldOf } from './leads-to.js'
import type { MembershipPart } from './membership-part.js'

/** The paths to one node and to what lies behind it. */
export const expandNode = (table: FragmentTable, own: SelfFragment, node: FragmentOf<'node'>): readonly Path[] =>
  [expandNodePath(table, own, node), expandClientsPath(table, own, node)].filter((path) => path !== undefined)

/** `undefined` for a relayed viewer, whose gateway has them all, and for an own node. */
export const expandNodePath = (table: FragmentTable, own: SelfFragment, node: FragmentOf<'node'>): Path | undefined => {
  const part = partOf(own, node)
  if (part === undefined || node.hostId === table.viewer || node.addresses.length === 0) return undefined
  const { nodeId, hostId, via } = node
  if (via !== null) {
    const isAttached = via.includes(part.nodeId)
    return pathToNode(node, { kind: 'relayed', nodeId, hostId, gateways: hopsOf(table, via, part), isAttached })
  }
  const pair = pairOf(table, part, nodeId)
  if (pair === undefined) return directPath(node)
  const owner = pair.nodeIds[0] === part.nodeId ? table.viewer : hostId
  const gateways = hopsOf(table, pair.gatewayIds, part)
  return pathToNode(node, { kind: 'pair', pairId: pair.pairId, nodeId, hostId, owner, gateways })
}

/** To what a gateway's clients have; `undefined`: there is nothing. */
export const expandClientsPath = (
  table: FragmentTable,
  own: SelfFragment,
  { nodeId, hostId, networkId }: FragmentOf<'node'>,
): Path | undefined => {
  const clients = heldOf(table, clientsFragmentId(nodeId), 'clients')
  if (clients === undefined || partOf(own, clients) === undefined) return undefined
  const prefixes = clients.entries.flatMap((entry) => entry.prefixes)
  if (prefixes.length === 0) return undefined
  return { key: pathKey('clients', nodeId), networkId, prefixes, to: { kind: 'behind-node', nodeId, hostId } }
}

/** What the viewer is in the network, where its nodes are reached one by one. */
const partOf = (own: SelfFragment, { networkId }: { readonly networkId: NetworkId }): MembershipPart | undefined => {
  const part = own.memberships.find((each) => each.networkId === networkId)
  return part?.via === null ? part : undefined
}

const pathToNode = ({ nodeId, networkId, addresses }: FragmentOf<'node'>, to: PathTarget): Path => ({
  key: pathKey('node', nodeId),
  networkId,
  prefixes: addresses.map(hostPrefix),
  to,
})

/** Nearly all paths are of this kind, and come from their node alone: made once for each. */
const directPath = (node: FragmentOf<'node'>): Path => {
  const known = directPaths.get(node)
  if (known !== undefined) return known
  const { nodeId, hostId } = node
  const path = pathToNode(node, { kind: 'direct', nodeId, hostId })
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

/** Those of the nodes that are held, with their hosts; the viewer's own among them. */
export const hopsOf = (table: FragmentTable, nodeIds: readonly NodeId[], part: MembershipPart): readonly Hop[] =>
  nodeIds.flatMap((nodeId) => {
    if (nodeId === part.nodeId) return [{ nodeId, hostId: table.viewer }]
    const node = heldOf(table, nodeFragmentId(nodeId), 'node')
    return node === undefined ? [] : [{ nodeId, hostId: node.hostId }]
  })
