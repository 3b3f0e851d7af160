import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { evidenceOrNullCodec, someGatewayIdsCodec } from '../gateway-codecs.js'
import { setRelay } from '../gateway-records.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** The standbys of a node with an automatic gateway, or their order, changed: the whole list. Its first, the one in use, stays. */
export type GatewayRankingChanged = t.TypeOf<typeof gatewayRankingChangedCodec>

export const gatewayRankingChangedCodec = t.type(
  {
    type: t.literal('GatewayRankingChanged'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    gatewayIds: someGatewayIdsCodec,
    evidence: evidenceOrNullCodec,
  },
  'GatewayRankingChanged',
)

export const evolveGatewayRankingChanged = (draft: MeshDraft, event: GatewayRankingChanged): void => {
  const { nodeId, gatewayIds } = event
  const relay = largeMapGet(draft.nodes, nodeId)?.relay
  if (relay !== undefined && relay !== null) setRelay(draft, nodeId, { ...relay, gatewayIds })
}
