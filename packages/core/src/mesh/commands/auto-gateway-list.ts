/** Which gateways the mesh chooses for a node with an automatic gateway, before anybody measured (F1, F4, D8). */
import type { NodeId } from '../../values/index.js'
import { maxGateways } from '../gateway-codecs.js'
import { activeGatewaysOf, internetExitOf, leadsToInternet } from '../gateway-queries.js'
import { largeMapGet } from '../large-map.js'
import type { Gateway, MeshState, Network, Node } from '../mesh-state.js'
import { type InternetUser, mayUseInternetGateway } from './internet-use-rules.js'

/** Who gets a list; a node that is about to join is not in the state yet. */
export interface AutoUser {
  readonly host: InternetUser
  readonly nodeId: NodeId | null
  readonly network: Network
  readonly routeAllTraffic: boolean
  /** What it has now, in order: what fits of it stays in front. */
  readonly current: readonly NodeId[]
  /** Taken last, of those that it doesn't have: they don't answer. */
  readonly shunned?: ReadonlySet<NodeId>
  /** How many users more than in the state gateways have by now; fewer when negative. */
  readonly gained?: ReadonlyMap<NodeId, number>
}

/** What is about to go and still looks as if it were there. */
export interface Going {
  readonly gatewayId: NodeId
  /** `internet`: it stays a gateway. */
  readonly as: 'gateway' | 'internet'
}

/**
 * What it has, then the others, fewest users first, then by id; four at most. Gateways that take no part are left out, and internet
 * gateways where the host may not use one; with all traffic routed, internet gateways come first.
 */
export const autoGatewayIds = (state: MeshState, user: AutoUser, going?: Going): readonly NodeId[] => {
  const { host, nodeId, network, current, shunned, gained } = user
  const rank = (gateway: Gateway) => (shunned?.has(gateway.nodeId) ? 1 : 0)
  const usersOf = (gateway: Gateway) => gateway.usedBy + (gained?.get(gateway.nodeId) ?? 0)
  const mayLead = mayUseInternetGateway(state, host, nodeId)
  const isGone = (gatewayId: NodeId) => going?.as === 'gateway' && going.gatewayId === gatewayId
  const fitting = activeGatewaysOf(state, network)
    .filter((gateway) => gateway.nodeId !== nodeId && !isGone(gateway.nodeId))
    .filter((gateway) => mayLead || internetExitOf(state, gateway.nodeId) === null)
    .sort((one, other) => rank(one) - rank(other) || usersOf(one) - usersOf(other) || byId(one, other))
    .map((gateway) => gateway.nodeId)
  const list = [...new Set([...current.filter((gatewayId) => fitting.includes(gatewayId)), ...fitting])]
  const isExit = (gatewayId: NodeId) =>
    leadsToInternet(state, gatewayId) && !(going?.as === 'internet' && going.gatewayId === gatewayId)
  const ordered = user.routeAllTraffic
    ? [...list.filter(isExit), ...list.filter((gatewayId) => !isExit(gatewayId))]
    : list
  return ordered.slice(0, maxGateways)
}

const byId = (one: Gateway, other: Gateway): number => (one.nodeId < other.nodeId ? -1 : 1)

/** A node of the state as one who gets a list. */
export const autoUserOf = (state: MeshState, node: Node): AutoUser | undefined => {
  const host = largeMapGet(state.hosts, node.hostId)
  const network = largeMapGet(state.networks, node.networkId)
  if (host === undefined || network === undefined) return undefined
  const { nodeId, routeAllTraffic } = node
  return { host, nodeId, network, routeAllTraffic, current: node.relay?.gatewayIds ?? [] }
}
