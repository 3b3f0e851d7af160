/** Gateways come to nodes with an automatic gateway that are without (F1, D8). */
import type { EpochMs, HostId, NodeId } from '../../values/index.js'
import { hasRelay, leadsToInternet } from '../gateway-queries.js'
import { largeMapGet, largeMapKeys } from '../large-map.js'
import type { Gateway, MeshState, Node } from '../mesh-state.js'
import { autoGatewayIds, autoUserOf, type Going } from './auto-gateway-list.js'
import { releasePairsOf } from './pair-releases.js'
import type { Unfolding } from './unfolding.js'

/** A gateway came, or came back: nodes that wait for one get it, and those without a way to the internet that want one (D8). */
export const welcomeGateway = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs, going?: Going): void => {
  const gateway = largeMapGet(unfolding.state().gateways, gatewayId)
  const network = gateway === undefined ? undefined : largeMapGet(unfolding.state().networks, gateway.networkId)
  if (gateway === undefined || network === undefined) return
  for (const nodeId of [...largeMapKeys(network.nodeIds)].sort()) {
    const node = largeMapGet(unfolding.state().nodes, nodeId)
    if (node !== undefined && isInNeed(unfolding.state(), node, gateway))
      giveGateways(unfolding, node, atEpochMs, { wanted: gatewayId, going })
  }
}

const isInNeed = (state: MeshState, node: Node, gateway: Gateway): boolean =>
  !hasRelay(node) ||
  (leadsToInternet(state, gateway.nodeId) &&
    node.routeAllTraffic &&
    !(node.relay?.gatewayIds ?? []).some((id) => id !== gateway.nodeId && leadsToInternet(state, id)))

/** A host may use other gateways than before: its nodes that wait for one get it. */
export const offerToWaiting = (unfolding: Unfolding, hostId: HostId, atEpochMs: EpochMs, going?: Going): void => {
  for (const nodeId of largeMapGet(unfolding.state().hosts, hostId)?.nodeIds ?? []) {
    const node = largeMapGet(unfolding.state().nodes, nodeId)
    if (node !== undefined && !hasRelay(node)) giveGateways(unfolding, node, atEpochMs, { going })
  }
}

interface Giving {
  readonly wanted?: NodeId
  readonly going: Going | undefined
}

/** What fits an automatic node now, if `wanted` is among that. Nothing is taken from it, so it keeps its tunnel. */
const giveGateways = (unfolding: Unfolding, node: Node, atEpochMs: EpochMs, { wanted, going }: Giving): void => {
  const { nodeId, relay } = node
  if (relay?.mode !== 'auto') return
  const user = autoUserOf(unfolding.state(), node)
  const gatewayIds = user === undefined ? [] : autoGatewayIds(unfolding.state(), user, going)
  if (gatewayIds.length === 0 || (wanted !== undefined && !gatewayIds.includes(wanted))) return
  if (gatewayIds.join() === relay.gatewayIds.join()) return
  const { sequence } = relay
  const cause = 'gateway-came'
  releasePairsOf(unfolding, nodeId, 'end-relayed', atEpochMs)
  unfolding.emit({ type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
}
