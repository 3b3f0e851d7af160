import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type NodeId, nodeIdCodec } from '../../values/index.js'
import { internetGatewayAmong, isInternetGateway, routeAllTrafficOf } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, Node } from '../mesh-state.js'
import { autoGatewayIds, autoUserOf } from './auto-gateway-list.js'
import { welcomeGateway } from './auto-gateways.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { letLead } from './internet-gateway-rules.js'
import { internetUseProblem } from './internet-use-rules.js'
import { changeRelay } from './relay-changes.js'
import { type Unfolding, unfoldFrom } from './unfolding.js'

/** Send all of a node's traffic through its internet gateway, or only what is for the mesh (D4). At most one node a host. */
export type SetRouteAllTraffic = t.TypeOf<typeof setRouteAllTrafficCodec>

export const setRouteAllTrafficCodec = commandCodec('SetRouteAllTraffic', {
  nodeId: nodeIdCodec,
  routeAllTraffic: t.boolean,
})

export const decideSetRouteAllTraffic = (command: SetRouteAllTraffic, state: ExistingMesh): Decision => {
  const { nodeId, routeAllTraffic, atEpochMs } = command
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  if (node === undefined || host === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (routeAllTrafficOf(state, node) === 'by-gateway')
    return routeAllTraffic ? alreadySo : refuse({ code: 'route-all-by-gateway', nodeId, name: node.name })
  if (node.routeAllTraffic === routeAllTraffic) return alreadySo
  const unfolding = unfoldFrom(state)
  const problem = routeAllTraffic ? prepare(unfolding, command, node, host) : undefined
  if (problem !== undefined) return refuse(problem)
  unfolding.emit({ type: 'RouteAllTrafficSet', atEpochMs, nodeId, routeAllTraffic, cause: 'command' })
  // A gateway that keeps internet traffic to itself again is one for more nodes (D6).
  if (!routeAllTraffic) welcomeGateway(unfolding, nodeId, atEpochMs)
  return E.right(unfolding.events())
}

/** Sees to it that the node has a way to send everything, and those behind it may go along; or says why not. */
const prepare = (
  unfolding: Unfolding,
  { atEpochMs }: SetRouteAllTraffic,
  node: Node,
  host: Host,
): MeshError | undefined => {
  const state = unfolding.state()
  if (!host.capabilities.includes('full-tunnel')) return { code: 'full-tunnel-unsupported', hostName: host.name }
  const elsewhere = host.nodeIds.flatMap((id) => largeMapGet(state.nodes, id) ?? []).find((n) => n.routeAllTraffic)
  if (elsewhere !== undefined) {
    const networkName = largeMapGet(state.networks, elsewhere.networkId)?.name ?? elsewhere.networkId
    return { code: 'route-all-elsewhere', nodeId: elsewhere.nodeId, name: elsewhere.name, networkName }
  }
  const problem = node.relay?.mode === 'auto' ? preferExits(unfolding, node, host, atEpochMs) : undefined
  if (problem !== undefined) return problem
  const gatewayIds = largeMapGet(unfolding.state().nodes, node.nodeId)?.relay?.gatewayIds ?? []
  if (internetGatewayAmong(state, gatewayIds)?.by !== 'own')
    return { code: 'route-all-needs-internet-gateway', nodeId: node.nodeId, name: node.name }
  return largeMapHas(state.gateways, node.nodeId) ? letLead(unfolding, node.nodeId, atEpochMs) : undefined
}

/** An automatic list begins with internet gateways from now on (D8). */
const preferExits = (
  unfolding: Unfolding,
  node: Node,
  host: Host,
  atEpochMs: SetRouteAllTraffic['atEpochMs'],
): MeshError | undefined => {
  const state = unfolding.state()
  const user = autoUserOf(state, node)
  const gatewayIds = user === undefined ? [] : autoGatewayIds(state, { ...user, routeAllTraffic: true })
  const { nodeId, relay } = node
  if (!gatewayIds.some((gatewayId: NodeId) => isInternetGateway(state, gatewayId)))
    return internetUseProblem(state, [{ host, through: nodeId }])
  const sequence = relay?.sequence ?? 0
  const cause = 'internet-gateway'
  changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
  return undefined
}
