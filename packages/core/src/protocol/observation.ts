/**
 * What is seen of a mesh and is no event: who is connected, who answers whom, how fast. Agents report what is theirs, the server adds
 * who is connected to it; `react` judges all of it together (`reactions/`).
 */
import type { PairId } from '../mesh/mesh-state.js'
import type { EgressId, EpochMs, HostId, NodeId, UdpEndpoint } from '../values/index.js'

/** What one host measured of one gateway over control addresses, directly. */
export interface GatewayFigure {
  readonly gatewayId: NodeId
  /** Smoothed. `null`: it doesn't answer. */
  readonly roundTripMs: number | null
  /** Of the probes of the last minute, 0 to 100. */
  readonly lossPercent: number
  /** In a row, up to now. */
  readonly missedProbes: number
  /** `null`: there never was one. */
  readonly handshakeAgeMs: number | null
}

/** A host's vector, in the server's hands: through which gateways it can be reached now, in its own order (F3). */
export interface VectorTold {
  readonly type: 'vector-told'
  readonly sequence: number
  readonly gatewayIds: readonly NodeId[]
  /** Of the gateways of its lists, as they were when it chose. */
  readonly figures: readonly GatewayFigure[]
}

/** What a host measured of gateways in its lists. To be repeated every ten seconds, changed or not: F1 wants it proven for a minute. */
export interface GatewaysMeasured {
  readonly type: 'gateways-measured'
  readonly figures: readonly GatewayFigure[]
}

/** Why an end says that a pair can't connect (C4). */
export type PairFailure =
  /** No handshake ever, for so long. */
  | { readonly kind: 'never-connected'; readonly tryingForMs: number }
  /** Something was sent, and for so long nothing came back; then so many probes in a row were missed. */
  | {
      readonly kind: 'broken'
      readonly unansweredForMs: number
      readonly missedProbes: number
      readonly handshakeAgeMs: number | null
    }

/** One end can't reach the other directly. One end's word suffices (C4); to be repeated while it is so. */
export interface PairUnreachable {
  readonly type: 'pair-unreachable'
  readonly nodeId: NodeId
  readonly otherNodeId: NodeId
  readonly failure: PairFailure
}

/** What one end found when it probed the relays that it was asked to (C3). */
export interface RelaysProbed {
  readonly type: 'relays-probed'
  readonly nodeId: NodeId
  readonly otherNodeId: NodeId
  /** `roundTripMs` is `null` where a relay didn't answer. */
  readonly probed: readonly { readonly gatewayId: NodeId; readonly roundTripMs: number | null }[]
}

/** Which gateways of its list an auto-relayed pair can use now (C6). Only its owner's word counts. */
export interface PairMoved {
  readonly type: 'pair-moved'
  readonly pairId: PairId
  /** Those that both ends can use, in the owner's order. */
  readonly gatewayIds: readonly NodeId[]
  /** Rises with every move: the higher one of both ends' vectors, because either may be why. */
  readonly sequence: number
  readonly figures: readonly GatewayFigure[]
  /** What the other end measures, as its vector tells. */
  readonly otherRoundTrips: readonly { readonly gatewayId: NodeId; readonly roundTripMs: number }[]
}

/** An auto-relayed pair was tried directly (C5). Only its owner's word counts. */
export interface PairDirect {
  readonly type: 'pair-direct'
  readonly pairId: PairId
  /** Since the other end answered the last echo over the direct path; `null`: never. */
  readonly ownEchoAgeMs: number | null
  /** Since the other end said that its own echo was answered; `null`: never. */
  readonly otherEchoAgeMs: number | null
  readonly handshakeAgeMs: number | null
}

/** What a router serves of the ranges that it is named for (E6). All of it, each time something of it changed. */
export interface RangesServed {
  readonly type: 'ranges-served'
  /** As its vector has them: the ranges that it serves while no earlier router does. */
  readonly servedEgressIds: readonly EgressId[]
  /** What it couldn't serve even if it were its turn. */
  readonly unservable: readonly { readonly egressId: EgressId; readonly reason: UnservableReason }[]
}

/** `no-link`: the interface towards the range is down. `no-route`: nothing leads there. */
export type UnservableReason = 'no-link' | 'no-route'

/** Peers that this host had a handshake with at an endpoint that was declared for them (B1). All of them, each time one came along. */
export interface EndpointsReached {
  readonly type: 'endpoints-reached'
  readonly reached: readonly { readonly hostId: HostId; readonly endpoint: UdpEndpoint }[]
}

/** What an agent says of itself. Whose agent it is, its connection has proved. */
export type ReportedObservation =
  | VectorTold
  | GatewaysMeasured
  | PairUnreachable
  | RelaysProbed
  | PairMoved
  | PairDirect
  | RangesServed
  | EndpointsReached

/** The server saw an agent come or go. */
export interface PresenceSeen {
  readonly type: 'presence-seen'
  readonly isConnected: boolean
}

/** An observation with whose it is, and when the server had it, by the server's clock. */
export type Observation = (ReportedObservation | PresenceSeen) & {
  readonly hostId: HostId
  readonly observedAtEpochMs: EpochMs
}
