import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'

/** When a node expires was changed; null: never. A time ahead ends an expiry that had happened. */
export type NodeUpdated = t.TypeOf<typeof nodeUpdatedCodec>

export const nodeUpdatedCodec = t.type(
  {
    type: t.literal('NodeUpdated'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    expiresAtEpochMs: orNull(epochMsCodec),
  },
  'NodeUpdated',
)

export const evolveNodeUpdated = (draft: MeshDraft, event: NodeUpdated): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.expiresAtEpochMs = event.expiresAtEpochMs
  node.expired = false
  refreshMembership(draft, event.nodeId)
}
