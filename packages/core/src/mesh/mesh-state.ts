import type { Draft } from 'immer'
import {
  type AddressPool,
  type ApiTokenId,
  type ClientId,
  type ContentHash,
  type DeviceId,
  type DnsRecordId,
  type EgressId,
  type EnrollmentKeyId,
  type EpochMs,
  epochMs,
  type GroupId,
  type HostCapability,
  type HostId,
  type HostName,
  type IdentityPublicKey,
  type IpAddress,
  type IpPrefix,
  type Ipv4Address,
  type Ipv6Address,
  type MemberId,
  type MeshId,
  type NetworkId,
  type NetworkName,
  type NodeId,
  type PolicyId,
  type PolicyTestId,
  type ResolverId,
  type TagName,
  type UdpEndpoint,
  type UserId,
  type WireguardPublicKey,
} from '../values/index.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import { emptyLargeMap, type LargeMap } from './large-map.js'
import type { Client } from './state/client.js'
import type { DnsRecord, Resolver } from './state/dns.js'
import type { Egress } from './state/egress.js'
import type { AutoRelay, Gateway, NodeRelay, PairId, TunnelSettings } from './state/gateway.js'
import type { ClassKey, MemberRecord, MemberSet, MemberSetKey, NodeClass } from './state/member.js'
import type { Policy, PolicyTest } from './state/policy.js'
import type { ApiToken, Group, User } from './state/user.js'

export type { Client } from './state/client.js'
export type { DnsRecord, Resolver } from './state/dns.js'
export type { Egress, EgressRouter } from './state/egress.js'
export {
  type AutoRelay,
  type Gateway,
  type NodeRelay,
  type PairId,
  pairIdOf,
  type TunnelSettings,
} from './state/gateway.js'
export type { ClassKey, MemberRecord, MemberSet, MemberSetKey, NodeClass } from './state/member.js'
export type {
  DestinationSelector,
  Policy,
  PolicyTest,
  PortRange,
  Selector,
  TestEnd,
  Traffic,
} from './state/policy.js'
export type { ApiToken, Group, Role, SignIn, User } from './state/user.js'

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
  /** By the node that is one. */
  readonly gateways: LargeMap<NodeId, Gateway>
  readonly autoRelays: LargeMap<PairId, AutoRelay>
  readonly egresses: LargeMap<EgressId, Egress>
  readonly clients: LargeMap<ClientId, Client>
  readonly policies: LargeMap<PolicyId, Policy>
  readonly policyTests: LargeMap<PolicyTestId, PolicyTest>
  readonly users: LargeMap<UserId, User>
  readonly groups: LargeMap<GroupId, Group>
  readonly apiTokens: LargeMap<ApiTokenId, ApiToken>
  readonly dnsRecords: LargeMap<DnsRecordId, DnsRecord>
  readonly resolvers: LargeMap<ResolverId, Resolver>
  readonly indexes: MeshIndexes
}

/** What holds for all of the mesh. */
export interface Mesh {
  readonly meshId: MeshId
  readonly name: string
  readonly createdAtEpochMs: EpochMs
  /** Raised when a backup is restored, so that agents accept a revision that went back. Counts from 1. */
  readonly epoch: number
  readonly settings: MeshSettings
}

/** What may be changed of all of the mesh. */
export interface MeshSettings {
  /** DNS domain under which hosts get names: `host.network.<domain>`. */
  readonly domain: string
  /** Control addresses come from here (design: fail-over without a server); no network may overlap them. */
  readonly controlRange4: IpPrefix
  readonly controlRange6: IpPrefix
  /** How long an ephemeral node may be away before it is removed. */
  readonly ephemeralGraceSeconds: number
}

