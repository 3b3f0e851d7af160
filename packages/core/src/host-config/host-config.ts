/**
 * A host's config with its references followed: the whole truth for one host, for every operating system alike. `choosePaths`
 * turns its paths into hops, `desiredHostOf` all of it into what the operating system gets.
 */
import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import type { PairId, Traffic, TunnelSettings } from '../mesh/mesh-state.js'
import type {
  Brand,
  ClientId,
  EgressId,
  HostCapability,
  HostId,
  HostName,
  HostRoute,
  IdentityPublicKey,
  IpPrefix,
  Ipv4Address,
  Ipv6Address,
  NetworkId,
  NodeId,
  PolicyId,
  UdpEndpoint,
  WireguardPublicKey,
} from '../values/index.js'
import type {
  DnsFragment,
  EgressFragment,
  FragmentOf,
  NamesFragment,
  NetworkFragment,
  SelfFragment,
  SetFragment,
} from './fragment.js'
import type { SetName } from './rule-parts.js'

/** Which sets a host's peers in one network come from by its class, and what else the class may reach. */
export interface PeerSets {
  readonly networkId: NetworkId
  readonly sets: readonly SetName[]
  /** Nodes of these sets as well, of the host's own user alone. */
  readonly own: FragmentOf<'class'>['ownPeers']
  /** Egresses that policies let nodes of its class reach: those of /0 and its own too. */
  readonly egressIds: FragmentOf<'class'>['egressIds']
}

/**
 * All that one host shall be and do, expanded from the fragments that it may look at. `choosePaths` and `desiredHostOf` lead from here to
 * the operating system.
 */
export interface HostConfig {
  readonly own: SelfFragment
  /** In the order of the host's networks. */
  readonly networks: readonly NetworkFragment[]
  /** Sets that peers and rules come from, by name and content; sorted by network, then by key. */
  readonly memberSets: readonly SetFragment[]
  /** Egresses that this host knows of; sorted by id. */
  readonly egresses: readonly EgressFragment[]
  /** Member sets whose nodes are this host's peers, by name; in the order of its networks. */
  readonly peerSets: readonly PeerSets[]
  /** Pairs that use a relay which this host is an end of, or a relay for; sorted by id. */
  readonly pairs: readonly FragmentOf<'pair'>[]
  /** Direct peers: hosts that a path may lead over, or whose control address is asked. */
  readonly peers: ReadonlyMap<HostId, PeerConfig>
  /** Clients of the gateways that this host is: peers without an agent. */
  readonly clients: ReadonlyMap<ClientId, ClientPeer>
  /** Everything that is reached through peers. */
  readonly paths: ReadonlyMap<PathKey, Path>
  /** Egresses that this host routes, each with the routers that are preferred to it. */
  readonly routing: readonly RoutedEgress[]
  /** The mesh's own ranges, as far as this host is in them: control ranges and those of its networks. Sorted. */
  readonly ranges: readonly IpPrefix[]
  /** Into the mesh, through the own interface; sorted by prefix. */
  readonly routes: readonly HostRoute[]
  /** What no route leads to, because the host's own LAN has it: only what is passed on for others goes into the mesh (E7). Sorted. */
  readonly keptByLan: readonly IpPrefix[]
  /**
   * Prefixes of routes that WireGuard's own packets may go to as well, since an endpoint may lie there: those stay outside (E5). In the
   * order of routes.
   */
  readonly aroundUnderlay: readonly IpPrefix[]
  readonly fullTunnel: FullTunnel | null
  readonly filter: Filter
  readonly nat: readonly NatRule[]
  /** In the order of the host's networks. */
  readonly names: readonly NamesFragment[]
  readonly dns: readonly DnsFragment[]
  /** Whom to measure, over control addresses: users of a list measure what is in it, four at most a list (`expandProbes`). Sorted. */
  readonly probes: readonly HostId[]
  /** What the mesh asks of this host and its driver can't do. */
  readonly refused: readonly RefusedPart[]
}

