/**
 * Whom gateways to the internet ask for names: those who send everything through one ask the same, where their network has no DNS of its
 * own (D5). Nobody else is told.
 */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import type { NodeId } from '../values/index.js'
import { activeExitOf } from './member-roles.js'
import type { GatewayDns } from './tunnel-part.js'

/** Of the gateways those whose resolvers are known; behind one that sends all it has through another, that one's (D6). */
export const gatewayDnsOf = (
  state: MeshState,
  network: Network,
  gatewayIds: readonly NodeId[],
): readonly GatewayDns[] =>
  network.settings.clientDns.length > 0
    ? []
    : gatewayIds.flatMap((nodeId) => {
        const exit = activeExitOf(state, network, nodeId)
        const hostId = exit === null ? undefined : largeMapGet(state.nodes, exit)?.hostId
        const servers = hostId === undefined ? [] : (largeMapGet(state.hosts, hostId)?.resolvers ?? [])
        return servers.length === 0 ? [] : [{ nodeId, servers }]
      })
