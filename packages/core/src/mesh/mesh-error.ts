/**
 * Why a command is refused: plain data, a code and the facts that a program or a person needs to find the way out.
 * `describe-mesh-error.ts` says it in English. Each code's own comment says when it occurs.
 */
import type {
  EndpointRefusal,
  EnrollmentKeyId,
  EpochMs,
  HostId,
  HostName,
  IpAddress,
  IpFamily,
  IpPrefix,
  MemberId,
  MeshId,
  NetworkId,
  NetworkName,
  NodeId,
  UdpEndpoint,
} from '../values/index.js'
import type { ClientError } from './areas/client-errors.js'
import type { DnsError } from './areas/dns-errors.js'
import type { EgressError } from './areas/egress-errors.js'
import type { GatewayError } from './areas/gateway-errors.js'
import type { PolicyError } from './areas/policy-errors.js'
import type { UserError } from './areas/user-errors.js'
import type { RangeOwner } from './range-owner.js'

export type { RangeOwner } from './range-owner.js'

/** Why a command is refused: a code and facts. `describeMeshError` says it in English, with the way out. */
export type MeshError =
  | CommandError
  | AddressRangeError
  | NetworkError
  | HostError
  | NodeError
  | MemberError
  | AddressError
  | EnrollmentKeyError
  | ClientError
  | DnsError
  | EgressError
  | GatewayError
  | PolicyError
  | UserError

/** Tells one refusal from another; stays the same for ever. */
export type MeshErrorCode = MeshError['code']

/** The refusal with that code, with its facts. */
export type MeshErrorOf<C extends MeshErrorCode> = Extract<MeshError, { code: C }>

/** Why commands of any kind are refused. */
export type CommandError =
  /** A field of the command doesn't hold what its type promises; only from code that went around the codecs. */
  | { readonly code: 'command-malformed'; readonly problem: string }
  /** Nothing can happen to a mesh before `CreateMesh`. */
  | { readonly code: 'mesh-unknown' }
  /** One stream holds one mesh; it is there with another id, name or settings. */
  | { readonly code: 'mesh-exists'; readonly meshId: MeshId; readonly name: string }

/** Why no addresses can be given out of a range. */
export type RangeRefusal = 'loopback' | 'multicast' | 'link-local' | 'unspecified' | 'reserved'

/** Why a range of addresses is refused. */
export type AddressRangeError =
  | { readonly code: 'range-overlaps'; readonly range: IpPrefix; readonly owner: RangeOwner }
  /** Too few or too many addresses; lengths are bits, both ends included. */
  | {
      readonly code: 'range-size'
      readonly range: IpPrefix
      readonly shortestLength: number
      readonly longestLength: number
    }
  | { readonly code: 'range-not-usable'; readonly range: IpPrefix; readonly reason: RangeRefusal }
  | { readonly code: 'range-wrong-family'; readonly range: IpPrefix; readonly family: IpFamily }
  /** Control ranges stay while hosts have addresses from them. */
  | { readonly code: 'control-range-in-use'; readonly hosts: number }

/** Why commands about networks are refused. */
export type NetworkError =
  | { readonly code: 'network-unknown'; readonly networkId: NetworkId }
  /** The id belongs to a network with other content. */
  | { readonly code: 'network-id-taken'; readonly networkId: NetworkId; readonly name: NetworkName }
  | { readonly code: 'network-name-taken'; readonly name: NetworkName; readonly networkId: NetworkId }
  /** Neither an IPv4 nor an IPv6 range. */
  | { readonly code: 'network-needs-range'; readonly name: NetworkName }
  /** Name and ranges stay as they are once a network had a node. */
  | {
      readonly code: 'network-used'
      readonly networkId: NetworkId
      readonly name: NetworkName
      readonly field: 'name' | 'range4' | 'range6'
    }
  | {
      readonly code: 'network-has-nodes'
      readonly networkId: NetworkId
      readonly name: NetworkName
      readonly nodes: number
    }
  /** Every address of that family is given out. */
  | {
      readonly code: 'network-full'
      readonly networkId: NetworkId
      readonly name: NetworkName
      readonly range: IpPrefix
    }

