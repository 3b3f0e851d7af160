import type { Brand, ClientId, EpochMs, HostId, NetworkId, NodeId } from '../../values/index.js'
import type { LargeMap } from '../large-map.js'

/** The part of a node that performs remote access and relaying, and perhaps internet access (B, C, D). Filed under its node's id. */
export interface Gateway {
  readonly nodeId: NodeId
  readonly networkId: NetworkId
  readonly hostId: HostId
  readonly createdAtEpochMs: EpochMs
  /** Whether pairs that can't connect directly may use it (C3). */
  readonly autoRelay: boolean
  /** Whether it is an internet gateway as well (D). */
  readonly internet: boolean
  /** Nodes whose relay names this gateway, first or as standby. */
  readonly relayedNodeIds: LargeMap<NodeId, HostId>
  /** Auto-relayed pairs whose list names this gateway. */
  readonly pairIds: LargeMap<PairId, true>
  /** How many relays and pairs have it first in their list: its load, as far as the log knows (F4). */
  readonly usedBy: number
  readonly clientIds: LargeMap<ClientId, true>
}

/** Through which gateways a relayed node is reached (C1, F1). */
export interface NodeRelay {
  /** `auto`: the nearest healthy gateway, chosen anew when it fails. */
  readonly mode: 'manual' | 'auto'
  /** In order; the first is the one in use as far as the log knows. Empty only with `auto`, while there is no gateway. Four at most. */
  readonly gatewayIds: readonly NodeId[]
  /** Sequence of the node's own vector that last moved it; 0: none did. Older ones are "already so". */
  readonly sequence: number
  /** When it was assigned, or got a gateway after it had waited for one: what the mesh chose then, it chose unmeasured. */
  readonly assignedAtEpochMs: EpochMs
}

/** What a node that routes all its traffic through an internet gateway wants (D5). */
export interface TunnelSettings {
  /** What happens to internet traffic while no internet gateway is there. */
  readonly whenGatewayGone: 'block' | 'allow'
  /** Whether the host's own local network stays outside the tunnel. */
  readonly localNetwork: 'outside' | 'inside'
  /** `keep`: the host's own resolver stays (opted out). */
  readonly dns: 'tunnel' | 'keep'
}

/** An auto-relayed pair: the ids of both nodes, the smaller first, with `+` between them. */
export type PairId = string & Brand<'PairId'>

/** Two nodes that can't connect directly and use a gateway (C3). */
export interface AutoRelay {
  readonly pairId: PairId
  readonly networkId: NetworkId
  /** The end with the lower host id first: it owns the choice. */
  readonly nodeIds: readonly [NodeId, NodeId]
  /** In order; the first is in use. Four at most. */
  readonly gatewayIds: readonly NodeId[]
  /** Sequence of the owner's vector that last moved it; 0: none did. */
  readonly sequence: number
  readonly engagedAtEpochMs: EpochMs
}

/** The id of the pair of two nodes, whichever is named first. */
export const pairIdOf = (one: NodeId, other: NodeId): PairId =>
  (one < other ? `${one}+${other}` : `${other}+${one}`) as PairId
