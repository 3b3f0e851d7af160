/** Which gateways a node may have (C1, B2, D6), and what makes a node fit to be one (B1). */
import { endpointAddress, type NodeId } from '../../values/index.js'
import type { GatewayCreated } from '../events/gateway-created.js'
import { gatewayAbsenceOf, internetGatewayAmong, isInternetGateway } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { isPublicAddress } from '../listeners.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Network, Node } from '../mesh-state.js'
import { type InternetUser, internetUseProblem } from './internet-use-rules.js'

/** Why others could reach a gateway on this host; `undefined`: they could not (B1). */
export const endpointProofOf = (
  { endpoints }: Pick<Host, 'endpoints'>,
  { settings }: Pick<Network, 'settings'>,
): GatewayCreated['endpointProof'] | undefined => {
  const publicOnes = endpoints.filter(({ endpoint }) => isPublicAddress(endpointAddress(endpoint)))
  const addressesOf = (wanted: Host['endpoints'][number]['origin']) =>
    publicOnes.filter(({ origin }) => origin === wanted).map(({ endpoint }) => endpointAddress(endpoint))
  if (addressesOf('declared').length > 0) return 'declared'
  const own = addressesOf('local')
  if (addressesOf('observed').some((address) => own.includes(address))) return 'observed'
  return settings.privateUnderlay && endpoints.length > 0 ? 'private-underlay' : undefined
}

/** Why one of these is no gateway of the network that a node could use: the node itself, unknown, elsewhere, away, or twice. */
export const gatewayListProblem = (
  state: MeshState,
  network: Network,
  nodeId: NodeId,
  gatewayIds: readonly NodeId[],
): MeshError | undefined => {
  for (const [at, gatewayId] of gatewayIds.entries()) {
    if (gatewayIds.indexOf(gatewayId) !== at) return { code: 'gateway-named-twice', nodeId: gatewayId }
    if (gatewayId === nodeId) return { code: 'gateway-of-itself', nodeId }
    const problem = gatewayProblem(state, network, gatewayId)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Why this is no gateway of the network that takes part. */
export const gatewayProblem = (state: MeshState, network: Network, gatewayId: NodeId): MeshError | undefined => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  if (gateway === undefined) return { code: 'gateway-unknown', nodeId: gatewayId }
  if (gateway.networkId !== network.networkId)
    return { code: 'gateway-elsewhere', nodeId: gatewayId, networkName: network.name }
  const absence = gatewayAbsenceOf(state, gatewayId)
  if (absence === null) return undefined
  const host = largeMapGet(state.hosts, gateway.hostId)
  return absence === 'cannot-forward' && host !== undefined
    ? { code: 'gateway-needs-forwarding', hostName: host.name }
    : { code: 'gateway-away', nodeId: gatewayId, name: nameOf(state, gatewayId) }
}

/** Why a node can't have these gateways; each of them is one that it could use. */
export const assignmentProblem = (
  state: MeshState,
  host: InternetUser,
  { nodeId, name }: Pick<Node, 'nodeId' | 'name'>,
  gatewayIds: readonly NodeId[],
): MeshError | undefined => {
  const isGateway = largeMapHas(state.gateways, nodeId)
  if (isGateway && !gatewayIds.every((gatewayId) => isInternetGateway(state, gatewayId)))
    return { code: 'gateway-not-relayed', nodeId, name }
  if (internetGatewayAmong(state, gatewayIds) === null) return undefined
  return internetUseProblem(state, [{ host, through: nodeId }])
}

export const nameOf = (state: MeshState, nodeId: NodeId): string => largeMapGet(state.nodes, nodeId)?.name ?? nodeId