/** Nodes and clients that may reach each other, with the ranges they have their addresses from (A1). Nothing passes between networks. */
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
  /** Who holds an address: nodes, and clients with single addresses. */
  readonly holders: LargeMap<IpAddress, MemberId>
  readonly nodeIdsByName: LargeMap<HostName, NodeId>
  /** Nodes that take part: approved, connected, not expired. What the mesh is made of. */
  readonly members: LargeMap<NodeId, HostId>
  /** Hash over the ids in `members`. */
  readonly membersHash: ContentHash
  /** Hash over the names that `members` and enabled clients have; DNS records are not among them. */
  readonly namesHash: ContentHash
  readonly clientIds: LargeMap<ClientId, true>
  readonly clientIdsByName: LargeMap<HostName, ClientId>
  readonly gatewayIds: LargeMap<NodeId, HostId>
  /** Nodes with a relay, of whichever mode, that has a gateway. */
  readonly relayedNodeIds: LargeMap<NodeId, HostId>
  readonly egressIds: LargeMap<EgressId, true>
  readonly policyIds: LargeMap<PolicyId, true>
  readonly policyTestIds: LargeMap<PolicyTestId, true>
  readonly dnsRecordIds: LargeMap<DnsRecordId, true>
  readonly resolverIds: LargeMap<ResolverId, true>
  /** Whether everyone may talk to everyone (G4); on when a network begins. */
  readonly everyoneAllowed: boolean
  /** Who is in which set that policies can name. Kept by `members.ts`. */
  readonly sets: LargeMap<MemberSetKey, MemberSet>
  /** Nodes that are equal for every policy. Kept by `members.ts`. */
  readonly classes: LargeMap<ClassKey, NodeClass>
  readonly memberRecords: LargeMap<MemberId, MemberRecord>
  /** What clients bring along outside the ranges, and how many do. Kept by `members.ts`. */
  readonly clientPrefixes: LargeMap<IpPrefix, number>
  /** How many policies name a node by its id. */
  readonly namedNodeIds: LargeMap<NodeId, number>
  /** Prefixes that policies name, and how many do. */
  readonly namedPrefixes: readonly NamedPrefix[]
}

/** A prefix that policies of a network name, and how many do. */
export interface NamedPrefix {
  readonly prefix: IpPrefix
  readonly uses: number
}

/** What may be changed of a network at any time. */
export interface NetworkSettings {
  /** For hosts behind NAT; 0: none. At most 1,000. */
  readonly keepaliveSeconds: number
  /** 1280–9000; old logs may have less, and hosts then go by 1280. */
  readonly mtuBytes: number
  /** `required`: whoever joins without a pre-approved key waits for an administrator. */
  readonly joinApproval: 'automatic' | 'required'
  /** Given to clients that name no DNS servers of their own. */
  readonly clientDns: readonly IpAddress[]
  /** Whether gateways may have private addresses only: a mesh inside one company's network (B1). */
  readonly privateUnderlay: boolean
  /** Whether a gateway may use an internet gateway, and its relayed nodes and clients with it (D6). */
  readonly gatewayBehindInternetGateway: 'refuse' | 'cascade'
  /** Virtual ranges of egresses are taken from here where none is given (E8). */
  readonly virtualPool4: IpPrefix | null
  readonly virtualPool6: IpPrefix | null
}

/** What a network begins with where its creator says nothing. */
export const defaultNetworkSettings: NetworkSettings = {
  keepaliveSeconds: 20,
  mtuBytes: 1420,
  joinApproval: 'automatic',
  clientDns: [],
  privateUnderlay: false,
  gatewayBehindInternetGateway: 'refuse',
  virtualPool4: null,
  virtualPool6: null,
}

/** A machine of the mesh: one WireGuard interface and key for all its networks (A3). */
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
  /**
   * The public address from which it enrolled, until an endpoint of it is public in that family; `null` from then on, and where the
   * address was none. Ports alone go by it (A3): nobody is told to send there.
   */
  readonly enrolledFrom: IpAddress | null
  /** Prefixes of its own other interfaces, as it reports them. */
  readonly localPrefixes: readonly IpPrefix[]
  readonly capabilities: readonly HostCapability[]
  readonly nodeIds: readonly NodeId[]
  /** Whose machine it is; its traffic counts as that user's (G7). `null`: nobody's. */
  readonly ownerUserId: UserId | null
  /** Whether it is a user's device that connected by itself (F6). */
  readonly deviceId: DeviceId | null
  /** Local prefixes that peers shall not try to reach it by (C8). */
  readonly excludedPrefixes: readonly IpPrefix[]
  /** Whom it asks for names, in order, as it says while others reach the internet through it (D5). */
  readonly resolvers: readonly IpAddress[]
}

/** What a host says of its operating system and agent; free text within limits. */
export interface HostSystem {
  readonly os: 'linux' | 'windows' | 'macos' | 'other'
  readonly osVersion: string
  readonly arch: string
  readonly agentVersion: string
}

/** A host's membership in one network, with its addresses there. */
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
  /** `null`: not relayed. */
  readonly relay: NodeRelay | null
  /** Whether all its traffic goes through its internet gateway (D4), or an egress of /0. */
  readonly routeAllTraffic: boolean
  readonly tunnel: TunnelSettings
  /** `never`: no relay may read what it says; pairs with it stay direct or unreachable (C3). */
  readonly autoRelay: 'allowed' | 'never'
  /** A connected prefix equal to or around an egress range: whose it is for packets that the host makes itself (E7). */
  readonly ownLan: 'own' | 'mesh'
  /** Sorted. */
  readonly tags: readonly TagName[]
  /** Egresses that it is a router of. */
  readonly egressIds: readonly EgressId[]
  /** Auto-relayed pairs that it is an end of. */
  readonly pairIds: readonly PairId[]
}

