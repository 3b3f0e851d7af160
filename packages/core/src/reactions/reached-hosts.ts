/**
 * B1: where hosts are reached that declare an endpoint. Whoever shares a network with one may say that it met it there; nobody says it of
 * itself. It changes a label and nothing else, so one word is enough, and it stays: a peer that sleeps takes nothing back.
 */
import { gatewayEndpoint } from '../host-config/gateway-endpoint.js'
import { largeMapGet } from '../mesh/large-map.js'
import { isPublicAddress } from '../mesh/listeners.js'
import type { Host, MeshState } from '../mesh/mesh-state.js'
import { endpointAddress, type HostId, type NodeId, type UdpEndpoint } from '../values/index.js'
import type { Reacting, Taken } from './reacting.js'
import type { ReactionMemory } from './reaction-memory.js'
import { watchedValue } from './watched.js'

/** Notes what is true of the state: of peers, at endpoints that are declared. */
export const takeReached = (reacting: Reacting, { hostId, reached }: Taken<'endpoints-reached'>): void => {
  const state = reacting.state()
  for (const { hostId: other, endpoint } of reached) {
    const host = largeMapGet(state.hosts, other)
    if (host === undefined || other === hostId || !meets(state, hostId, host)) continue
    const declared = new Set(host.endpoints.filter(({ origin }) => origin === 'declared').map((each) => each.endpoint))
    const before = reacting.reached.get(other) ?? new Set()
    if (!declared.has(endpoint) || before.has(endpoint)) continue
    const still = [...before].filter((each) => declared.has(each))
    reacting.reached.put(other, new Set([...still, endpoint]))
  }
}

const meets = (state: MeshState, hostId: HostId, { nodeIds }: Host): boolean => {
  const networkOf = (nodeId: NodeId) => largeMapGet(state.nodes, nodeId)?.networkId
  const networks = new Set((largeMapGet(state.hosts, hostId)?.nodeIds ?? []).map(networkOf))
  return nodeIds.some((nodeId) => networks.has(networkOf(nodeId)))
}

/** Where a gateway is reached, and how that is known. */
export interface GatewayEndpointStanding {
  readonly endpoint: UdpEndpoint
  /**
   * Of one that was declared: `proven` once a peer had a handshake with it there, `unproven` until then, and where only another server heard of it.
   * Of others: `own`, an address of the host; `seen`, where others see it, through a NAT.
   */
  readonly proof: 'proven' | 'unproven' | 'own' | 'seen'
}

/** Every endpoint of a gateway that was declared and is of use to others; without one, that of its clients' files (B1, B5). */
export const gatewayEndpointStandings = (
  state: MeshState,
  memory: ReactionMemory,
  gatewayId: NodeId,
): readonly GatewayEndpointStanding[] => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  const host = gateway === undefined ? undefined : largeMapGet(state.hosts, gateway.hostId)
  const network = gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
  if (host === undefined || network === undefined) return []
  const isOfUse = (endpoint: UdpEndpoint) =>
    network.settings.privateUnderlay || isPublicAddress(endpointAddress(endpoint))
  const declared = host.endpoints.filter(({ origin, endpoint }) => origin === 'declared' && isOfUse(endpoint))
  const reachedAt = watchedValue(memory.reached, host.hostId)
  if (declared.length > 0)
    return declared.map(({ endpoint }) => ({ endpoint, proof: reachedAt?.has(endpoint) ? 'proven' : 'unproven' }))
  const endpoint = gatewayEndpoint(host, network)
  if (endpoint === undefined) return []
  const isOwn = host.endpoints.some((each) => each.endpoint === endpoint && each.origin === 'local')
  return [{ endpoint, proof: isOwn ? 'own' : 'seen' }]
}
