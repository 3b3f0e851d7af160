import type {
  AsOf,
  HostId,
  IpAddress,
  IpPrefix,
  MeshId,
  NamesReport,
  OutsideView,
  Path,
  PathKey,
  RevertedSection,
  UdpEndpoint,
  WireguardPublicKey,
} from '@meshfold/core'

/** What an agent knows of itself: plain data, for status pages and `--json`. Holds no secret. */
export interface AgentStatus {
  readonly host: OwnStatus
  readonly server: ServerStatus
  readonly config: ConfigStatus
  /** `null`: there is none. */
  readonly interface: InterfaceStatus | null
  readonly peers: readonly PeerStatus[]
  /** `null`: no agent runs that keeps them. */
  readonly paths: PathsStatus | null
  /** How the mesh's names are served here; `null`: there is no config, or the host was not read. */
  readonly names: NamesReport | null
  /** What on the host differs from its config, in words; empty: nothing. */
  readonly differences: readonly string[]
}

export interface OwnStatus {
  readonly hostId: HostId
  readonly meshId: MeshId
  /** Made to take the place of the one in use, and not in effect yet; `null`: there is none. */
  readonly nextWireguardKey: WireguardPublicKey | null
}

export interface ServerStatus {
  readonly connected: boolean
  /** Since when it is so. */
  readonly sinceEpochMs: number | null
  /** Why the last connection ended, or the last attempt failed; `null` while connected. */
  readonly lastEnd: string | null
  /** What the server would not take of this host's report. */
  readonly reportRefused: string | null
}

export interface ConfigStatus {
  /** Up to where the config is held. */
  readonly received: AsOf | null
  /** Up to where the host was brought. */
  readonly applied: AsOf | null
  /** What cut the host off from its server, and is as it was before; empty: everything is as received. */
  readonly reverted: readonly RevertedStatus[]
  /** What of it can't take effect on this host, with a way out where the driver knows one; empty: nothing. */
  readonly lacking: readonly string[]
  /** Why the host is not as the config says; `null`: it is. */
  readonly failure: string | null
  /** Why the config can't be kept on disk; `null`: it is kept. */
  readonly notSaved: string | null
}

/** Where packets go, and why. */
export interface PathsStatus {
  /** Where others see this host. */
  readonly outside: OutsideView
  /** None of those that this host measures answers, nor does anything show that it is online itself: it stays with them. */
  readonly mayBeOffline: boolean
  /** Gateways and routers that this host measures, by name. */
  readonly measured: readonly MeasuredStatus[]
  /** What doesn't simply go to the peer that it is meant for, the first 200, by path. */
  readonly hops: readonly HopStatus[]
}

export interface MeasuredStatus {
  readonly hostId: HostId
  readonly name: string
  /** `unproven`: it never answered. `no-agent`: it is alive, and its agent is away. */
  readonly state: 'up' | 'down' | 'unproven' | 'no-agent'
  readonly roundTripMs: number | null
  /** Of the probes of the last minute. */
  readonly lossPercent: number
}

export interface HopStatus {
  /** `node:<id>`, `network:<id>`, `egress:<id>`, or `internet`. */
  readonly path: PathKey
  /** What it leads to, such as `alpha.office.mesh.internal`, or `192.168.1.0/24 of office`; `null`: this host knows no name for it. */
  readonly name: string | null
  readonly kind: Path['to']['kind']
  /** The peer's name; `null`: there is no way now. */
  readonly via: string | null
}

/** A part of the config that is not in effect (A10). */
export type RevertedStatus = Omit<RevertedSection, 'refused'>

export interface InterfaceStatus {
  readonly name: string
  readonly implementation: 'kernel' | 'userspace'
  readonly listenPort: number
  readonly mtuBytes: number
  readonly isUp: boolean
  readonly addresses: readonly IpAddress[]
  /** Of these, the ones by which the mesh manages itself. */
  readonly controlAddresses: readonly IpAddress[]
}

export interface PeerStatus {
  readonly hostId: HostId
  readonly name: string
  readonly publicKey: WireguardPublicKey
  /** Where packets go; `null`: nowhere yet. */
  readonly endpoint: UdpEndpoint | null
  readonly allowedIps: readonly IpPrefix[]
  /** Seconds since the last handshake; `null`: never. */
  readonly handshakeAgeSeconds: number | null
  readonly receivedBytes: number
  readonly sentBytes: number
}
