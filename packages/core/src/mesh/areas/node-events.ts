/** Events of nodes: a line in each table for each of them. */
import { evolveNodeApproved, type NodeApproved, nodeApprovedCodec } from '../events/node-approved.js'
import { evolveNodeConnected, type NodeConnected, nodeConnectedCodec } from '../events/node-connected.js'
import { evolveNodeDisconnected, type NodeDisconnected, nodeDisconnectedCodec } from '../events/node-disconnected.js'
import { evolveNodeExpired, type NodeExpired, nodeExpiredCodec } from '../events/node-expired.js'
import { evolveNodeJoined, type NodeJoined, nodeJoinedCodec } from '../events/node-joined.js'
import { evolveNodeLeft, type NodeLeft, nodeLeftCodec } from '../events/node-left.js'
import { evolveNodeReturned, type NodeReturned, nodeReturnedCodec } from '../events/node-returned.js'
import { evolveNodeUpdated, type NodeUpdated, nodeUpdatedCodec } from '../events/node-updated.js'
import { evolveNodeWentAway, type NodeWentAway, nodeWentAwayCodec } from '../events/node-went-away.js'
import type { EventTables } from './event-tables.js'

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
  },
}
