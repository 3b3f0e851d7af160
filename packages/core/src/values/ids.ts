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