/** What a node begins with besides what its joining says. */
export const newNodeTraits = {
  connected: true,
  expired: false,
  awaySinceEpochMs: null,
  relay: null,
  routeAllTraffic: false,
  tunnel: { whenGatewayGone: 'block', localNetwork: 'outside', dns: 'tunnel' },
  autoRelay: 'allowed',
  ownLan: 'own',
} as const

/** What lets machines join by themselves (G1). Who holds the secret may use it as far as it goes. */
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
  /** Its nodes come in relayed; the gateway's network only. `null`: not. */
  readonly gateway: KeyGateway | null
  /** Given to its nodes; sorted. */
  readonly tags: readonly TagName[]
  /** Its gateway went away and no other was named: it lets nobody in until it has one again (B3). */
  readonly suspended: boolean
  readonly revoked: boolean
}

/** Which gateway nodes get that come in by a key: that one, or whichever the mesh chooses. */
export type KeyGateway = { readonly mode: 'manual'; readonly nodeId: NodeId } | { readonly mode: 'auto' }

/** Found from what else is in the state, kept so that a rule needn't search. */
export interface MeshIndexes {
  readonly networkIdsByName: LargeMap<NetworkName, NetworkId>
  readonly hostIdsByWireguardKey: LargeMap<WireguardPublicKey, HostId>
  readonly hostIdsByIdentityKey: LargeMap<IdentityPublicKey, HostId>
  /** Keys of hosts that were removed or have another one now: they never come back. The value is the host that had them. */
  readonly retiredKeys: LargeMap<string, HostId>
  /** Who listens on which port of a public address, by both: the port it listens on, not the one others see. Sorted. */
  readonly hostIdsByListener: LargeMap<UdpEndpoint, readonly HostId[]>
  readonly enrollmentKeyIdsByName: ReadonlyMap<string, EnrollmentKeyId>
  /** Control addresses of the IPv4 range; the IPv6 ones follow from the hosts' keys. */
  readonly controlPool4: AddressPool | null
  readonly hostIdsByControlAddress6: LargeMap<Ipv6Address, HostId>
  readonly clientIdsByPublicKey: LargeMap<WireguardPublicKey, ClientId>
  /** By the login as `foldedName` has it. */
  readonly userIdsByLogin: LargeMap<string, UserId>
  /** By issuer and subject, as `userIdentityKey` joins them. */
  readonly userIdsByIdentity: LargeMap<string, UserId>
  /** By the name as `foldedName` has it. */
  readonly groupIdsByName: LargeMap<string, GroupId>
  /** By the SHA-256 of the secret: how a token that comes with a request is found. */
  readonly apiTokenIdsByHash: LargeMap<string, ApiTokenId>
  /** Sorted. */
  readonly hostIdsByOwner: LargeMap<UserId, readonly HostId[]>
  readonly clientIdsByOwner: LargeMap<UserId, readonly ClientId[]>
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
  gateways: emptyLargeMap(),
  autoRelays: emptyLargeMap(),
  egresses: emptyLargeMap(),
  clients: emptyLargeMap(),
  policies: emptyLargeMap(),
  policyTests: emptyLargeMap(),
  users: emptyLargeMap(),
  groups: emptyLargeMap(),
  apiTokens: emptyLargeMap(),
  dnsRecords: emptyLargeMap(),
  resolvers: emptyLargeMap(),
  indexes: {
    networkIdsByName: emptyLargeMap(),
    hostIdsByWireguardKey: emptyLargeMap(),
    hostIdsByIdentityKey: emptyLargeMap(),
    retiredKeys: emptyLargeMap(),
    hostIdsByListener: emptyLargeMap(),
    enrollmentKeyIdsByName: new Map(),
    controlPool4: null,
    hostIdsByControlAddress6: emptyLargeMap(),
    clientIdsByPublicKey: emptyLargeMap(),
    userIdsByLogin: emptyLargeMap(),
    userIdsByIdentity: emptyLargeMap(),
    groupIdsByName: emptyLargeMap(),
    apiTokenIdsByHash: emptyLargeMap(),
    hostIdsByOwner: emptyLargeMap(),
    clientIdsByOwner: emptyLargeMap(),
  },
})
