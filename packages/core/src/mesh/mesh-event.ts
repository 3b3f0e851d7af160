/** Everything that can happen to a mesh. To add an event: a file in `events/`, and one line in each of the tables below. */

import type * as t from 'io-ts'
import {
  type EnrollmentKeyCreated,
  enrollmentKeyCreatedCodec,
  evolveEnrollmentKeyCreated,
} from './events/enrollment-key-created.js'
import {
  type EnrollmentKeyRevoked,
  enrollmentKeyRevokedCodec,
  evolveEnrollmentKeyRevoked,
} from './events/enrollment-key-revoked.js'
import {
  type EnrollmentKeyUsed,
  enrollmentKeyUsedCodec,
  evolveEnrollmentKeyUsed,
} from './events/enrollment-key-used.js'
import {
  evolveHostEndpointsChanged,
  type HostEndpointsChanged,
  hostEndpointsChangedCodec,
} from './events/host-endpoints-changed.js'
import { evolveHostRegistered, type HostRegistered, hostRegisteredCodec } from './events/host-registered.js'
import { evolveHostRemoved, type HostRemoved, hostRemovedCodec } from './events/host-removed.js'
import { evolveHostUpdated, type HostUpdated, hostUpdatedCodec } from './events/host-updated.js'
import { evolveMeshCreated, type MeshCreated, meshCreatedCodec } from './events/mesh-created.js'
import { evolveMeshEpochRaised, type MeshEpochRaised, meshEpochRaisedCodec } from './events/mesh-epoch-raised.js'
import {
  evolveMeshSettingsUpdated,
  type MeshSettingsUpdated,
  meshSettingsUpdatedCodec,
} from './events/mesh-settings-updated.js'
import { evolveNetworkCreated, type NetworkCreated, networkCreatedCodec } from './events/network-created.js'
import { evolveNetworkRemoved, type NetworkRemoved, networkRemovedCodec } from './events/network-removed.js'
import { evolveNetworkUpdated, type NetworkUpdated, networkUpdatedCodec } from './events/network-updated.js'
import { evolveNodeApproved, type NodeApproved, nodeApprovedCodec } from './events/node-approved.js'
import { evolveNodeConnected, type NodeConnected, nodeConnectedCodec } from './events/node-connected.js'
import { evolveNodeDisconnected, type NodeDisconnected, nodeDisconnectedCodec } from './events/node-disconnected.js'
import { evolveNodeExpired, type NodeExpired, nodeExpiredCodec } from './events/node-expired.js'
import { evolveNodeJoined, type NodeJoined, nodeJoinedCodec } from './events/node-joined.js'
import { evolveNodeLeft, type NodeLeft, nodeLeftCodec } from './events/node-left.js'
import { evolveNodeReturned, type NodeReturned, nodeReturnedCodec } from './events/node-returned.js'
import { evolveNodeUpdated, type NodeUpdated, nodeUpdatedCodec } from './events/node-updated.js'
import { evolveNodeWentAway, type NodeWentAway, nodeWentAwayCodec } from './events/node-went-away.js'
import type { MeshDraft } from './mesh-state.js'

export type MeshEvent =
  | EnrollmentKeyCreated
  | EnrollmentKeyRevoked
  | EnrollmentKeyUsed
  | HostEndpointsChanged
  | HostRegistered
  | HostRemoved
  | HostUpdated
  | MeshCreated
  | MeshEpochRaised
  | MeshSettingsUpdated
  | NetworkCreated
  | NetworkRemoved
  | NetworkUpdated
  | NodeApproved
  | NodeConnected
  | NodeDisconnected
  | NodeExpired
  | NodeJoined
  | NodeLeft
  | NodeReturned
  | NodeUpdated
  | NodeWentAway

export type MeshEventType = MeshEvent['type']

export type MeshEventOf<T extends MeshEventType> = Extract<MeshEvent, { type: T }>