/** An egress that this host routes, with the routers that come before it. */
export interface RoutedEgress {
  readonly egressId: EgressId
  /** As they are behind the router, whatever the mesh calls them. */
  readonly ranges: readonly IpPrefix[]
  /** Routers that go before this one, best first. */
  readonly before: readonly Hop[]
  /** All its routers in order, each with the interface that it leaves by; `null`: the one its routes say. */
  readonly routers: readonly { readonly nodeId: NodeId; readonly interfaceName: string | null }[]
}

/** Another host as a WireGuard peer. */
export interface PeerConfig {
  readonly hostId: HostId
  readonly name: HostName
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Best first. */
  readonly endpoints: readonly EndpointCandidate[]
  readonly keepaliveSeconds: number
}

/** A client behind this gateway. It owns all its prefixes, and nobody else does. */
export interface ClientPeer {
  readonly clientId: ClientId
  readonly name: HostName
  readonly wireguardKey: WireguardPublicKey
  readonly prefixes: readonly IpPrefix[]
  /** Sets that it is in: by these, policies mean it. */
  readonly sets: readonly SetName[]
}

/**
 * Names one path of a host: `node:<id>`, `clients:<gateway>`, `egress:<id>`, `network:<id>` (everything of a network, for a
 * relayed node), `internet`.
 */
export type PathKey = string & Brand<'PathKey'>

/** Something that is reached through a peer. */
export interface Path {
  readonly key: PathKey
  readonly networkId: NetworkId
  readonly prefixes: readonly IpPrefix[]
  readonly to: PathTarget
}

/** What a path leads to, and who chooses its hop (`choosePaths` has the rules). */
export type PathTarget =
  /** A node that is a direct peer. */
  | { readonly kind: 'direct'; readonly nodeId: NodeId; readonly hostId: HostId }
  /**
   * A relayed node: through the first gateway of its vector that is in its configured list. `isAttached`: this host is one of
   * those gateways, and has the node as its direct peer.
   */
  | {
      readonly kind: 'relayed'
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly gateways: readonly Hop[]
      readonly isAttached: boolean
    }
  /** A node that this one can't connect to directly: the first of the list that both ends' vectors have. */
  | {
      readonly kind: 'pair'
      readonly pairId: PairId
      readonly nodeId: NodeId
      readonly hostId: HostId
      /** The end that chooses. */
      readonly owner: HostId
      readonly gateways: readonly Hop[]
    }
  /** Everything of a network, for a relayed node: through the gateway that it chose itself. */
  | { readonly kind: 'own-gateway'; readonly nodeId: NodeId; readonly gateways: readonly Hop[] }
  /** What is reached the way that a node is: a gateway's clients. */
  | { readonly kind: 'behind-node'; readonly nodeId: NodeId; readonly hostId: HostId }
  /** Through the first healthy router, by metric, then round-trip time: each viewer alone. */
  | {
      readonly kind: 'leaving'
      readonly egressId: EgressId
      readonly routers: readonly RouterHop[]
      readonly fallbackToWider: boolean
    }
  /** Through the active router: the first of the order that says it serves the ranges. */
  | {
      readonly kind: 'routed'
      readonly egressId: EgressId
      readonly routers: readonly RouterHop[]
      /** With all routers down, nobody has the prefixes, so that a wider path carries them; otherwise the first keeps them. */
      readonly fallbackToWider: boolean
    }
  /** Everything else: through the first healthy internet gateway. */
  | { readonly kind: 'internet'; readonly gateways: readonly Hop[] }

/** A node on the way, with its host. */
export interface Hop {
  readonly nodeId: NodeId
  readonly hostId: HostId
}

export interface RouterHop extends Hop {
  readonly metric: number
}

/** All traffic through the mesh, but what the tunnel itself needs (D5). */
export interface FullTunnel {
  readonly families: readonly (4 | 6)[]
  readonly settings: TunnelSettings
  /** What goes out as if there were no tunnel: the endpoints of every peer that may carry it. Sorted. */
  readonly outside: readonly UdpEndpoint[]
  /** Prefixes that stay outside: connected ones when the local network does, and what this host routes itself. Sorted. */
  readonly outsidePrefixes: readonly IpPrefix[]
}

