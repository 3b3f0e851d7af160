/** Everything that can be asked of a mesh. To add a command: a file in `commands/`, a line in each list here, a `case` in `decide.ts`. */
import * as t from 'io-ts'
import { type ApproveNode, approveNodeCodec } from './commands/approve-node.js'
import { type ConnectNode, connectNodeCodec } from './commands/connect-node.js'
import { type CreateEnrollmentKey, createEnrollmentKeyCodec } from './commands/create-enrollment-key.js'
import { type CreateMesh, createMeshCodec } from './commands/create-mesh.js'
import { type CreateNetwork, createNetworkCodec } from './commands/create-network.js'
import { type DisconnectNode, disconnectNodeCodec } from './commands/disconnect-node.js'
import { type EnrollHost, enrollHostCodec } from './commands/enroll-host.js'
import { type ExpireNode, expireNodeCodec } from './commands/expire-node.js'
import { type JoinNetwork, joinNetworkCodec } from './commands/join-network.js'
import { type MarkNodeAway, markNodeAwayCodec } from './commands/mark-node-away.js'
import { type MarkNodeReturned, markNodeReturnedCodec } from './commands/mark-node-returned.js'
import { type RaiseMeshEpoch, raiseMeshEpochCodec } from './commands/raise-mesh-epoch.js'
import { type RegisterHost, registerHostCodec } from './commands/register-host.js'
import { type RemoveAwayNode, removeAwayNodeCodec } from './commands/remove-away-node.js'
import { type RemoveHost, removeHostCodec } from './commands/remove-host.js'
import { type RemoveNetwork, removeNetworkCodec } from './commands/remove-network.js'
import { type RemoveNode, removeNodeCodec } from './commands/remove-node.js'
import { type ReportHostEndpoints, reportHostEndpointsCodec } from './commands/report-host-endpoints.js'
import { type RevokeEnrollmentKey, revokeEnrollmentKeyCodec } from './commands/revoke-enrollment-key.js'
import { type UpdateHost, updateHostCodec } from './commands/update-host.js'
import { type UpdateMeshSettings, updateMeshSettingsCodec } from './commands/update-mesh-settings.js'
import { type UpdateNetwork, updateNetworkCodec } from './commands/update-network.js'
import { type UpdateNode, updateNodeCodec } from './commands/update-node.js'
import { checked } from './event-parts.js'

/** A wish, with everything that deciding on it takes: time, fresh ids, evidence. */
export type MeshCommand =
  | ApproveNode
  | ConnectNode
  | CreateEnrollmentKey
  | CreateMesh
  | CreateNetwork
  | DisconnectNode
  | EnrollHost
  | ExpireNode
  | JoinNetwork
  | MarkNodeAway
  | MarkNodeReturned
  | RaiseMeshEpoch
  | RegisterHost
  | RemoveAwayNode
  | RemoveHost
  | RemoveNetwork
  | RemoveNode
  | ReportHostEndpoints
  | RevokeEnrollmentKey
  | UpdateHost
  | UpdateMeshSettings
  | UpdateNetwork
  | UpdateNode

export type MeshCommandType = MeshCommand['type']

export type MeshCommandOf<T extends MeshCommandType> = Extract<MeshCommand, { type: T }>

/** How each type of command is read from outside. Unknown fields are refused. */
export const meshCommandCodecs: { readonly [T in MeshCommandType]: t.Type<MeshCommandOf<T>, unknown> } = {
  ApproveNode: approveNodeCodec,
  ConnectNode: connectNodeCodec,
  CreateEnrollmentKey: createEnrollmentKeyCodec,
  CreateMesh: createMeshCodec,
  CreateNetwork: createNetworkCodec,
  DisconnectNode: disconnectNodeCodec,
  EnrollHost: enrollHostCodec,
  ExpireNode: expireNodeCodec,
  JoinNetwork: joinNetworkCodec,
  MarkNodeAway: markNodeAwayCodec,
  MarkNodeReturned: markNodeReturnedCodec,
  RaiseMeshEpoch: raiseMeshEpochCodec,
  RegisterHost: registerHostCodec,
  RemoveAwayNode: removeAwayNodeCodec,
  RemoveHost: removeHostCodec,
  RemoveNetwork: removeNetworkCodec,
  RemoveNode: removeNodeCodec,
  ReportHostEndpoints: reportHostEndpointsCodec,
  RevokeEnrollmentKey: revokeEnrollmentKeyCodec,
  UpdateHost: updateHostCodec,
  UpdateMeshSettings: updateMeshSettingsCodec,
  UpdateNetwork: updateNetworkCodec,
  UpdateNode: updateNodeCodec,
}

/** Every type of command, in a fixed order. */
export const meshCommandTypes = Object.keys(meshCommandCodecs) as readonly MeshCommandType[]

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
