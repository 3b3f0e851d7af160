import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { evidenceOrNullCodec, gatewayIdsCodec, sequenceCodec } from '../gateway-codecs.js'
import { setRelay } from '../gateway-records.js'
import { largeMapRead } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * A relayed node has another order of gateways, or others: all of it, as it is from now on. `own-choice`: the node moved by itself and
 * this records it. Empty, with an automatic gateway only: no gateway is left, and the node waits for one.
 */
export type RelayMoved = t.TypeOf<typeof relayMovedCodec>

export const relayMovedCodec = t.type(
  {
    type: t.literal('RelayMoved'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    gatewayIds: gatewayIdsCodec,
    /** Of the node's last vector that moved it; 0: none did. */
    sequence: sequenceCodec,
    cause: t.keyof({
      'own-choice': null,
      selection: null,
      'gateway-removed': null,
      'gateway-away': null,
      'gateway-came': null,
      'internet-gateway': null,
    }),
    evidence: evidenceOrNullCodec,
  },
  'RelayMoved',
)

export const evolveRelayMoved = (draft: MeshDraft, event: RelayMoved): void => {
  const { nodeId, gatewayIds, sequence, atEpochMs } = event
  const relay = largeMapRead(draft.nodes, nodeId)?.relay
  if (relay === undefined || relay === null) return
  const { mode } = relay
  const assignedAtEpochMs = relay.gatewayIds.length === 0 ? atEpochMs : relay.assignedAtEpochMs
  setRelay(draft, nodeId, { mode, gatewayIds, sequence, assignedAtEpochMs })
}
