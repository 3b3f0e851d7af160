import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { refreshMembership } from '../membership.js'
import type { MeshDraft } from '../mesh-state.js'

/** A disconnected node takes part again, with the addresses it had. */
export type NodeConnected = t.TypeOf<typeof nodeConnectedCodec>

export const nodeConnectedCodec = t.type(
  { type: t.literal('NodeConnected'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'NodeConnected',
)

export const evolveNodeConnected = (draft: MeshDraft, event: NodeConnected): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.connected = true
  refreshMembership(draft, event.nodeId)
}
