/** Changes of a node's relay, each with what goes along: its switch for all traffic, and pairs that it is an end of. */
import type { NodeId } from '../../values/index.js'
import type { RelayAssigned } from '../events/relay-assigned.js'
import type { RelayMoved } from '../events/relay-moved.js'
import type { RelayUnassigned } from '../events/relay-unassigned.js'
import type { RouteAllTrafficSet } from '../events/route-all-traffic-set.js'
import { internetExitOf, internetGatewayOf, isInternetGateway } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshState, Node } from '../mesh-state.js'
import type { Going } from './auto-gateway-list.js'
import { offerToWaiting, welcomeGateway } from './auto-gateways.js'
import { releasePairsOf } from './pair-releases.js'
import type { Unfolding } from './unfolding.js'

type RelayChange = RelayAssigned | RelayMoved | RelayUnassigned

/**
 * Emits it, unless it is so. Before it, what would not be sound any more after it: all traffic to nowhere, a relayed node in a pair. After
 * it, gateways come to automatic nodes that waited only because a host uses one internet gateway at most (D2): never one that is `going`.
 */
export const changeRelay = (unfolding: Unfolding, change: RelayChange, going?: Going): void => {
  const { nodeId, atEpochMs } = change
  const before = unfolding.state()
  const node = largeMapGet(before.nodes, nodeId)
  if (node === undefined || isSo(node, change)) return
  if (endsRouteAll(unfolding.state(), node, change)) {
    const cause = routeAllCause(change)
    unfolding.emit({ type: 'RouteAllTrafficSet', atEpochMs, nodeId, routeAllTraffic: false, cause })
  }
  if (nextGateways(change).length > 0 && !largeMapHas(unfolding.state().gateways, nodeId))
    releasePairsOf(unfolding, nodeId, 'end-relayed', atEpochMs)
  unfolding.emit(change)
  if (offersNothing(change)) return
  const after = unfolding.state()
  if (internetGatewayOf(before, nodeId) !== null && internetGatewayOf(after, nodeId) === null)
    offerToWaiting(unfolding, node.hostId, atEpochMs, going)
  if (internetExitOf(before, nodeId) !== null && internetExitOf(after, nodeId) === null)
    welcomeGateway(unfolding, nodeId, atEpochMs, going)
}

/** The node is about to leave, or its gateway to be away, perhaps with others of its host that still look as if they were there. */
const offersNothing = ({ cause }: RelayChange): boolean =>
  cause === 'node-left' || cause === 'network-removed' || cause === 'gateway-away'

const isSo = ({ relay }: Node, change: RelayChange): boolean =>
  change.type === 'RelayMoved' ? relay?.gatewayIds.join() === change.gatewayIds.join() : false

const nextGateways = (change: RelayChange): readonly NodeId[] =>
  change.type === 'RelayUnassigned' ? [] : change.gatewayIds

/**
 * A node whose internet gateway is taken from it falls back to its own internet (D7). One that chooses automatically stays as closed as
 * it wants to be while its internet gateways are merely away, and as it was when it had none (D8).
 */
const endsRouteAll = (state: MeshState, node: Node, change: RelayChange): boolean => {
  const leads = (gatewayIds: readonly NodeId[]) => gatewayIds.some((gatewayId) => isInternetGateway(state, gatewayId))
  if (!node.routeAllTraffic || leads(nextGateways(change))) return false
  const isAuto = change.type === 'RelayMoved' ? node.relay?.mode === 'auto' : isAutoAssigned(change)
  if (!isAuto) return true
  return change.type === 'RelayMoved' && change.cause !== 'gateway-away' && leads(node.relay?.gatewayIds ?? [])
}

const isAutoAssigned = (change: RelayAssigned | RelayUnassigned): boolean =>
  change.type === 'RelayAssigned' && change.mode === 'auto'

const routeAllCause = (change: RelayChange): RouteAllTrafficSet['cause'] => {
  switch (change.cause) {
    case 'gateway-removed':
    case 'internet-gateway-disabled':
    case 'node-left':
    case 'network-removed':
      return change.cause
    default:
      return 'relay-changed'
  }
}
