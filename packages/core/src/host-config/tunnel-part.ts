import type { TunnelSettings } from '../mesh/mesh-state.js'
import type { IpAddress, NodeId } from '../values/index.js'

/** Where a node's internet traffic goes (D4, D5, E4). */
export interface TunnelPart {
  /** Internet gateways that take all its traffic, best first; `null`: it doesn't route all through one. */
  readonly gatewayIds: readonly NodeId[] | null
  /** Whether an egress of /0 takes its internet traffic where no internet gateway does (E4). */
  readonly mayUseDefaultEgress: boolean
  readonly settings: TunnelSettings
  /** Of these gateways those whose resolvers are known, where the network has no DNS and the node doesn't keep its own (D5). In order. */
  readonly gatewayDns: readonly GatewayDns[]
}

/** Whom to ask for names while all goes through a gateway, in order: whoever is asked where that leaves the mesh. */
export interface GatewayDns {
  readonly nodeId: NodeId
  readonly servers: readonly IpAddress[]
}
