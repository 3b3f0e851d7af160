/** Commands about nodes, and tags of nodes and clients: a line in each table for each of them. */
import { type ApproveNode, approveNodeCodec, decideApproveNode } from '../approve-node.js'
import { type AssignTag, assignTagCodec, decideAssignTag } from '../assign-tag.js'
import { type ConnectNode, connectNodeCodec, decideConnectNode } from '../connect-node.js'
import { type DisconnectNode, decideDisconnectNode, disconnectNodeCodec } from '../disconnect-node.js'
import { decideExpireNode, type ExpireNode, expireNodeCodec } from '../expire-node.js'
import { decideJoinNetwork, type JoinNetwork, joinNetworkCodec } from '../join-network.js'
import { decideMarkNodeAway, type MarkNodeAway, markNodeAwayCodec } from '../mark-node-away.js'
import { decideMarkNodeReturned, type MarkNodeReturned, markNodeReturnedCodec } from '../mark-node-returned.js'
import { decideRemoveAwayNode, type RemoveAwayNode, removeAwayNodeCodec } from '../remove-away-node.js'
import { decideRemoveNode, type RemoveNode, removeNodeCodec } from '../remove-node.js'
import { decideUnassignTag, type UnassignTag, unassignTagCodec } from '../unassign-tag.js'
import { decideUpdateNode, type UpdateNode, updateNodeCodec } from '../update-node.js'
import type { CommandTables } from './command-tables.js'

/** Commands about nodes and tags of nodes and clients. */
export type NodeCommand =
  | ApproveNode
  | AssignTag
  | ConnectNode
  | DisconnectNode
  | ExpireNode
  | JoinNetwork
  | MarkNodeAway
  | MarkNodeReturned
  | RemoveAwayNode
  | RemoveNode
  | UnassignTag
  | UpdateNode

export const nodeCommands: CommandTables<NodeCommand> = {
  codecs: {
    ApproveNode: approveNodeCodec,
    AssignTag: assignTagCodec,
    ConnectNode: connectNodeCodec,
    DisconnectNode: disconnectNodeCodec,
    ExpireNode: expireNodeCodec,
    JoinNetwork: joinNetworkCodec,
    MarkNodeAway: markNodeAwayCodec,
    MarkNodeReturned: markNodeReturnedCodec,
    RemoveAwayNode: removeAwayNodeCodec,
    RemoveNode: removeNodeCodec,
    UnassignTag: unassignTagCodec,
    UpdateNode: updateNodeCodec,
  },
  rules: {
    ApproveNode: decideApproveNode,
    AssignTag: decideAssignTag,
    ConnectNode: decideConnectNode,
    DisconnectNode: decideDisconnectNode,
    ExpireNode: decideExpireNode,
    JoinNetwork: decideJoinNetwork,
    MarkNodeAway: decideMarkNodeAway,
    MarkNodeReturned: decideMarkNodeReturned,
    RemoveAwayNode: decideRemoveAwayNode,
    RemoveNode: decideRemoveNode,
    UnassignTag: decideUnassignTag,
    UpdateNode: decideUpdateNode,
  },
}
