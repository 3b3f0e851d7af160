/** Everything that can be asked of a mesh. To add a command: a file in `commands/`, a line in each table of its area in `commands/areas/`. */
import * as t from 'io-ts'
import { type FieldOutline, outlineOf } from '../event-format/codec-outline.js'
import { type ClientCommand, clientCommands } from './commands/areas/client-commands.js'
import { type DnsCommand, dnsCommands } from './commands/areas/dns-commands.js'
import { type EgressCommand, egressCommands } from './commands/areas/egress-commands.js'
import { type EnrollmentCommand, enrollmentCommands } from './commands/areas/enrollment-commands.js'
import { type GatewayCommand, gatewayCommands } from './commands/areas/gateway-commands.js'
import { type HostCommand, hostCommands } from './commands/areas/host-commands.js'
import { type NetworkCommand, networkCommands } from './commands/areas/network-commands.js'
import { type NodeCommand, nodeCommands } from './commands/areas/node-commands.js'
import { type PolicyCommand, policyCommands } from './commands/areas/policy-commands.js'
import { type UserCommand, userCommands } from './commands/areas/user-commands.js'
import type { Decision, ExistingMesh } from './commands/decision.js'
import { checked } from './event-parts.js'

/** A wish, with everything that deciding on it takes: time, fresh ids, evidence. */
export type MeshCommand =
  | ClientCommand
  | DnsCommand
  | EgressCommand
  | EnrollmentCommand
  | GatewayCommand
  | HostCommand
  | NetworkCommand
  | NodeCommand
  | PolicyCommand
  | UserCommand

/** Tells one command from another: its `type`. */
export type MeshCommandType = MeshCommand['type']

/** The command of that type. */
export type MeshCommandOf<T extends MeshCommandType> = Extract<MeshCommand, { type: T }>

/** How each type of command is read from outside. Unknown fields are refused. */
export const meshCommandCodecs: { readonly [T in MeshCommandType]: t.Type<MeshCommandOf<T>, unknown> } = {
  ...clientCommands.codecs,
  ...dnsCommands.codecs,
  ...egressCommands.codecs,
  ...enrollmentCommands.codecs,
  ...gatewayCommands.codecs,
  ...hostCommands.codecs,
  ...networkCommands.codecs,
  ...nodeCommands.codecs,
  ...policyCommands.codecs,
  ...userCommands.codecs,
}

/** Each command's rule; `decide` asks them. */
export const commandRules: {
  readonly [T in MeshCommandType]: (command: MeshCommandOf<T>, state: ExistingMesh) => Decision
} = {
  ...clientCommands.rules,
  ...dnsCommands.rules,
  ...egressCommands.rules,
  ...enrollmentCommands.rules,
  ...gatewayCommands.rules,
  ...hostCommands.rules,
  ...networkCommands.rules,
  ...nodeCommands.rules,
  ...policyCommands.rules,
  ...userCommands.rules,
}

/** Every type of command, in a fixed order. */
export const meshCommandTypes = Object.keys(meshCommandCodecs) as readonly MeshCommandType[]

/** The fields of a command besides `type` and `atEpochMs`, those that must be there first. For help texts, forms and schemas. */
export const meshCommandFields = (type: MeshCommandType): readonly FieldOutline[] => {
  const outline = outlineOf(meshCommandCodecs[type])
  return outline.kind === 'object' ? outline.fields.filter(({ name }) => name !== 'type' && name !== 'atEpochMs') : []
}

/** Whether `u` names a type of command; `constructor` does not. */
export const isMeshCommandType = (u: unknown): u is MeshCommandType =>
  typeof u === 'string' && Object.hasOwn(meshCommandCodecs, u)

/** Any command, told by its `type`. */
export const meshCommandCodec: t.Type<MeshCommand, unknown> = new t.Type<MeshCommand, unknown>(
  'a command',
  (u): u is MeshCommand => codecFor(u)?.is(u) ?? false,
  (u, context) => codecFor(u)?.validate(u, context) ?? unknownType(u, context),
  t.identity,
)

const commandTypeCodec = checked('the type of a command', isMeshCommandType)

const typeOf = (u: unknown): unknown => (typeof u === 'object' && u !== null && 'type' in u ? u.type : undefined)

const codecFor = (u: unknown): t.Type<MeshCommand, unknown> | undefined => {
  const type = typeOf(u)
  return isMeshCommandType(type) ? (meshCommandCodecs[type] as t.Type<MeshCommand, unknown>) : undefined
}

const unknownType = (u: unknown, context: t.Context): t.Validation<MeshCommand> => {
  if (typeof u !== 'object' || u === null) return t.failure(u, context)
  return t.failure(typeOf(u), t.appendContext(context, 'type', commandTypeCodec, typeOf(u)))
}
