import {
  type AgentLink,
  type AgentLinkOptions,
  type Clock,
  type HostDriver,
  type HostId,
  type HostSystem,
  type IdentityPublicKey,
  type IpAddress,
  type IpPrefix,
  type MeshId,
  PROBATION_TIMES,
  type Timers,
  type UdpEndpoint,
} from '@meshfold/core'
import type { ConfigStore } from '../state/config-store.js'
import type { ProbationStore } from '../state/probation-store.js'
import type { AgentLog } from './agent-log.js'
import type { KeyAdapters } from './key-adapters.js'
import type { PathAdapters } from './path-adapters.js'
import type { OnRouterRole } from './router-roles.js'
import type { ServerPlaces } from './server-keeper.js'

/** What an agent is made of. Everything it touches comes in here, so it runs on any host, in memory too. */
export interface AgentOptions {
  readonly membership: Membership
  readonly facts: OwnFacts
  /** One interface of one host; the agent is its only user, and closes it. */
  readonly driver: HostDriver
  /** How to the server: `connectAgent` of a transport, with its address. */
  readonly connect: (options: AgentLinkOptions) => AgentLink
  readonly store: ConfigStore
  /** What of the config proved itself. Left out: nothing of it is remembered. */
  readonly probationStore?: ProbationStore
  readonly clock: Clock
  readonly timers: Timers
  readonly log: AgentLog
  /** Tells of changes of the host's own network; without it they are noticed by looking every two seconds. */
  readonly watchUnderlay?: WatchUnderlay
  /**
   * Sends one small packet to each of these control addresses, through the tunnel: a peer learns from it where this host is now,
   * faster than by way of the server. Left out: peers learn it from the next packet there is.
   */
  readonly greet?: (controlAddresses: readonly IpAddress[]) => void
  /** To keep paths by itself: probes, vectors, fail-over. Left out: everything goes as configured. */
  readonly paths?: PathAdapters
  /** To give this host another WireGuard key. Left out: it keeps the one that it has. */
  readonly keyRotation?: KeyAdapters
  /** Told when this host begins or ceases to be the router that a network outside should send its answers to. */
  readonly onRouterRole?: OnRouterRole
  /** A UDP port that nobody uses, from this one on; asked for when the host refuses its port. Left out: it waits for its own. */
  readonly findFreePort?: (wanted: number) => Promise<number | undefined>
  /** Left out: nobody says where the server is, and in a full tunnel it is reached through the mesh or not at all. */
  readonly serverPlaces?: ServerPlaces
  readonly timing?: Partial<AgentTiming>
}

/** What enrolment gave to this host. */
export interface Membership {
  readonly meshId: MeshId
  readonly hostId: HostId
  /** The mesh's epoch at enrolment. */
  readonly epoch: number
  readonly serverIdentityKey: IdentityPublicKey
  /** Ed25519 seed, 32 bytes. */
  readonly identityPrivateKey: Uint8Array
}

/** What this host says of itself besides what its driver sees. */
export interface OwnFacts {
  readonly system: HostSystem
  /** Until the config says another. */
  readonly listenPort: number
  readonly declaredEndpoints: readonly UdpEndpoint[]
  readonly excludedPrefixes: readonly IpPrefix[]
}

/** Begins to watch; what it answers with ends that. */
export type WatchUnderlay = (events: UnderlayEvents) => () => void

export interface UnderlayEvents {
  /** An address of another interface than the own is gone; the sooner this is said, the fewer packets are lost. */
  readonly onAddressGone: (interfaceName: string) => void
  /** The own interface is gone, by whatever hand. */
  readonly onOwnInterfaceGone: () => void
  /** Something else about addresses, routes or links changed. */
  readonly onChanged: () => void
  /** It can't be watched any more. */
  readonly onFailed: (reason: string) => void
}

/** Milliseconds. */
export interface AgentTiming {
  /** The whole host is read back so long after a patch was applied. */
  readonly readBackMs: number
  /** How long a peer whose port changes has to come from there by itself before it is sent to there. */
  readonly roamGraceMs: number
  /** The host is compared with its config so often, and after a failure, growing, between these. */
  readonly driftCheckMs: number
  readonly firstRetryMs: number
  /** Where nobody tells of changes of the own network. */
  readonly underlayPollMs: number
  /** Changes of the own network that come together are reported together. */
  readonly underlaySettleMs: number
  readonly heartbeatMs: number
  /** What may cut the host off from its server is judged so long after it was put into effect (A10). */
  readonly confirmWindowMs: number
  /** A server is silent that was not heard of for so long: three heartbeats. */
  readonly serverSilentMs: number
}

export const DEFAULT_TIMING: AgentTiming = {
  readBackMs: 500,
  roamGraceMs: 250,
  driftCheckMs: 10_000,
  firstRetryMs: 1000,
  underlayPollMs: 2000,
  underlaySettleMs: 100,
  heartbeatMs: 10_000,
  confirmWindowMs: PROBATION_TIMES.windowMs,
  serverSilentMs: PROBATION_TIMES.silentMs,
}
