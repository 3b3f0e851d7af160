import type { PacketTraffic } from '../policy/index.js'
import type { ClientId, EgressId, HostId, IpAddress, NodeId } from '../values/index.js'

/** One packet, as far as a mesh looks at it. */
export interface Packet {
  readonly source: IpAddress
  readonly destination: IpAddress
  readonly traffic: PacketTraffic
}

/** Where a packet comes into the mesh. */
export type PacketOrigin =
  /** A host makes it and obeys its own routes. */
  | { readonly kind: 'host'; readonly hostId: HostId }
  /** A host sends it straight into the tunnel to a peer, whatever its config says. */
  | { readonly kind: 'rogue-host'; readonly hostId: HostId; readonly peer: HostId }
  /** A client sends it to its gateway, whatever its file says. */
  | { readonly kind: 'client'; readonly clientId: ClientId }
  /** It comes from beyond a router or internet gateway. */
  | { readonly kind: 'underlay'; readonly hostId: HostId }

/** How a packet's way ended. `source` is the address that the receiver sees. */
export type TraceVerdict =
  | { readonly kind: 'delivered'; readonly to: Destination; readonly source: SourceAsSeen }
  | { readonly kind: 'dropped'; readonly hostId: HostId; readonly reason: DropReason }
  /** It went the way that it would without a mesh. */
  | { readonly kind: 'left-outside'; readonly hostId: HostId }

/** Where a packet arrived: at whom, or out of the mesh and on whose interface. */
export type Destination =
  | { readonly kind: 'node'; readonly nodeId: NodeId; readonly hostId: HostId }
  | { readonly kind: 'client'; readonly clientId: ClientId }
  | { readonly kind: 'egress'; readonly egressId: EgressId; readonly hostId: HostId; readonly address: IpAddress }
  | { readonly kind: 'internet'; readonly hostId: HostId; readonly address: IpAddress }

/** `masqueraded`: the address of the router in its underlay. */
export type SourceAsSeen = IpAddress | 'masqueraded'

/** Why a packet came no further. */
export type DropReason =
  /** The host is gone, or not in the mesh. */
  | 'host-down'
  /** No underlay path between two peers. */
  | 'no-underlay-path'
  /** No peer has the destination. */
  | 'no-peer'
  /** The next host doesn't know the key. */
  | 'not-a-peer'
  /** The source is another peer's: WireGuard drops it. */
  | 'source-not-of-peer'
  /** Nothing lets it in. */
  | 'input-filter'
  /** Nothing lets it pass. */
  | 'forward-filter'
  /** The host doesn't forward. */
  | 'not-forwarding'
  /** Only the mesh itself uses control addresses. */
  | 'control-address'
  /** Internet traffic stays in while no internet gateway is there (D5). */
  | 'fail-closed'
  /** It would have gone round for ever. */
  | 'hop-limit'

/** What happened at one host, in order. */
export interface TraceHop {
  readonly hostId: HostId
  /** Where it came from; `null`: made here. */
  readonly from: string | null
  readonly action: 'sent' | 'forwarded' | 'delivered' | 'dropped' | 'left-outside'
  /** What let it in or pass, or stopped it. */
  readonly why: string | null
}

/** A packet's way: every host that it passed, in order, and how it ended. */
export interface Trace {
  readonly packet: Packet
  readonly hops: readonly TraceHop[]
  readonly verdict: TraceVerdict
}
