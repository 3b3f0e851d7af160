import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'

/** A node was put aside: it keeps its place and addresses, and nobody peers with it. */
export type NodeDisconnected = t.TypeOf<typeof nodeDisconnectedCodec>

export const nodeDisconnectedCodec = t.type(
  { type: t.literal('NodeDisconnected'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'NodeDisconnected',
)

export const evolveNodeDisconnected = (draft: MeshDraft, event: NodeDisconnected): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.connected = false
  refreshMembership(draft, event.nodeId)
}
