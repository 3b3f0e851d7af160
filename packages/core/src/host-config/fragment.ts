/**
 * What hosts' configs are made of. A fragment is one fact, or one set of facts, that is the same for everyone who looks at it: a
 * host, a node, a set of members, the rules of a class of nodes. It is encoded once and sent to many. A host's config is its own
 * fragment (`self`), which only it sees, and the fragments that this one leads to: `leads-to.ts` says how.
 */

import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import type { NamedMember } from '../mesh/membership.js'
import type { ClassKey, MemberSetKey, PairId } from '../mesh/mesh-state.js'
import type {
  Brand,
  ClientId,
  EgressId,
  HostCapability,
  HostId,
  HostName,
  HostRoute,
  IdentityPublicKey,
  IpAddress,
  IpPrefix,
  Ipv4Address,
  Ipv6Address,
  MemberId,
  NetworkId,
  NetworkName,
  NodeId,
  WireguardPublicKey,
} from '../values/index.js'
import type { MembershipPart } from './membership-part.js'
import type { AcceptRule, OwnPeers, ReachRule, RelayRule, SetName } from './rule-parts.js'

/** `<kind>:<what it is about>`, such as `host:a1`. */
export type FragmentId = string & Brand<'FragmentId'>

/** Tells states of one fragment apart: a hash of its content. Not comparable between fragments. */
export type FragmentVersion = string & Brand<'FragmentVersion'>

/** One fact, or set of facts, that configs are made of: the same for everybody who may look at it. Told by its `kind`. */
export type Fragment =
  | SelfFragment
  | HostFragment
  | NodeFragment
  | NetworkFragment
  | MembersFragment
  | SetFragment
  | NamesFragment
  | DnsFragment
  | ClassFragment
  | RelayingFragment
  | InternetFragment
  | ClientsFragment
  | ClientFragment
  | EgressFragment
  | RouterFragment
  | PairFragment

/** Which kind of fact a fragment holds. */
export type FragmentKind = Fragment['kind']

/** The fragment of that kind. */
export type FragmentOf<K extends FragmentKind> = Extract<Fragment, { readonly kind: K }>

/** A host's own part: what only it needs, and what it looks at. Seen by that host alone. */
export interface SelfFragment {
  readonly kind: 'self'
  readonly hostId: HostId
  readonly wireguardKey: WireguardPublicKey
  readonly listenPort: number
  readonly mtuBytes: number
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Into the mesh, through the own interface: control ranges; sorted by prefix. Routes of networks follow from them. */
  readonly routes: readonly HostRoute[]
  /** How often this host keeps its NAT's mapping alive towards peers; 0: it needs none. */
  readonly keepaliveSeconds: number
  readonly os: 'linux' | 'windows' | 'macos' | 'other'
  /** What its driver can do: what the config asks for beyond that is refused in it, with a reason. */
  readonly capabilities: readonly HostCapability[]
  /** Connected prefixes of its other interfaces, as it reported them (E7). */
  readonly localPrefixes: readonly IpPrefix[]
  /** Sorted by network id. */
  readonly memberships: readonly MembershipPart[]
}

/** A machine, as every host that is its direct peer sees it. */
export interface HostFragment {
  readonly kind: 'host'
  readonly hostId: HostId
  readonly name: HostName
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Best first. */
  readonly endpoints: readonly EndpointCandidate[]
}

/** A host's place in a network: which addresses are reached through whom. */
export interface NodeFragment {
  readonly kind: 'node'
  readonly nodeId: NodeId
  readonly hostId: HostId
  readonly networkId: NetworkId
  readonly addresses: readonly IpAddress[]
  /** Gateways that it is reached through, in the configured order; `null`: directly; empty: not at all now. */
  readonly via: readonly NodeId[] | null
  /** By which hosts that aren't its peers check its vectors; `null` while it is reached directly. */
  readonly identityKey: IdentityPublicKey | null
  readonly isGateway: boolean
}

/** What is the same for everybody in a network. */
export interface NetworkFragment {
  readonly kind: 'network'
  readonly networkId: NetworkId
  readonly name: NetworkName
  readonly range4: IpPrefix | null
  readonly range6: IpPrefix | null
  /** Of egresses that are not restricted, without /0: with the ranges, and what clients bring along, all that "everyone" has. */
  readonly egressPrefixes: readonly IpPrefix[]
  /** What clients bring along outside the ranges. Merged and sorted, as the former. */
  readonly clientPrefixes: readonly IpPrefix[]
  /** Gateways that take part: everybody's peers, unless relayed. Sorted. */
  readonly gatewayIds: readonly NodeId[]
}

/** Who takes part in a network. */
export interface MembersFragment {
  readonly kind: 'members'
  readonly networkId: NetworkId
  /** Sorted. */
  readonly nodeIds: readonly NodeId[]
}

/** Who is in a set that rules and classes name. */
export interface SetFragment {
  readonly kind: 'set'
  readonly networkId: NetworkId
  readonly key: MemberSetKey
  /** Sorted by id. */
  readonly entries: readonly MemberEntry[]
}