/** Why commands about hosts are refused. */
export type HostError =
  | { readonly code: 'host-unknown'; readonly hostId: HostId }
  /** The id belongs to a machine with other keys. */
  | { readonly code: 'host-id-taken'; readonly hostId: HostId; readonly name: HostName }
  /** The machine is there under another id. */
  | { readonly code: 'host-registered'; readonly hostId: HostId; readonly name: HostName }
  /** A machine that was removed, or has another key now, had one of these keys (A5, A11). */
  | { readonly code: 'host-retired'; readonly hostId: HostId }
  /** One of the two keys is that host's, the other is not (A3). */
  | {
      readonly code: 'host-keys-mismatch'
      readonly hostId: HostId
      readonly name: HostName
      readonly knownKey: 'wireguardKey' | 'identityKey'
    }
  /** It would be in two networks, and its driver can't keep them apart (A4). */
  | {
      readonly code: 'host-cannot-isolate-networks'
      readonly name: HostName
      readonly networkNames: readonly NetworkName[]
    }
  | {
      readonly code: 'endpoint-refused'
      readonly endpoint: UdpEndpoint
      /** `mesh-range`: the address lies inside the mesh itself. */
      readonly reason: EndpointRefusal | 'mesh-range'
      /** With `mesh-range`: whose range it is. */
      readonly owner: RangeOwner | null
    }
  /** It can't be asked for names by others. */
  | {
      readonly code: 'host-resolver-refused'
      readonly address: IpAddress
      /** As of an endpoint. */
      readonly reason: EndpointRefusal | 'mesh-range'
      readonly owner: RangeOwner | null
    }
  /** Every port of a public address is another host's. */
  | { readonly code: 'listen-ports-exhausted'; readonly addresses: readonly IpAddress[] }
  | { readonly code: 'control-address-outside'; readonly address: IpAddress; readonly range: IpPrefix }
  | {
      readonly code: 'control-address-taken'
      readonly address: IpAddress
      readonly hostId: HostId
      readonly name: HostName
    }
  /** Every IPv4 control address is given out. */
  | { readonly code: 'control-range-full'; readonly range: IpPrefix }

/** Why commands about nodes are refused. */
export type NodeError =
  | { readonly code: 'node-unknown'; readonly nodeId: NodeId }
  /** A node has it, or a client: policies name both by ids of one kind. */
  | { readonly code: 'node-id-taken'; readonly nodeId: MemberId }
  /** Fewer fresh ids came with the command than networks to join. */
  | { readonly code: 'node-ids-missing'; readonly needed: number; readonly given: number }
  /** A node or client of the network has it. */
  | {
      readonly code: 'node-name-taken'
      readonly name: HostName
      readonly networkName: NetworkName
      readonly memberId: MemberId
    }
  /** The host is a node of the network already, with other addresses, name or terms than asked for. */
  | {
      readonly code: 'host-in-network'
      readonly nodeId: NodeId
      readonly name: HostName
      readonly networkName: NetworkName
    }
  /** A time to expire at lies behind. */
  | { readonly code: 'expiry-not-ahead'; readonly expiresAtEpochMs: EpochMs; readonly atEpochMs: EpochMs }
  /** Its time to expire has not come, or it has none (`null`). */
  | {
      readonly code: 'node-not-due'
      readonly nodeId: NodeId
      readonly name: HostName
      readonly expiresAtEpochMs: EpochMs | null
    }
  | { readonly code: 'node-not-ephemeral'; readonly nodeId: NodeId; readonly name: HostName }
  /** It is there (`removableAtEpochMs` is `null`), or away for less than the grace. */
  | {
      readonly code: 'node-not-away-long-enough'
      readonly nodeId: NodeId
      readonly name: HostName
      readonly removableAtEpochMs: EpochMs | null
    }

/** Why commands about what nodes and clients have in common are refused. */
export type MemberError =
  /** Neither a node nor a client has that id. */
  | { readonly code: 'member-unknown'; readonly memberId: MemberId }
  | { readonly code: 'too-many-tags'; readonly memberId: MemberId; readonly name: HostName; readonly limit: number }

/** Why an address is not given. */
export type AddressError =
  | {
      readonly code: 'address-taken'
      readonly address: IpAddress
      readonly memberId: MemberId
      readonly name: HostName
    }
  /** Outside the network's range, of a family it has no range for (`range` is `null`), or one that is never given (A2). */
  | {
      readonly code: 'address-not-usable'
      readonly address: IpAddress
      readonly networkName: NetworkName
      readonly range: IpPrefix | null
      readonly reason: 'no-range' | 'outside' | 'reserved'
    }

/** Why commands about enrolment keys, and joining with one, are refused. */
export type EnrollmentKeyError =
  /** No such key, or not its secret: the same answer, so that nobody learns which keys there are. */
  | { readonly code: 'enrollment-key-invalid' }
  | { readonly code: 'enrollment-key-revoked'; readonly keyId: EnrollmentKeyId }
  | { readonly code: 'enrollment-key-used-up'; readonly keyId: EnrollmentKeyId; readonly maxUses: number }
  | { readonly code: 'enrollment-key-expired'; readonly keyId: EnrollmentKeyId; readonly expiresAtEpochMs: EpochMs }
  /** Its gateway went away and no other was named (B3). */
  | { readonly code: 'enrollment-key-suspended'; readonly keyId: EnrollmentKeyId }
  /** The node is no gateway, or one of a network that the key doesn't lead to. */
  | { readonly code: 'enrollment-key-gateway-unfit'; readonly nodeId: NodeId; readonly name: string }
  /** For administrators: no key has that id. */
  | { readonly code: 'enrollment-key-unknown'; readonly keyId: EnrollmentKeyId }
  /** The id belongs to a key with other content. */
  | { readonly code: 'enrollment-key-id-taken'; readonly keyId: EnrollmentKeyId; readonly name: string }
  /** Another key that still lets machines in has the name. */
  | { readonly code: 'enrollment-key-name-taken'; readonly name: string; readonly keyId: EnrollmentKeyId }
  | { readonly code: 'enrollment-key-needs-network'; readonly name: string }
