import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { gatewayIdsCodec } from '../gateway-codecs.js'
import { setRelay } from '../gateway-records.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * A node is reached through these gateways from now on: the first is in use, the others stand by. With `auto` the mesh chose them, and
 * the list may be empty: the node waits for a gateway. Of a gateway behind an internet gateway only what leaves the mesh goes there.
 */
export type RelayAssigned = t.TypeOf<typeof relayAssignedCodec>

export const relayAssignedCodec = t.type(
  {
    type: t.literal('RelayAssigned'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    mode: t.keyof({ manual: null, auto: null }),
    gatewayIds: gatewayIdsCodec,
    cause: t.keyof({ command: null, 'enrollment-key': null, 'internet-gateway': null }),
  },
  'RelayAssigned',
)

/** The sequence stays: what the node said before this is old news. */
export const evolveRelayAssigned = (draft: MeshDraft, { nodeId, mode, gatewayIds, atEpochMs }: RelayAssigned): void => {
  const sequence = largeMapGet(draft.nodes, nodeId)?.relay?.sequence ?? 0
  setRelay(draft, nodeId, { mode, gatewayIds, sequence, assignedAtEpochMs: atEpochMs })
}
