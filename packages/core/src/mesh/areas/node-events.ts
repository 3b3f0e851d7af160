/** Events of nodes, and tags of nodes and clients: a line in each table for each of them. */
import { evolveNodeApproved, type NodeApproved, nodeApprovedCodec } from '../events/node-approved.js'
import { evolveNodeConnected, type NodeConnected, nodeConnectedCodec } from '../events/node-connected.js'
import { evolveNodeDisconnected, type NodeDisconnected, nodeDisconnectedCodec } from '../events/node-disconnected.js'
import { evolveNodeExpired, type NodeExpired, nodeExpiredCodec } from '../events/node-expired.js'
import { evolveNodeJoined, type NodeJoined, nodeJoinedCodec } from '../events/node-joined.js'
import { evolveNodeLeft, type NodeLeft, nodeLeftCodec } from '../events/node-left.js'
import { evolveNodeReturned, type NodeReturned, nodeReturnedCodec } from '../events/node-returned.js'
import { evolveNodeUpdated, type NodeUpdated, nodeUpdatedCodec } from '../events/node-updated.js'
import { evolveNodeWentAway, type NodeWentAway, nodeWentAwayCodec } from '../events/node-went-away.js'
import { evolveTagAssigned, type TagAssigned, tagAssignedCodec } from '../events/tag-assigned.js'
import { evolveTagUnassigned, type TagUnassigned, tagUnassignedCodec } from '../events/tag-unassigned.js'
import type { EventTables } from './event-tables.js'

/** Events of nodes, and of tags of nodes and clients. */
export type NodeEvent =
  | NodeApproved
  | NodeConnected
  | NodeDisconnected
  | NodeExpired
  | NodeJoined
  | NodeLeft
  | NodeReturned
  | NodeUpdated
  | NodeWentAway
  | TagAssigned
  | TagUnassigned

export const nodeEvents: EventTables<NodeEvent> = {
  recipes: {
    NodeApproved: evolveNodeApproved,
    NodeConnected: evolveNodeConnected,
    NodeDisconnected: evolveNodeDisconnected,
    NodeExpired: evolveNodeExpired,
    NodeJoined: evolveNodeJoined,
    NodeLeft: evolveNodeLeft,
    NodeReturned: evolveNodeReturned,
    NodeUpdated: evolveNodeUpdated,
    NodeWentAway: evolveNodeWentAway,
    TagAssigned: evolveTagAssigned,
    TagUnassigned: evolveTagUnassigned,
  },
  codecs: {
    NodeApproved: nodeApprovedCodec,
    NodeConnected: nodeConnectedCodec,
    NodeDisconnected: nodeDisconnectedCodec,
    NodeExpired: nodeExpiredCodec,
    NodeJoined: nodeJoinedCodec,
    NodeLeft: nodeLeftCodec,
    NodeReturned: nodeReturnedCodec,
    NodeUpdated: nodeUpdatedCodec,
    NodeWentAway: nodeWentAwayCodec,
    TagAssigned: tagAssignedCodec,
    TagUnassigned: tagUnassignedCodec,
  },
  versions: {
    NodeApproved: 1,
    NodeConnected: 1,
    NodeDisconnected: 1,
    NodeExpired: 1,
    NodeJoined: 1,
    NodeLeft: 1,
    NodeReturned: 1,
    NodeUpdated: 1,
    NodeWentAway: 1,
    TagAssigned: 1,
    TagUnassigned: 1,
  },
}
