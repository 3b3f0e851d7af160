import * as t from 'io-ts'
import {
  enrollmentKeyIdCodec,
  epochMsCodec,
  hostIdCodec,
  hostNameCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  networkIdCodec,
  nodeIdCodec,
  takeAddress,
} from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet, largeMapSet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import { type MeshDraft, type Node, newNodeTraits } from '../mesh-state.js'
import { plain } from '../sorted-ids.js'

/**
 * A host became a node of a network and holds its addresses. With `approval: 'pending'` it takes no part until `NodeApproved`.
 * Does not imply that the host is reachable, or that its agent has applied anything.
 */
export type NodeJoined = t.TypeOf<typeof nodeJoinedCodec>

export const nodeJoinedCodec = t.type(
  {
    type: t.literal('NodeJoined'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    networkId: networkIdCodec,
    hostId: hostIdCodec,
    name: hostNameCodec,
    address4: orNull(ipv4AddressCodec),
    address6: orNull(ipv6AddressCodec),
    approval: t.keyof({ approved: null, pending: null }),
    ephemeral: t.boolean,
    expiresAtEpochMs: orNull(epochMsCodec),
    /** The key it came in with; `null`: an administrator put it there. */
    enrollmentKeyId: orNull(enrollmentKeyIdCodec),
  },
  'NodeJoined',
)

export const evolveNodeJoined = (draft: MeshDraft, event: NodeJoined): void => {
  const { nodeId, networkId, hostId, name, address4, address6, approval, ephemeral, expiresAtEpochMs } = event
  const node: Node = {
    nodeId,
    networkId,
    hostId,
    name,
    address4,
    address6,
    approval,
    ephemeral,
    expiresAtEpochMs,
    ...newNodeTraits,
    joinedAtEpochMs: event.atEpochMs,
    tags: [],
    egressIds: [],
    pairIds: [],
  }
  largeMapSet(draft.nodes, event.nodeId, node)
  const host = largeMapGet(draft.hosts, hostId)
  if (host !== undefined) host.nodeIds = [...plain(host.nodeIds), nodeId]
  const network = largeMapGet(draft.networks, event.networkId)
  if (network === undefined) return
  network.everUsed = true
  largeMapSet(network.nodeIds, event.nodeId, event.hostId)
  largeMapSet(network.nodeIdsByName, event.name, event.nodeId)
  if (event.address4 !== null && network.pool4 !== null) {
    takeAddress(network.pool4, event.address4)
    largeMapSet(network.holders, event.address4, event.nodeId)
  }
  if (event.address6 !== null && network.pool6 !== null) {
    takeAddress(network.pool6, event.address6)
    largeMapSet(network.holders, event.address6, event.nodeId)
  }
  refreshMembership(draft, event.nodeId)
}
