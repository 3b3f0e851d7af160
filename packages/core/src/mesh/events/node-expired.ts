import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'

/** A node's time ran out. It keeps its place; a later expiry (NodeUpdated) lets it take part again. */
export type NodeExpired = t.TypeOf<typeof nodeExpiredCodec>

export const nodeExpiredCodec = t.type(
  { type: t.literal('NodeExpired'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'NodeExpired',
)

export const evolveNodeExpired = (draft: MeshDraft, event: NodeExpired): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.expired = true
  refreshMembership(draft, event.nodeId)
}
