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

export const {
  /** Reads a {@link MeshId}: the text, or `id-invalid`. */ parse: parseMeshId,
  /** Whether it is a {@link MeshId}. */ is: isMeshId,
  /** A {@link MeshId} of a literal; throws a `TypeError` when it is none. */ literal: meshId,
} = idKind<MeshId>()

export const {
  /** Reads a {@link NetworkId}: the text, or `id-invalid`. */ parse: parseNetworkId,
  /** Whether it is a {@link NetworkId}. */ is: isNetworkId,
  /** A {@link NetworkId} of a literal; throws a `TypeError` when it is none. */ literal: networkId,
} = idKind<NetworkId>()

export const {
  /** Reads a {@link HostId}: the text, or `id-invalid`. */ parse: parseHostId,
  /** Whether it is a {@link HostId}. */ is: isHostId,
  /** A {@link HostId} of a literal; throws a `TypeError` when it is none. */ literal: hostId,
} = idKind<HostId>()

export const {
  /** Reads a {@link NodeId}: the text, or `id-invalid`. */ parse: parseNodeId,
  /** Whether it is a {@link NodeId}. */ is: isNodeId,
  /** A {@link NodeId} of a literal; throws a `TypeError` when it is none. */ literal: nodeId,
} = idKind<NodeId>()

export const {
  /** Reads an {@link EnrollmentKeyId}: the text, or `id-invalid`. */ parse: parseEnrollmentKeyId,
  /** Whether it is an {@link EnrollmentKeyId}. */ is: isEnrollmentKeyId,
  /** An {@link EnrollmentKeyId} of a literal; throws a `TypeError` when it is none. */ literal: enrollmentKeyId,
} = idKind<EnrollmentKeyId>()

export const {
  /** Reads a {@link ClientId}: the text, or `id-invalid`. */ parse: parseClientId,
  /** Whether it is a {@link ClientId}. */ is: isClientId,
  /** A {@link ClientId} of a literal; throws a `TypeError` when it is none. */ literal: clientId,
} = idKind<ClientId>()

export const {
  /** Reads an {@link EgressId}: the text, or `id-invalid`. */ parse: parseEgressId,
  /** Whether it is an {@link EgressId}. */ is: isEgressId,
  /** An {@link EgressId} of a literal; throws a `TypeError` when it is none. */ literal: egressId,
} = idKind<EgressId>()

export const {
  /** Reads a {@link PolicyId}: the text, or `id-invalid`. */ parse: parsePolicyId,
  /** Whether it is a {@link PolicyId}. */ is: isPolicyId,
  /** A {@link PolicyId} of a literal; throws a `TypeError` when it is none. */ literal: policyId,
} = idKind<PolicyId>()

export const {
  /** Reads a {@link PolicyTestId}: the text, or `id-invalid`. */ parse: parsePolicyTestId,
  /** Whether it is a {@link PolicyTestId}. */ is: isPolicyTestId,
  /** A {@link PolicyTestId} of a literal; throws a `TypeError` when it is none. */ literal: policyTestId,
} = idKind<PolicyTestId>()

export const {
  /** Reads a {@link UserId}: the text, or `id-invalid`. */ parse: parseUserId,
  /** Whether it is a {@link UserId}. */ is: isUserId,
  /** A {@link UserId} of a literal; throws a `TypeError` when it is none. */ literal: userId,
} = idKind<UserId>()

export const {
  /** Reads a {@link GroupId}: the text, or `id-invalid`. */ parse: parseGroupId,
  /** Whether it is a {@link GroupId}. */ is: isGroupId,
  /** A {@link GroupId} of a literal; throws a `TypeError` when it is none. */ literal: groupId,
} = idKind<GroupId>()

export const {
  /** Reads an {@link ApiTokenId}: the text, or `id-invalid`. */ parse: parseApiTokenId,
  /** Whether it is an {@link ApiTokenId}. */ is: isApiTokenId,
  /** An {@link ApiTokenId} of a literal; throws a `TypeError` when it is none. */ literal: apiTokenId,
} = idKind<ApiTokenId>()

export const {
  /** Reads a {@link DnsRecordId}: the text, or `id-invalid`. */ parse: parseDnsRecordId,
  /** Whether it is a {@link DnsRecordId}. */ is: isDnsRecordId,
  /** A {@link DnsRecordId} of a literal; throws a `TypeError` when it is none. */ literal: dnsRecordId,
} = idKind<DnsRecordId>()

export const {
  /** Reads a {@link ResolverId}: the text, or `id-invalid`. */ parse: parseResolverId,
  /** Whether it is a {@link ResolverId}. */ is: isResolverId,
  /** A {@link ResolverId} of a literal; throws a `TypeError` when it is none. */ literal: resolverId,
} = idKind<ResolverId>()

export const {
  /** Reads a {@link DeviceId}: the text, or `id-invalid`. */ parse: parseDeviceId,
  /** Whether it is a {@link DeviceId}. */ is: isDeviceId,
  /** A {@link DeviceId} of a literal; throws a `TypeError` when it is none. */ literal: deviceId,
} = idKind<DeviceId>()

export const {
  /** Reads a {@link CommandId}: the text, or `id-invalid`. */ parse: parseCommandId,
  /** Whether it is a {@link CommandId}. */ is: isCommandId,
  /** A {@link CommandId} of a literal; throws a `TypeError` when it is none. */ literal: commandId,
} = idKind<CommandId>()

export const {
  /** Reads an {@link EventId}: the text, or `id-invalid`. */ parse: parseEventId,
  /** Whether it is an {@link EventId}. */ is: isEventId,
  /** An {@link EventId} of a literal; throws a `TypeError` when it is none. */ literal: eventId,
} = idKind<EventId>()

function idKind<Id extends string>(): TextKind<Id, 'id-invalid'> {
  return textKind(
    'id-invalid',
    /^[A-Za-z0-9_-]{1,64}$/,
    "an id has 1 to 64 of the characters A-Z, a-z, 0-9, '_' and '-'",
  )
}

/** What has addresses in a network and can be named by policies: a node or a client. Ids of both are of one kind of text. */
export type MemberId = NodeId | ClientId
