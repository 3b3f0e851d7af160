import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { type NodeId, nodeIdCodec } from '../../values/index.js'
import { pathEvidenceCodec, someGatewayIdsCodec } from '../gateway-codecs.js'
import { activeGatewaysOf, isActiveGateway, leadsToInternet } from '../gateway-queries.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Network, Node } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { assignmentProblem, gatewayListProblem } from './gateway-target-rules.js'
import { mayUseInternetGateway } from './internet-use-rules.js'
import { changeRelay } from './relay-changes.js'
import { unfoldFrom } from './unfolding.js'

/**
 * The server's selection for a node with an automatic gateway (F1, F4), on evidence. It orders standbys at any time; the one in use
 * only until the node moved by itself, or when that gateway takes no part.
 */
export type RankGateways = t.TypeOf<typeof rankGatewaysCodec>

export const rankGatewaysCodec = commandCodec('RankGateways', {
  nodeId: nodeIdCodec,
  /** The whole list, in order. */
  gatewayIds: someGatewayIdsCodec,
  evidence: pathEvidenceCodec,
})

export const decideRankGateways = (command: RankGateways, state: ExistingMesh): Decision => {
  const { nodeId, gatewayIds, evidence, atEpochMs } = command
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || host === undefined || network === undefined) return refuse({ code: 'node-unknown', nodeId })
  const { name, relay } = node
  if (relay?.mode !== 'auto') return refuse({ code: 'relay-not-automatic', nodeId, name })
  if (relay.gatewayIds.join() === gatewayIds.join()) return alreadySo
  const problem =
    gatewayListProblem(state, network, nodeId, gatewayIds) ??
    assignmentProblem(state, host, node, gatewayIds) ??
    orderProblem(command, state, network, node)
  if (problem !== undefined) return refuse(problem)
  const [inUse] = relay.gatewayIds
  if (inUse === gatewayIds[0])
    return E.right([{ type: 'GatewayRankingChanged', atEpochMs, nodeId, gatewayIds, evidence }])
  if (relay.sequence > 0 && inUse !== undefined && isActiveGateway(state, network, inUse))
    return refuse({ code: 'relay-chosen-by-node', nodeId, name })
  const { sequence } = relay
  const unfolding = unfoldFrom(state)
  changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause: 'selection', evidence })
  return E.right(unfolding.events())
}

/** With all traffic routed, internet gateways come first, and one at least where the node may use one (D8). */
const orderProblem = (
  { gatewayIds }: RankGateways,
  state: ExistingMesh,
  network: Network,
  { nodeId, name, hostId, routeAllTraffic }: Node,
): MeshError | undefined => {
  if (!routeAllTraffic) return undefined
  const host = largeMapGet(state.hosts, hostId)
  const isExit = (gatewayId: NodeId) => leadsToInternet(state, gatewayId)
  const exits = gatewayIds.filter(isExit).length
  const areFirst = gatewayIds.slice(0, exits).every(isExit)
  const mustHaveOne =
    host !== undefined &&
    mayUseInternetGateway(state, host, nodeId) &&
    activeGatewaysOf(state, network).some((gateway) => isExit(gateway.nodeId))
  return areFirst && (exits > 0 || !mustHaveOne) ? undefined : { code: 'relay-order-unfit', nodeId, name }
}
