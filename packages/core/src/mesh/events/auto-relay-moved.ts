import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { evidenceOrNullCodec, pairIdCodec, sequenceCodec, someGatewayIdsCodec } from '../gateway-codecs.js'
import { putPair } from '../gateway-records.js'
import { largeMapGet } from '../large-map.js'
import type { AutoRelay, MeshDraft } from '../mesh-state.js'

/** An auto-relayed pair has another order of gateways, or fewer: all of it. `own-choice`: its owner moved and this records it. */
export type AutoRelayMoved = t.TypeOf<typeof autoRelayMovedCodec>

export const autoRelayMovedCodec = t.type(
  {
    type: t.literal('AutoRelayMoved'),
    atEpochMs: epochMsCodec,
    pairId: pairIdCodec,
    gatewayIds: someGatewayIdsCodec,
    /** Of the owner's last vector that moved it; 0: none did. */
    sequence: sequenceCodec,
    cause: t.keyof({ 'own-choice': null, 'gateway-removed': null, 'gateway-away': null, 'auto-relay-off': null }),
    evidence: evidenceOrNullCodec,
  },
  'AutoRelayMoved',
)

export const evolveAutoRelayMoved = (draft: MeshDraft, { pairId, gatewayIds, sequence }: AutoRelayMoved): void => {
  const pair = largeMapGet(draft.autoRelays, pairId)
  if (pair !== undefined) putPair(draft, { ...(pair as AutoRelay), gatewayIds, sequence })
}
