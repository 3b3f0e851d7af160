/** What makes a gateway lead to the internet, and cease to (D1, D3, D7). */
import type { EpochMs, NodeId } from '../../values/index.js'
import {
  canLead,
  isInternetGateway,
  leadsToInternet,
  nodesRelayedBy,
  nodesUsingInternetGateway,
} from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Node } from '../mesh-state.js'
import { autoGatewayIds, autoUserOf } from './auto-gateway-list.js'
import { welcomeGateway } from './auto-gateways.js'
import { openClosedNodes } from './gateway-departure.js'
import { internetUseProblem, mayUseInternetGateway } from './internet-use-rules.js'
import { changeRelay } from './relay-changes.js'
import type { Unfolding } from './unfolding.js'

/** Switches it on, or says why that can't be. Automatic nodes that may not use it leave it; those in need get it. */
export const enableInternet = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): MeshError | undefined => {
  const problem = enablingProblem(unfolding.state(), gatewayId) ?? letLead(unfolding, gatewayId, atEpochMs)
  if (problem !== undefined) return problem
  unfolding.emit({ type: 'InternetGatewayEnabled', atEpochMs, nodeId: gatewayId })
  welcomeGateway(unfolding, gatewayId, atEpochMs)
  return undefined
}

const enablingProblem = (state: MeshState, gatewayId: NodeId): MeshError | undefined => {
  const node = largeMapGet(state.nodes, gatewayId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  if (node === undefined || host === undefined || !largeMapHas(state.gateways, gatewayId))
    return { code: 'gateway-unknown', nodeId: gatewayId }
  const { name, system, nodeIds } = host
  if (system.os !== 'linux') return { code: 'internet-gateway-needs-linux', name, os: system.os }
  if (!canLead(host)) return { code: 'internet-gateway-needs-nat', name }
  if (nodesUsingInternetGateway(state, nodeIds).length === 0) return undefined
  return { code: 'internet-gateway-chained', hosts: [name], count: 1, reason: 'uses-internet-gateway' }
}

interface GatewayUser {
  readonly node: Node
  readonly host: Host
}

/**
 * Before a gateway leads to the internet, by itself or behind another: those who were assigned to it must be free to use that, and
 * automatic lists leave it out where they are not (D2).
 */
export const letLead = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): MeshError | undefined => {
  const state = unfolding.state()
  const users = nodesRelayedBy(state, gatewayId).flatMap((node): GatewayUser[] => {
    const host = largeMapGet(state.hosts, node.hostId)
    return host === undefined ? [] : [{ node, host }]
  })
  const assigned = users.filter(({ node }) => node.relay?.mode === 'manual')
  const problem = internetUseProblem(
    state,
    assigned.map(({ node, host }) => ({ host, through: node.nodeId })),
  )
  if (problem !== undefined) return problem
  for (const { node, host } of users) {
    if (node.relay?.mode !== 'auto' || mayUseInternetGateway(state, host, node.nodeId)) continue
    const user = autoUserOf(state, node)
    const gatewayIds = user === undefined ? [] : autoGatewayIds(state, user, { gatewayId, as: 'gateway' })
    const { nodeId } = node
    const { sequence } = node.relay
    const cause = 'internet-gateway'
    changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
  }
  return undefined
}

/** Switches it off: nodes fall back to their own internet where no other is in their list, and stay relayed (D7). */
export const disableInternet = (unfolding: Unfolding, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  for (const node of nodesRelayedBy(unfolding.state(), gatewayId)) {
    if (largeMapHas(unfolding.state().gateways, node.nodeId)) leaveFromBehind(unfolding, node, gatewayId, atEpochMs)
    else if (node.routeAllTraffic) findOtherExit(unfolding, node, gatewayId, atEpochMs)
  }
  openClosedNodes(unfolding, gatewayId, 'internet-gateway-disabled', atEpochMs)
  unfolding.emit({ type: 'InternetGatewayDisabled', atEpochMs, nodeId: gatewayId, cause: 'command' })
  // Those that could not use it because a host uses one at most (D2).
  welcomeGateway(unfolding, gatewayId, atEpochMs)
}

/** A gateway has no other use for it (D6). */
const leaveFromBehind = (unfolding: Unfolding, node: Node, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  const { nodeId, relay } = node
  const gatewayIds = relay?.gatewayIds.filter((id) => id !== gatewayId) ?? []
  const sequence = relay?.sequence ?? 0
  if (gatewayIds.length === 0)
    changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause: 'internet-gateway-disabled' })
  else {
    const cause = 'internet-gateway'
    changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
  }
}

const findOtherExit = (unfolding: Unfolding, node: Node, gatewayId: NodeId, atEpochMs: EpochMs): void => {
  if (moveToOtherExit(unfolding, node, gatewayId, atEpochMs)) return
  const isOther = (id: NodeId) => id !== gatewayId && isInternetGateway(unfolding.state(), id)
  if (node.relay?.gatewayIds.some(isOther)) return
  const { nodeId } = node
  const cause = 'internet-gateway-disabled'
  unfolding.emit({ type: 'RouteAllTrafficSet', atEpochMs, nodeId, routeAllTraffic: false, cause })
}

/** Puts other internet gateways before this one, for an automatic node; whether there is any. */
export const moveToOtherExit = (unfolding: Unfolding, node: Node, gatewayId: NodeId, atEpochMs: EpochMs): boolean => {
  const state = unfolding.state()
  const { nodeId, relay } = node
  const user = relay?.mode === 'auto' ? autoUserOf(state, node) : undefined
  if (relay === null || user === undefined) return false
  const gatewayIds = autoGatewayIds(state, user, { gatewayId, as: 'internet' })
  if (!gatewayIds.some((id) => id !== gatewayId && leadsToInternet(state, id))) return false
  const { sequence } = relay
  const cause = 'internet-gateway'
  changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
  return true
}
