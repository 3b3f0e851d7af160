/** What happens to those who use a gateway when it goes, or takes no part for a while (B3). */
import type { EpochMs, NodeId } from '../../values/index.js'
import type { GatewayRemoved } from '../events/gateway-removed.js'
import { isInternetGateway, nodesRelayedBy } from '../gateway-queries.js'
import { largeMapGet, largeMapKeys } from '../large-map.js'
import type { AutoRelay, Gateway, MeshState, Node, PairId } from '../mesh-state.js'
import type { Going } from './auto-gateway-list.js'
import { deviceNodeMoveProblem } from './client-devices.js'
import { assignmentProblem } from './gateway-target-rules.js'
import { moveAutomaticNodes } from './move-automatic-nodes.js'
import { changeRelay } from './relay-changes.js'
import type { Unfolding } from './unfolding.js'

/** Why a gateway is no longer one for those who use it. */
type DepartureCause = 'gateway-removed' | 'gateway-away' | 'auto-relay-off'

interface Departure {
  readonly gatewayId: NodeId
  /** Where the command says that assigned nodes go. */
  readonly moveTo: NodeId | null
  readonly atEpochMs: EpochMs
}

/** All who use a gateway that goes for good; automatic nodes and pairs first (B3). `leave`: takes a user's device out of the network. */
export const moveUsers = (unfolding: Unfolding, departure: Departure, leave: (nodeId: NodeId) => void): void => {
  const { gatewayId, atEpochMs } = departure
  moveAutomaticNodes(unfolding, gatewayId, 'gateway-removed', atEpochMs)
  movePairs(unfolding, gatewayId, 'gateway-removed', atEpochMs)
  moveAssignedNodes(unfolding, departure, leave)
  if (isInternetGateway(unfolding.state(), gatewayId))
    openClosedNodes(unfolding, gatewayId, 'gateway-removed', atEpochMs)
}

/** All who use a gateway of a network that is being removed. */
export const dismissUsers = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  const cause = 'network-removed'
  for (const { pairId } of pairsRelayedBy(unfolding.state(), gatewayId))
    unfolding.emit({ type: 'AutoRelayReleased', atEpochMs, pairId, cause, evidence: null })
  for (const { nodeId } of nodesRelayedBy(unfolding.state(), gatewayId))
    changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause })
}

/** The node is no gateway any more. Nobody uses it by now. */
export const endGateway = (
  unfolding: Unfolding,
  nodeId: NodeId,
  cause: GatewayRemoved['cause'],
  atEpochMs: EpochMs,
): void => {
  const gateway = largeMapGet(unfolding.state().gateways, nodeId)
  if (gateway === undefined) return
  const { networkId, internet } = gateway
  if (internet) unfolding.emit({ type: 'InternetGatewayDisabled', atEpochMs, nodeId, cause: 'gateway-removed' })
  unfolding.emit({ type: 'GatewayRemoved', atEpochMs, nodeId, networkId, cause })
}

/** A gateway takes no part for a while: who was assigned to it waits, the others go elsewhere. */
export const leaveAbsentGateway = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  // A node that moves may end pairs, and never begins one.
  const hasPairs = pairsRelayedBy(unfolding.state(), gatewayId).length > 0
  moveAutomaticNodes(unfolding, gatewayId, 'gateway-away', atEpochMs)
  if (hasPairs) movePairs(unfolding, gatewayId, 'gateway-away', atEpochMs)
}

/** Pairs go to the next that both ends had proven; without any they end. */
export const movePairs = (unfolding: Unfolding, gatewayId: NodeId, cause: DepartureCause, atEpochMs: EpochMs): void => {
  for (const { pairId, gatewayIds, sequence } of pairsRelayedBy(unfolding.state(), gatewayId)) {
    const left = gatewayIds.filter((id) => id !== gatewayId)
    if (left.length === 0) unfolding.emit({ type: 'AutoRelayReleased', atEpochMs, pairId, cause, evidence: null })
    else
      unfolding.emit({ type: 'AutoRelayMoved', atEpochMs, pairId, gatewayIds: left, sequence, cause, evidence: null })
  }
}

