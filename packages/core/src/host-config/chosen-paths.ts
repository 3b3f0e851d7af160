/** What `choosePaths` looks at and what it gives. */
import type { HostId, IpPrefix, NodeId } from '../values/index.js'
import type { PathKey } from './host-config.js'
import type { PathVector } from './path-vector.js'

/** What this host knows of a peer's health. */
export interface PeerHealth {
  readonly state: 'up' | 'down'
  /** `null`: not measured yet. */
  readonly roundTripMs: number | null
}

/** A peer that isn't there is neither proven nor known to be down. */
export type HealthView = ReadonlyMap<HostId, PeerHealth>

/** What a host chose: by which peer each path goes, and so which prefixes are whose. */
export interface ChosenPaths {
  /** The hop of each path; a path that is not there can't be taken now. */
  readonly hops: ReadonlyMap<PathKey, HostId>
  /** Sorted, no prefix twice over all peers; every peer has its control addresses. Clients have what their configs say. */
  readonly allowedIps: ReadonlyMap<HostId, readonly IpPrefix[]>
  /** What this host tells others of its own choices. */
  readonly vector: OwnVector
  readonly memory: ChoiceMemory
}

/** What of the chosen paths the next choice looks at, and what outlives the process, on disk. */
export type RememberedPaths = Pick<ChosenPaths, 'hops' | 'vector' | 'memory'>

/** What a host's vector says, without its sequence. */
export type OwnVector = Pick<PathVector, 'gatewayIds' | 'servedEgressIds'>

/** What the next choice has to know of earlier ones besides their hops: kept on disk with them. */
export interface ChoiceMemory {
  /**
   * With which gateway each list began that this host chooses from by itself, when it last followed that. A list that begins with
   * another one now was moved by the server, on command.
   */
  readonly followed: ReadonlyMap<PathKey, NodeId>
  /** Gateways of pairs that were down and are not told again yet, because a pair would move back to them. Sorted. */
  readonly heldBack: readonly NodeId[]
}
