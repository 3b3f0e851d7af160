/** What `react` remembers between two calls. */
import type { AutoRelay, PairId } from '../mesh/mesh-state.js'
import type { PairFailure, PairMoved, UnservableReason, VectorTold } from '../protocol/observation.js'
import { type EgressId, type EpochMs, epochMs, type HostId, type NodeId, type UdpEndpoint } from '../values/index.js'
import type { HomeWatch } from './home-gateway.js'
import { nothingWatched, type Watched } from './watched.js'

/**
 * What `react` remembers between two calls. Observations, never truth: a server that starts has none, and takes what the agents say
 * next. Nothing in it outlives its subject by more than five minutes, but hosts that are connected. To be kept and given back as it
 * is; what is inside serves views such as `gatewayVerdictOf`.
 */
export interface ReactionMemory {
  /** Of the last call. Time doesn't go back. */
  readonly atEpochMs: EpochMs
  readonly hosts: Watched<HostId, HostWatch>
  /** Relayed nodes. */
  readonly nodes: Watched<NodeId, NodeWatch>
  /** Pairs that can't connect, or couldn't. */
  readonly pairs: Watched<PairId, PairWatch>
  readonly gateways: Watched<NodeId, GatewayWatch>
  /** At which of their declared endpoints hosts were met (B1). Silence takes nothing back: it stays as long as its host. */
  readonly reached: Watched<HostId, ReadonlySet<UdpEndpoint>>
  /** The last command about a node or pair: it may not be in the state yet. */
  readonly given: Watched<NodeId | PairId, GivenCommand>
  /** Whose changes come too often and wait. */
  readonly heldBack: { readonly hostIds: readonly HostId[]; readonly pairIds: readonly PairId[] }
}

export interface GivenCommand {
  /** The command, without its time and evidence. */
  readonly wish: string
  readonly atEpochMs: EpochMs
}

/** When something of a subject was last observed, by what and whom: the same again, or an older one, is no news. */
export type TakenAt = ReadonlyMap<string, EpochMs>

export interface HostWatch {
  readonly taken: TakenAt
  /** `absent`: it was connected to this server and went. `unknown`: never seen here; perhaps another server has it. */
  readonly presence: 'connected' | 'absent' | 'unknown'
  readonly presentSinceEpochMs: EpochMs | null
  readonly vector: VectorTold | null
  readonly ranges: RangesTold | null
  /** In which window of time its word on a gateway was last counted, and what it was. */
  readonly votes: ReadonlyMap<NodeId, { readonly window: number; readonly isAnswering: boolean }>
}

export interface RangesTold {
  readonly servedEgressIds: ReadonlySet<EgressId>
  readonly unservable: ReadonlyMap<EgressId, UnservableReason>
}

export interface NodeWatch {
  /** `null`: not measured. */
  readonly home: HomeWatch | null
  /** The first complete figures after this assignment were judged. */
  readonly settledFromEpochMs: EpochMs | null
  /** How often it moved of late, and when it last did. */
  readonly moves: Repeated
}

export interface PairWatch {
  readonly taken: TakenAt
  readonly trial: RelayTrial | null
  /** Searches for a relay of late that found none. */
  readonly fruitless: Repeated
  readonly moved: PairMoved | null
  readonly moves: Repeated
  /** What the owner said of the direct path, while nobody said otherwise since. */
  readonly direct: { readonly atEpochMs: EpochMs; readonly handshakeAgeMs: number | null } | null
  readonly releases: Repeated
}

export interface Repeated {
  readonly times: number
  readonly lastAtEpochMs: EpochMs
}

/** Both ends look for a relay. */
export interface RelayTrial {
  readonly startedAtEpochMs: EpochMs
  /** The end with the lower host id first. */
  readonly nodeIds: AutoRelay['nodeIds']
  readonly gatewayIds: readonly NodeId[]
  readonly failure: PairFailure
  /** Round-trip times in milliseconds by gateway; `null`: that end didn't report yet. */
  readonly found: readonly [RoundTrips | null, RoundTrips | null]
}

export type RoundTrips = ReadonlyMap<NodeId, number>

export interface GatewayWatch {
  readonly window: number
  /** How many of its users said in this window that it answers them, and that it doesn't. */
  readonly answering: number
  readonly silent: number
  readonly verdict: GatewayVerdict | null
}

/** What the server holds of a gateway (F2), and on what. */
export interface GatewayVerdict {
  readonly health: 'healthy' | 'unhealthy'
  readonly judgedAtEpochMs: EpochMs
  readonly answering: number
  readonly silent: number
}

/** Before the first observation. */
export const emptyReactionMemory = (): ReactionMemory => ({
  atEpochMs: epochMs(0),
  hosts: nothingWatched(),
  nodes: nothingWatched(),
  pairs: nothingWatched(),
  gateways: nothingWatched(),
  reached: nothingWatched(),
  given: nothingWatched(),
  heldBack: { hostIds: [], pairIds: [] },
})

const never: Repeated = { times: 0, lastAtEpochMs: epochMs(0) }

export const unseenHost: HostWatch = {
  taken: new Map(),
  presence: 'unknown',
  presentSinceEpochMs: null,
  vector: null,
  ranges: null,
  votes: new Map(),
}
export const unseenNode: NodeWatch = { home: null, settledFromEpochMs: null, moves: never }
export const unseenPair: PairWatch = {
  taken: new Map(),
  trial: null,
  fruitless: never,
  moved: null,
  moves: never,
  direct: null,
  releases: never,
}
export const unseenGateway: GatewayWatch = { window: -1, answering: 0, silent: 0, verdict: null }
