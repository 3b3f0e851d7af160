import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { tunnelSettingsCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** What a node wants of its full tunnel, of relays that nobody assigned, and of its own LAN: all three, as they are from now on. */
export type NodeTraitsUpdated = t.TypeOf<typeof nodeTraitsUpdatedCodec>

export const nodeTraitsUpdatedCodec = t.type(
  {
    type: t.literal('NodeTraitsUpdated'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    tunnel: tunnelSettingsCodec,
    autoRelay: t.keyof({ allowed: null, never: null }),
    ownLan: t.keyof({ own: null, mesh: null }),
  },
  'NodeTraitsUpdated',
)

export const evolveNodeTraitsUpdated = (draft: MeshDraft, event: NodeTraitsUpdated): void => {
  const node = largeMapGet(draft.nodes, event.nodeId)
  if (node === undefined) return
  node.tunnel = { ...event.tunnel }
  node.autoRelay = event.autoRelay
  node.ownLan = event.ownLan
}
