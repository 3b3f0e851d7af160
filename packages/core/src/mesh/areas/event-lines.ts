import type {
  ApiTokenId,
  DnsRecordId,
  EgressId,
  EnrollmentKeyId,
  GroupId,
  HostId,
  MemberId,
  NetworkId,
  NodeId,
  PolicyId,
  PolicyTestId,
  ResolverId,
  UserId,
} from '../../values/index.js'

/** One English line for each event of an area. */
export type EventLines<Event extends { readonly type: string }> = {
  readonly [T in Event['type']]: (event: Extract<Event, { type: T }>, name: Names) => string
}

/** Names for ids, where the state knows them. */
export interface Names {
  readonly host: (hostId: HostId) => string
  readonly node: (nodeId: NodeId) => string
  readonly network: (networkId: NetworkId) => string
  readonly key: (keyId: EnrollmentKeyId) => string
  readonly policy: (policyId: PolicyId) => string
  readonly policyTest: (policyTestId: PolicyTestId) => string
  readonly user: (userId: UserId) => string
  readonly group: (groupId: GroupId) => string
  readonly apiToken: (apiTokenId: ApiTokenId) => string
  readonly egress: (egressId: EgressId) => string
  readonly dnsRecord: (dnsRecordId: DnsRecordId) => string
  readonly resolver: (resolverId: ResolverId) => string
  /** A node or a client, with its network. */
  readonly member: (memberId: MemberId) => string
}
