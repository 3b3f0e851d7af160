import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'

/** An administrator let a waiting node take part. */
export type NodeApproved = t.TypeOf<typeof nodeApprovedCodec>

export const nodeApprovedCodec = t.type(
  { type: t.literal('NodeApproved'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'NodeApproved',
)

export const evolveNodeApproved = (draft: MeshDraft, event: NodeApproved): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.approval = 'approved'
  refreshMembership(draft, event.nodeId)
}