const pairsRelayedBy = (state: MeshState, gatewayId: NodeId): readonly AutoRelay[] => {
  const pairIds: Gateway['pairIds'] | undefined = largeMapGet(state.gateways, gatewayId)?.pairIds
  if (pairIds === undefined) return []
  const sorted: readonly PairId[] = [...largeMapKeys(pairIds)].sort()
  return sorted.flatMap((pairId) => largeMapGet(state.autoRelays, pairId) ?? [])
}

/**
 * Nodes that were assigned go where the command says, else to their standbys; with neither they are relayed no longer, and a user's device
 * that may not go there is one no longer.
 */
const moveAssignedNodes = (
  unfolding: Unfolding,
  { gatewayId, moveTo, atEpochMs }: Departure,
  leave: (nodeId: NodeId) => void,
): void => {
  const going: Going = { gatewayId, as: 'gateway' }
  for (const node of nodesRelayedBy(unfolding.state(), gatewayId)) {
    if (node.relay?.mode !== 'manual') continue
    const gatewayIds = gatewaysWithout(unfolding.state(), node, gatewayId, moveTo)
    const { nodeId } = node
    const { sequence } = node.relay
    const cause = 'gateway-removed'
    if (gatewayIds.length > 0)
      changeRelay(
        unfolding,
        { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null },
        going,
      )
    else if (isDeviceUnfitFor(unfolding.state(), node, moveTo)) leave(nodeId)
    else changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause }, going)
  }
}

const isDeviceUnfitFor = (state: MeshState, node: Node, moveTo: NodeId | null): boolean =>
  moveTo !== null && deviceNodeMoveProblem(state, node, moveTo) !== undefined

/** What is left of a node's list, with another gateway in the place of the one that goes where the node may have that. */
const gatewaysWithout = (state: MeshState, node: Node, gatewayId: NodeId, moveTo: NodeId | null): readonly NodeId[] => {
  const current = node.relay?.gatewayIds ?? []
  const left = current.filter((id) => id !== gatewayId)
  const host = largeMapGet(state.hosts, node.hostId)
  if (moveTo === null || moveTo === node.nodeId || host === undefined) return left
  if (isDeviceUnfitFor(state, node, moveTo)) return left
  const moved = [...new Set(current.map((id) => (id === gatewayId ? moveTo : id)))]
  return assignmentProblem(state, host, node, moved) === undefined ? moved : left
}

/** The last way to the internet goes: nodes that kept closed while theirs was away are open again (D7). */
export const openClosedNodes = (
  unfolding: Unfolding,
  gatewayId: NodeId,
  cause: 'gateway-removed' | 'internet-gateway-disabled',
  atEpochMs: EpochMs,
): void => {
  const state = unfolding.state()
  const gateway = largeMapGet(state.gateways, gatewayId)
  const network = gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
  if (network === undefined) return
  const isLast = [...largeMapKeys(network.gatewayIds)].every((id) => id === gatewayId || !isInternetGateway(state, id))
  if (!isLast) return
  for (const nodeId of [...largeMapKeys(network.nodeIds)].sort())
    if (largeMapGet(state.nodes, nodeId)?.routeAllTraffic)
      unfolding.emit({ type: 'RouteAllTrafficSet', atEpochMs, nodeId, routeAllTraffic: false, cause })
}

/** How many assigned nodes and clients would be left without a gateway; users' devices that may not go there go in any case (B3). */
export const dependentsWithoutTarget = (
  state: MeshState,
  gatewayId: NodeId,
  moveTo: NodeId | null,
): { readonly nodes: number; readonly clients: number } => {
  const assigned = nodesRelayedBy(state, gatewayId).filter(({ relay }) => relay?.mode === 'manual')
  const lost = assigned.filter(
    (node) => gatewaysWithout(state, node, gatewayId, moveTo).length === 0 && !isDeviceUnfitFor(state, node, moveTo),
  )
  const clients = moveTo === null ? (largeMapGet(state.gateways, gatewayId)?.clientIds.size ?? 0) : 0
  return { nodes: lost.length, clients }
}
