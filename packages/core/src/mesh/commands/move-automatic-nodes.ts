/** Where nodes with an automatic gateway go when theirs goes, or takes no part for a while (B3): often thousands at once. */
import type { EpochMs, NodeId } from '../../values/index.js'
import type { RelayMoved } from '../events/relay-moved.js'
import { internetGatewayOf, nodesRelayedBy } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshState, Node } from '../mesh-state.js'
import { autoGatewayIds, autoUserOf, type Going } from './auto-gateway-list.js'
import { changeRelay } from './relay-changes.js'
import type { Unfolding } from './unfolding.js'

/** They go to the next of their list, or to whoever is there; without any they wait for one. */
export const moveAutomaticNodes = (
  unfolding: Unfolding,
  gatewayId: NodeId,
  cause: 'gateway-removed' | 'gateway-away',
  atEpochMs: EpochMs,
): void => {
  const going: Going = { gatewayId, as: 'gateway' }
  // Moves that change nothing for the next but how many use a gateway are decided on one state, with a count beside it.
  let gained = new Map<NodeId, number>()
  let state = unfolding.state()
  for (const node of nodesRelayedBy(state, gatewayId)) {
    if (node.relay?.mode !== 'auto') continue
    const user = autoUserOf(state, node)
    const gatewayIds = user === undefined ? [] : autoGatewayIds(state, { ...user, gained }, going)
    const { nodeId, relay } = node
    const { sequence } = relay
    const move: RelayMoved = {
      type: 'RelayMoved',
      atEpochMs,
      nodeId,
      gatewayIds,
      sequence,
      cause,
      evidence: null,
    }
    if (isMoveAlone(state, node)) {
      unfolding.emit(move)
      count(gained, relay.gatewayIds[0], -1)
      count(gained, gatewayIds[0], 1)
      continue
    }
    changeRelay(unfolding, move, going)
    state = unfolding.state()
    gained = new Map()
  }
}

/** Whether a node's move takes nothing along, and lets no other node do what it might not before or the other way round. */
const isMoveAlone = (state: MeshState, { nodeId, hostId, pairIds, routeAllTraffic }: Node): boolean =>
  pairIds.length === 0 &&
  !routeAllTraffic &&
  !largeMapHas(state.gateways, nodeId) &&
  internetGatewayOf(state, nodeId) === null &&
  largeMapGet(state.hosts, hostId)?.nodeIds.length === 1

const count = (gained: Map<NodeId, number>, gatewayId: NodeId | undefined, by: 1 | -1): void => {
  if (gatewayId !== undefined) gained.set(gatewayId, (gained.get(gatewayId) ?? 0) + by)
}