/** A member of a set, with its addresses and what lies behind it. */
export interface MemberEntry {
  readonly memberId: MemberId
  readonly prefixes: readonly IpPrefix[]
}

/** The DNS names of a network's nodes and clients. */
export interface NamesFragment {
  readonly kind: 'names'
  readonly networkId: NetworkId
  /** What follows a member's name, without a leading dot: `<network>.<domain>`. */
  readonly suffix: string
  /** Sorted by member id. */
  readonly entries: readonly NameEntry[]
}

/** What one name means. */
export type NameEntry = NamedMember

/** A network's own records, and the servers that are asked about some domains, or about everything in a full tunnel (D5). */
export interface DnsFragment {
  readonly kind: 'dns'
  readonly networkId: NetworkId
  /** The network's DNS, in order. */
  readonly servers: readonly IpAddress[]
  /** Sorted by name. */
  readonly records: readonly { readonly name: string; readonly addresses: readonly IpAddress[] }[]
  /** Sorted by name. */
  readonly resolvers: readonly {
    readonly name: string
    readonly servers: readonly IpAddress[]
    readonly matchDomains: readonly string[]
  }[]
}

/** What is the same for all nodes that policies treat alike. */
export interface ClassFragment {
  readonly kind: 'class'
  readonly networkId: NetworkId
  readonly classKey: ClassKey
  /** Sets whose nodes are peers: either end may talk to the other. Sorted. */
  readonly peers: readonly SetName[]
  /** Nodes of the class's own user that are peers besides those. */
  readonly ownPeers: OwnPeers | null
  /** What is let in at nodes of the class. In a fixed order. */
  readonly rules: readonly AcceptRule[]
  /** Egresses that the class may use, or that may reach it; sorted. */
  readonly egressIds: readonly EgressId[]
}

/** What gateways of a network pass on, whatever the direction, protocol or port: those are the destination's to enforce (G5). */
export interface RelayingFragment {
  readonly kind: 'relaying'
  readonly networkId: NetworkId
  readonly pairs: readonly RelayRule[]
}

/** Who may use an internet gateway of the network, and for what. Seen by its internet gateways. */
export interface InternetFragment {
  readonly kind: 'internet'
  readonly networkId: NetworkId
  readonly rules: readonly AcceptRule[]
}

/** What is reached through a gateway because its clients are there. Seen by those who have the gateway's node. */
export interface ClientsFragment {
  readonly kind: 'clients'
  readonly networkId: NetworkId
  readonly gatewayId: NodeId
  /** Sorted by id. */
  readonly entries: readonly MemberEntry[]
}

/** A client, as its gateway needs it. */
export interface ClientFragment {
  readonly kind: 'client'
  readonly clientId: ClientId
  readonly networkId: NetworkId
  readonly gatewayId: NodeId
  readonly name: HostName
  readonly publicKey: WireguardPublicKey
  readonly prefixes: readonly IpPrefix[]
  /** Sets that it is in: what rules and relaying say of those holds for it. Sorted. */
  readonly sets: readonly MemberSetKey[]
  /** What the gateway lets out to it. */
  readonly rules: readonly AcceptRule[]
}

/** Ranges beyond the mesh, as those who use them see them. */
export interface EgressFragment {
  readonly kind: 'egress'
  readonly egressId: EgressId
  readonly networkId: NetworkId
  /** What to send to: virtual ranges where there are some. Sorted. */
  readonly prefixes: readonly IpPrefix[]
  /** What of them is nobody else's: without longer ranges of others inside them. What rules mean by the egress. */
  readonly ownPrefixes: readonly IpPrefix[]
  /** Best first by metric; those that take part. */
  readonly routers: readonly { readonly nodeId: NodeId; readonly metric: number }[]
  /** `leaving`: masqueraded, so each viewer chooses alone. `routed`: all follow the active router. */
  readonly kindOfPath: 'leaving' | 'routed'
  readonly fallbackToWider: boolean
}

/** An egress, as its routers need it. */
export interface RouterFragment {
  readonly kind: 'router'
  readonly egressId: EgressId
  readonly networkId: NetworkId
  readonly ranges: readonly IpPrefix[]
  readonly virtualRanges: readonly IpPrefix[] | null
  readonly nat: boolean
  readonly routers: readonly {
    readonly nodeId: NodeId
    readonly metric: number
    readonly interfaceName: string | null
  }[]
  /** What is let out to the ranges. */
  readonly rules: readonly AcceptRule[]
  /** Whom the ranges may talk to first (E9, site to site). */
  readonly reaches: readonly ReachRule[]
}

/** Two nodes that reach each other through a gateway (C3). Seen by both ends and by the gateways of its list. */
export interface PairFragment {
  readonly kind: 'pair'
  readonly pairId: PairId
  readonly networkId: NetworkId
  /** The owner of the choice first. */
  readonly nodeIds: readonly [NodeId, NodeId]
  readonly gatewayIds: readonly NodeId[]
}
