import type {
  ClientId,
  EgressId,
  GroupId,
  IpAddress,
  IpPrefix,
  NetworkId,
  NodeId,
  PolicyId,
  PolicyTestId,
  TagName,
  UserId,
} from '../../values/index.js'

/** Who may talk to whom about what, within one network (G4). Policies only ever add; what none allows doesn't pass. */
export interface Policy {
  readonly policyId: PolicyId
  readonly networkId: NetworkId
  readonly name: string
  readonly enabled: boolean
  readonly sources: readonly Selector[]
  readonly destinations: readonly DestinationSelector[]
  /** Any one of these; at least one. */
  readonly traffic: readonly Traffic[]
  /** `both`: destinations may begin as well. */
  readonly direction: 'one-way' | 'both'
}

/** Whom or what a policy is about. */
export type Selector =
  /** Nodes and clients of the network, and its egresses that are not restricted. */
  | { readonly kind: 'everyone' }
  /** Nodes on hosts, and clients, that the user owns (G7). */
  | { readonly kind: 'user'; readonly userId: UserId }
  | { readonly kind: 'group'; readonly groupId: GroupId }
  | { readonly kind: 'tag'; readonly tag: TagName }
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  | { readonly kind: 'client'; readonly clientId: ClientId }
  /** Addresses, whoever has them: of nodes and clients, inside egresses, behind clients. */
  | { readonly kind: 'prefix'; readonly prefix: IpPrefix }
  | { readonly kind: 'egress'; readonly egressId: EgressId }
  | { readonly kind: 'gateway-clients'; readonly gatewayId: NodeId }

/** Whom or what a policy leads to. */
export type DestinationSelector =
  | Selector
  /** Nodes and clients of the source's own user. */
  | { readonly kind: 'own-devices' }
  /** What leaves through an internet gateway, or an egress of /0. */
  | { readonly kind: 'internet' }

/** What a policy lets pass. Replies always pass. */
export type Traffic =
  | { readonly protocol: 'any' }
  | { readonly protocol: 'icmp' }
  /** `ports` empty: all of them. */
  | { readonly protocol: 'tcp' | 'udp'; readonly ports: readonly PortRange[] }

/** Both ends included; `first` <= `last`. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** What must be so of the policies (G6). */
export interface PolicyTest {
  readonly policyTestId: PolicyTestId
  readonly networkId: NetworkId
  readonly name: string
  readonly from: TestEnd
  readonly to: TestEnd
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  /** `null` for `icmp`. */
  readonly port: number | null
  readonly expect: 'allow' | 'deny'
}

/** An end that a policy test or a question names. */
export type TestEnd =
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  | { readonly kind: 'client'; readonly clientId: ClientId }
  /** Any address: inside an egress, or out on the internet. */
  | { readonly kind: 'address'; readonly address: IpAddress }