/** What comes in and what is passed on. What no rule lets through is dropped; replies to what was let through always pass. */
export interface Filter {
  /** `false`: the driver can't filter, and everything that keys permit comes in. */
  readonly isEnforced: boolean
  /** Every set that a rule names, by a name that holds in this host alone; prefixes merged and sorted. */
  readonly sets: ReadonlyMap<string, readonly IpPrefix[]>
  /** To own addresses in a network. */
  readonly input: readonly InputRule[]
  /** From one peer, or the underlay, to another. */
  readonly forward: readonly ForwardRule[]
}

/** What is let in at own addresses: traffic of these kinds, from these sets. `policyId` is `null` for the default. */
export interface InputRule {
  readonly networkId: NetworkId
  readonly policyId: PolicyId | null
  /** Own addresses that the rule is about: the name of a set. */
  readonly to: string
  /** Names of sets: the source is in one of them, and in `within` where that is given. */
  readonly from: readonly string[]
  readonly within: string | null
  readonly traffic: readonly Traffic[]
}

/** What a gateway, a router or an internet gateway passes on: traffic of these kinds, between these sets. */
export interface ForwardRule {
  readonly networkId: NetworkId
  readonly policyId: PolicyId | null
  /** Where packets that the rule lets through begin and end: towards peers of the mesh, or out of the underlay. */
  readonly direction: 'mesh-to-mesh' | 'mesh-to-underlay' | 'underlay-to-mesh'
  readonly from: readonly string[]
  readonly within: string | null
  /** Names of sets; `null`: anywhere. */
  readonly to: readonly string[] | null
  /** The destination must be no address of the mesh: the internet, or what of a policy's prefixes is not the mesh's. */
  readonly beyondMesh: boolean
  /** A set that source or destination must be in: what is attached to this gateway. */
  readonly through: string | null
  /** A set that the destination must not be in: own clients have rules of their own. */
  readonly exceptTo: string | null
  /** With `underlay-to-mesh`: only while this host is the active router of it. */
  readonly egressId: EgressId | null
  readonly traffic: readonly Traffic[]
  /**
   * `no`: each packet by itself, in both directions (relays). `yes`: what belongs to a flow that was let through passes as well.
   * `lenient`: as `yes`, and TCP other than a bare SYN passes if the reverse is allowed (flows that move between routers).
   */
  readonly stateful: 'no' | 'yes' | 'lenient'
}

/** An address translation that a router or internet gateway does. */
export type NatRule =
  /** What goes from the mesh to the ranges leaves under the host's own address. */
  | {
      readonly kind: 'masquerade'
      readonly egressId: EgressId | null
      readonly from: readonly IpPrefix[]
      /** `null`: everything outside the mesh. */
      readonly to: readonly IpPrefix[] | null
      /** `null`: chosen by route look-up. */
      readonly interfaceName: string | null
    }
  /** Prefix to prefix of the same length, both ways. */
  | {
      readonly kind: 'prefix-map'
      readonly egressId: EgressId
      readonly virtual: IpPrefix
      readonly real: IpPrefix
    }

/** A part of the config that can't take effect on this host. `capability`: what its driver lacks; `null`: something else is in the way. */
export interface RefusedPart {
  readonly part: 'filter' | 'forward' | 'nat' | 'nat66' | 'prefix-map' | 'full-tunnel' | 'names' | 'egress'
  readonly capability: HostCapability | null
  /** In English. */
  readonly reason: string
}

/** The key of the path to a node, to the clients of a gateway, to an egress, or from a relayed node to all of a network; by its id. */
export const pathKey = (kind: 'node' | 'clients' | 'egress' | 'network', id: string): PathKey =>
  `${kind}:${id}` as PathKey

/** The key of the path to everything outside the mesh. */
export const internetPathKey = 'internet' as PathKey

/** Metric of routes into the mesh: below what DHCP clients and network managers give to their own. */
export const meshRouteMetric = 50
