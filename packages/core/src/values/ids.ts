/**
 * Identifiers: 1 to 64 of `A-Za-z0-9_-`, made by whoever issues the command and opaque to the domain. One brand per kind,
 * so that a node's id can't be passed for its host's. Each kind has a parser (`id-invalid`), a guard, and a constructor
 * for literals in code or tests that throws a `TypeError`.
 */
import type { Brand } from './brand.js'
import type { ParseError } from './parse-error.js'
import { type TextKind, textKind } from './text-kind.js'

/** Why a text is no identifier. */
export type IdParseError = ParseError<'id-invalid'>

/** Names a mesh: one tenant's whole world, one stream of events. */
export type MeshId = string & Brand<'MeshId'>

/** Names a network of a mesh. */
export type NetworkId = string & Brand<'NetworkId'>

/** Names a machine in a mesh. */
export type HostId = string & Brand<'HostId'>

/** Names a host's membership in one network. */
export type NodeId = string & Brand<'NodeId'>

/** Names an enrolment key; not the secret itself. */
export type EnrollmentKeyId = string & Brand<'EnrollmentKeyId'>

/** Names a client: a WireGuard device that is configured by a file. */
export type ClientId = string & Brand<'ClientId'>

/** Names an egress: ranges outside the mesh that are reached through nodes. */
export type EgressId = string & Brand<'EgressId'>

/** Names a policy of a network. */
export type PolicyId = string & Brand<'PolicyId'>

/** Names a policy test of a network. */
export type PolicyTestId = string & Brand<'PolicyTestId'>

/** Names a person that signs in. */
export type UserId = string & Brand<'UserId'>

/** Names a group of users. */
export type GroupId = string & Brand<'GroupId'>

/** Names an API token; not the secret itself. */
export type ApiTokenId = string & Brand<'ApiTokenId'>

/** Names a DNS record of a network. */
export type DnsRecordId = string & Brand<'DnsRecordId'>

/** Names a DNS resolver of a network. */
export type ResolverId = string & Brand<'ResolverId'>

/** Names a device of a user, as the user or the device itself calls it. */
export type DeviceId = string & Brand<'DeviceId'>

/** Names a command, so that a repeated one is recognised in the log. */
export type CommandId = string & Brand<'CommandId'>

/** Names an event in the log. */
export type EventId = string & Brand<'EventId'>

/** Parser, guard and literal constructor of {@link MeshId}. */
export const { parse: parseMeshId, is: isMeshId, literal: meshId } = idKind<MeshId>()

/** Parser, guard and literal constructor of {@link NetworkId}. */
export const { parse: parseNetworkId, is: isNetworkId, literal: networkId } = idKind<NetworkId>()

/** Parser, guard and literal constructor of {@link HostId}. */
export const { parse: parseHostId, is: isHostId, literal: hostId } = idKind<HostId>()

/** Parser, guard and literal constructor of {@link NodeId}. */
export const { parse: parseNodeId, is: isNodeId, literal: nodeId } = idKind<NodeId>()

/** Parser, guard and literal constructor of {@link EnrollmentKeyId}. */
export const {
  parse: parseEnrollmentKeyId,
  is: isEnrollmentKeyId,
  literal: enrollmentKeyId,
} = idKind<EnrollmentKeyId>()

/** Parser, guard and literal constructor of {@link ClientId}. */
export const { parse: parseClientId, is: isClientId, literal: clientId } = idKind<ClientId>()

/** Parser, guard and literal constructor of {@link EgressId}. */
export const { parse: parseEgressId, is: isEgressId, literal: egressId } = idKind<EgressId>()

/** Parser, guard and literal constructor of {@link PolicyId}. */
export const { parse: parsePolicyId, is: isPolicyId, literal: policyId } = idKind<PolicyId>()

/** Parser, guard and literal constructor of {@link PolicyTestId}. */
export const { parse: parsePolicyTestId, is: isPolicyTestId, literal: policyTestId } = idKind<PolicyTestId>()

/** Parser, guard and literal constructor of {@link UserId}. */
export const { parse: parseUserId, is: isUserId, literal: userId } = idKind<UserId>()

/** Parser, guard and literal constructor of {@link GroupId}. */
export const { parse: parseGroupId, is: isGroupId, literal: groupId } = idKind<GroupId>()

/** Parser, guard and literal constructor of {@link ApiTokenId}. */
export const { parse: parseApiTokenId, is: isApiTokenId, literal: apiTokenId } = idKind<ApiTokenId>()

/** Parser, guard and literal constructor of {@link DnsRecordId}. */
export const { parse: parseDnsRecordId, is: isDnsRecordId, literal: dnsRecordId } = idKind<DnsRecordId>()

/** Parser, guard and literal constructor of {@link ResolverId}. */
export const { parse: parseResolverId, is: isResolverId, literal: resolverId } = idKind<ResolverId>()

/** Parser, guard and literal constructor of {@link DeviceId}. */
export const { parse: parseDeviceId, is: isDeviceId, literal: deviceId } = idKind<DeviceId>()

/** Parser, guard and literal constructor of {@link CommandId}. */
export const { parse: parseCommandId, is: isCommandId, literal: commandId } = idKind<CommandId>()

/** Parser, guard and literal constructor of {@link EventId}. */
export const { parse: parseEventId, is: isEventId, literal: eventId } = idKind<EventId>()

function idKind<Id extends string>(): TextKind<Id, 'id-invalid'> {
  return textKind(
    'id-invalid',
    /^[A-Za-z0-9_-]{1,64}$/,
    "an id has 1 to 64 of the characters A-Z, a-z, 0-9, '_' and '-'",
  )
}

/** What has addresses in a network and can be named by policies: a node or a client. Ids of both are of one kind of text. */
export type MemberId = NodeId | ClientId
