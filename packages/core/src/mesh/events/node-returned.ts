import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** An ephemeral node that was away is heard of again. */
export type NodeReturned = t.TypeOf<typeof nodeReturnedCodec>

export const nodeReturnedCodec = t.type(
  { type: t.literal('NodeReturned'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'NodeReturned',
)

export const evolveNodeReturned = (draft: MeshDraft, event: NodeReturned): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.awaySinceEpochMs = null
}
