import type { Draft } from 'immer'
import {
  type AddressPool,
  type ContentHash,
  type EnrollmentKeyId,
  type EpochMs,
  epochMs,
  type HostCapability,
  type HostId,
  type HostName,
  type IdentityPublicKey,
  type IpAddress,
  type IpPrefix,
  type Ipv4Address,
  type Ipv6Address,
  type MeshId,
  type NetworkId,
  type NetworkName,
  type NodeId,
  type UdpEndpoint,
  type WireguardPublicKey,
} from '../values/index.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import { emptyLargeMap, type LargeMap } from './large-map.js'

/**
 * Everything that is true of one mesh at one revision: the fold of its events, and indexes over them, nothing else. It holds no
 * secret, no clock and nothing that agents merely observed. Collections that grow with the mesh are `LargeMap`s.
 */
export interface MeshState {
  /** `null` before `MeshCreated`. */
  readonly mesh: Mesh | null
  /** Revision of the last event folded in, which is its place in the log; -1 before the first. */
  readonly revision: number
  /** Time of the last event; events never go back behind it. */
  readonly lastEventAtEpochMs: EpochMs
  readonly networks: LargeMap<NetworkId, Network>
  readonly hosts: LargeMap<HostId, Host>
  readonly nodes: LargeMap<NodeId, Node>
  readonly enrollmentKeys: LargeMap<EnrollmentKeyId, EnrollmentKey>
  readonly indexes: MeshIndexes
}

export interface Mesh {
  readonly meshId: MeshId
  readonly name: string
  readonly createdAtEpochMs: EpochMs
  /** Raised when a backup is restored, so that agents accept a revision that went back. Counts from 1. */
  readonly epoch: number
  readonly settings: MeshSettings
}

export interface MeshSettings {
  /** DNS domain under which hosts get names: `host.network.<domain>`. */
  readonly domain: string
  /** Control addresses come from here (design: fail-over without a server); no network may overlap them. */
  readonly controlRange4: IpPrefix
  readonly controlRange6: IpPrefix
  /** How long an ephemeral node may be away before it is removed. */
  readonly ephemeralGraceSeconds: number
}

export interface Network {
  readonly networkId: NetworkId
  readonly name: NetworkName
  readonly createdAtEpochMs: EpochMs
  readonly range4: IpPrefix | null
  readonly range6: IpPrefix | null
  readonly settings: NetworkSettings
  /** Addresses taken by nodes, per family; `null` where the network has no range of it. */
  readonly pool4: AddressPool | null
  readonly pool6: AddressPool | null
  /** Whether it ever had a node: from then on name and ranges stay as they are. */
  readonly everUsed: boolean
  /** Every node of the network, whatever it does. */
  readonly nodeIds: LargeMap<NodeId, HostId>
  /** Who holds an address. */
  readonly holders: LargeMap<IpAddress, NodeId>
  readonly nodeIdsByName: LargeMap<HostName, NodeId>
  /** Nodes that take part: approved, connected, not expired. What the mesh is made of. */
  readonly members: LargeMap<NodeId, HostId>
  /** Hash over the ids in `members`. */
  readonly membersHash: ContentHash
  /** Hash over the names that `members` have. */
  readonly namesHash: ContentHash
}

export interface NetworkSettings {
  /** For hosts behind NAT; 0: none. At most 1,000. */
  readonly keepaliveSeconds: number
  /** 576–9000; IPv6 wants at least 1280. */
  readonly mtuBytes: number
  /** `required`: whoever joins without a pre-approved key waits for an administrator. */
  readonly joinApproval: 'automatic' | 'required'
  /** Given to clients that name no DNS servers of their own. */
  readonly clientDns: readonly IpAddress[]
}

export interface Host {
  readonly hostId: HostId
  readonly name: HostName
  readonly registeredAtEpochMs: EpochMs
  readonly system: HostSystem
  readonly listenPort: number
  /** `null`: the agent takes what its networks say. */
  readonly mtuBytes: number | null
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Where it may be reached, best first. */
  readonly endpoints: readonly EndpointCandidate[]
  /** Prefixes of its own other interfaces, as it reports them. */
  readonly localPrefixes: readonly IpPrefix[]
  readonly capabilities: readonly HostCapability[]
  readonly nodeIds: readonly NodeId[]
}

/** What a host says of its operating system and agent; free text within limits. */
export interface HostSystem {
  readonly os: 'linux' | 'windows' | 'macos' | 'other'
  readonly osVersion: string
  readonly arch: string
  readonly agentVersion: string
}

export interface Node {
  readonly nodeId: NodeId
  readonly networkId: NetworkId
  readonly hostId: HostId
  /** Unique in the network: the host's name, with a number behind it where that was taken. */
  readonly name: HostName
  readonly address4: Ipv4Address | null
  readonly address6: Ipv6Address | null
  readonly joinedAtEpochMs: EpochMs
  readonly approval: 'approved' | 'pending'
  readonly connected: boolean
  readonly expiresAtEpochMs: EpochMs | null
  readonly expired: boolean
  readonly ephemeral: boolean
  /** Since when an ephemeral node is away; `null`: it is there, or not ephemeral. */
  readonly awaySinceEpochMs: EpochMs | null
}

export interface EnrollmentKey {
  readonly keyId: EnrollmentKeyId
  readonly name: string
  /** SHA-256 of the secret, hex. The secret itself was shown once and is kept nowhere. */
  readonly secretHash: string
  readonly networkIds: readonly NetworkId[]
  /** `null`: any number. */
  readonly maxUses: number | null
  readonly uses: number
  /** `null`: never. */
  readonly expiresAtEpochMs: EpochMs | null
  readonly preApproved: boolean
  readonly ephemeral: boolean
  readonly revoked: boolean
}

/** Found from what else is in the state, kept so that a rule needn't search. */
export interface MeshIndexes {
  readonly networkIdsByName: LargeMap<NetworkName, NetworkId>
  readonly hostIdsByWireguardKey: LargeMap<WireguardPublicKey, HostId>
  readonly hostIdsByIdentityKey: LargeMap<IdentityPublicKey, HostId>
  /** Keys of hosts that were removed: they never come back. The value is the host that had them. */
  readonly retiredKeys: LargeMap<string, HostId>
  /** Who listens on which port of a public address, by both: the port it listens on, not the one others see. */
  readonly hostIdsByListener: LargeMap<UdpEndpoint, HostId>
  readonly enrollmentKeyIdsByName: ReadonlyMap<string, EnrollmentKeyId>
  /** Control addresses of the IPv4 range; the IPv6 ones follow from the hosts' keys. */
  readonly controlPool4: AddressPool | null
  readonly hostIdsByControlAddress6: LargeMap<Ipv6Address, HostId>
}

/** A state that a recipe may change: immer's draft, or a private copy during `replay`. */
export type MeshDraft = Draft<MeshState>

/** Before the first event. */
export const emptyMeshState = (): MeshState => ({
  mesh: null,
  revision: -1,
  lastEventAtEpochMs: epochMs(0),
  networks: emptyLargeMap(),
  hosts: emptyLargeMap(),
  nodes: emptyLargeMap(),
  enrollmentKeys: emptyLargeMap(),
  indexes: {
    networkIdsByName: emptyLargeMap(),
    hostIdsByWireguardKey: emptyLargeMap(),
    hostIdsByIdentityKey: emptyLargeMap(),
    retiredKeys: emptyLargeMap(),
    hostIdsByListener: emptyLargeMap(),
    enrollmentKeyIdsByName: new Map(),
    controlPool4: null,
    hostIdsByControlAddress6: emptyLargeMap(),
  },
})
