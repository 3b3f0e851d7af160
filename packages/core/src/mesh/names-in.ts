import type {
  ApiTokenId,
  ClientId,
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
} from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { MeshState } from './mesh-state.js'

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

/** Ids stand in where the state doesn't know them. */
export const namesIn = (state: MeshState): Names => {
  const network = (networkId: NetworkId) => quoted(largeMapGet(state.networks, networkId)?.name, networkId)
  const member = (memberId: MemberId) => {
    const found = largeMapGet(state.nodes, memberId as NodeId) ?? largeMapGet(state.clients, memberId as ClientId)
    return found === undefined ? memberId : `"${found.name}" of network ${network(found.networkId)}`
  }
  return {
    network,
    host: (hostId) => quoted(largeMapGet(state.hosts, hostId)?.name, hostId),
    node: member,
    key: (keyId) => quoted(largeMapGet(state.enrollmentKeys, keyId)?.name, keyId),
    policy: (policyId) => quoted(largeMapGet(state.policies, policyId)?.name, policyId),
    policyTest: (policyTestId) => quoted(largeMapGet(state.policyTests, policyTestId)?.name, policyTestId),
    user: (userId) => quoted(largeMapGet(state.users, userId)?.login, userId),
    group: (groupId) => quoted(largeMapGet(state.groups, groupId)?.name, groupId),
    apiToken: (apiTokenId) => quoted(largeMapGet(state.apiTokens, apiTokenId)?.name, apiTokenId),
    egress: (egressId) => quoted(largeMapGet(state.egresses, egressId)?.name, egressId),
    dnsRecord: (dnsRecordId) => quoted(largeMapGet(state.dnsRecords, dnsRecordId)?.name, dnsRecordId),
    resolver: (resolverId) => quoted(largeMapGet(state.resolvers, resolverId)?.name, resolverId),
    member,
  }
}

const quoted = (name: string | undefined, id: string): string => (name === undefined ? id : `"${name}"`)