/** What each type of event does to the state. */
export const recipes: { readonly [T in MeshEventType]: (draft: MeshDraft, event: MeshEventOf<T>) => void } = {
  EnrollmentKeyCreated: evolveEnrollmentKeyCreated,
  EnrollmentKeyRevoked: evolveEnrollmentKeyRevoked,
  EnrollmentKeyUsed: evolveEnrollmentKeyUsed,
  HostEndpointsChanged: evolveHostEndpointsChanged,
  HostRegistered: evolveHostRegistered,
  HostRemoved: evolveHostRemoved,
  HostUpdated: evolveHostUpdated,
  MeshCreated: evolveMeshCreated,
  MeshEpochRaised: evolveMeshEpochRaised,
  MeshSettingsUpdated: evolveMeshSettingsUpdated,
  NetworkCreated: evolveNetworkCreated,
  NetworkRemoved: evolveNetworkRemoved,
  NetworkUpdated: evolveNetworkUpdated,
  NodeApproved: evolveNodeApproved,
  NodeConnected: evolveNodeConnected,
  NodeDisconnected: evolveNodeDisconnected,
  NodeExpired: evolveNodeExpired,
  NodeJoined: evolveNodeJoined,
  NodeLeft: evolveNodeLeft,
  NodeReturned: evolveNodeReturned,
  NodeUpdated: evolveNodeUpdated,
  NodeWentAway: evolveNodeWentAway,
}

/** How each type of event is read back from where it was kept, newest schema version. */
export const eventCodecs: { readonly [T in MeshEventType]: t.Type<MeshEventOf<T>, unknown> } = {
  EnrollmentKeyCreated: enrollmentKeyCreatedCodec,
  EnrollmentKeyRevoked: enrollmentKeyRevokedCodec,
  EnrollmentKeyUsed: enrollmentKeyUsedCodec,
  HostEndpointsChanged: hostEndpointsChangedCodec,
  HostRegistered: hostRegisteredCodec,
  HostRemoved: hostRemovedCodec,
  HostUpdated: hostUpdatedCodec,
  MeshCreated: meshCreatedCodec,
  MeshEpochRaised: meshEpochRaisedCodec,
  MeshSettingsUpdated: meshSettingsUpdatedCodec,
  NetworkCreated: networkCreatedCodec,
  NetworkRemoved: networkRemovedCodec,
  NetworkUpdated: networkUpdatedCodec,
  NodeApproved: nodeApprovedCodec,
  NodeConnected: nodeConnectedCodec,
  NodeDisconnected: nodeDisconnectedCodec,
  NodeExpired: nodeExpiredCodec,
  NodeJoined: nodeJoinedCodec,
  NodeLeft: nodeLeftCodec,
  NodeReturned: nodeReturnedCodec,
  NodeUpdated: nodeUpdatedCodec,
  NodeWentAway: nodeWentAwayCodec,
}

/** The newest schema version of each type of event. Raise it with an upcaster in `upcasters.ts` and a new fixture. */
export const eventSchemaVersions: { readonly [T in MeshEventType]: number } = {
  EnrollmentKeyCreated: 1,
  EnrollmentKeyRevoked: 1,
  EnrollmentKeyUsed: 1,
  HostEndpointsChanged: 1,
  HostRegistered: 1,
  HostRemoved: 1,
  HostUpdated: 1,
  MeshCreated: 1,
  MeshEpochRaised: 1,
  MeshSettingsUpdated: 1,
  NetworkCreated: 1,
  NetworkRemoved: 1,
  NetworkUpdated: 1,
  NodeApproved: 1,
  NodeConnected: 1,
  NodeDisconnected: 1,
  NodeExpired: 1,
  NodeJoined: 1,
  NodeLeft: 1,
  NodeReturned: 1,
  NodeUpdated: 1,
  NodeWentAway: 1,
}

/** Every type of event, in a fixed order. */
export const meshEventTypes = Object.keys(recipes) as readonly MeshEventType[]
