import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** An ephemeral node was last heard of at that time. It still takes part, until it returns or is removed. */
export type NodeWentAway = t.TypeOf<typeof nodeWentAwayCodec>

export const nodeWentAwayCodec = t.type(
  { type: t.literal('NodeWentAway'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec, lastContactAtEpochMs: epochMsCodec },
  'NodeWentAway',
)

export const evolveNodeWentAway = (draft: MeshDraft, event: NodeWentAway): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.awaySinceEpochMs = event.lastContactAtEpochMs
}
