import type { ClassKey, PairId } from '../mesh/mesh-state.js'
import type { EgressId, IpAddress, NetworkId, NodeId } from '../values/index.js'
import type { SetName } from './rule-parts.js'
import type { TunnelPart } from './tunnel-part.js'

/** What a host is in one network, and looks at there. */
export interface MembershipPart {
  readonly networkId: NetworkId
  readonly nodeId: NodeId
  readonly addresses: readonly IpAddress[]
  readonly classKey: ClassKey
  /** Gateways that it is reached through, best first; `null`: directly; empty: none of them takes part, so not at all. */
  readonly via: readonly NodeId[] | null
  readonly isGateway: boolean
  /** Made a gateway, and nobody uses it: its host can't forward. */
  readonly isIdleGateway: boolean
  readonly isInternetGateway: boolean
  /** Sets besides those of its class whose nodes are its peers: everyone for a gateway, who uses its egresses for a router. */
  readonly looksAt: readonly SetName[]
  /** Egresses that it is a router of; sorted. */
  readonly routerOf: readonly EgressId[]
  /** Egresses that exchange something with those. Sorted. */
  readonly egressIds: readonly EgressId[]
  /** Auto-relayed pairs that it is an end of or may relay; sorted. */
  readonly pairIds: readonly PairId[]
  /** E7. */
  readonly ownLan: 'own' | 'mesh'
  readonly tunnel: TunnelPart
}
