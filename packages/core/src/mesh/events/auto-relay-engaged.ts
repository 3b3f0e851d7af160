import * as t from 'io-ts'
import { epochMsCodec, type NodeId, nodeIdCodec } from '../../values/index.js'
import { checked } from '../event-parts.js'
import { pathEvidenceCodec, someGatewayIdsCodec } from '../gateway-codecs.js'
import { putPair } from '../gateway-records.js'
import { largeMapGet } from '../large-map.js'
import { type MeshDraft, pairIdOf } from '../mesh-state.js'

const endsCodec = checked<readonly [NodeId, NodeId]>(
  'the ids of two nodes',
  (u): u is readonly [NodeId, NodeId] =>
    Array.isArray(u) && u.length === 2 && u.every((id) => nodeIdCodec.is(id)) && u[0] !== u[1],
)

/** Two nodes can't connect directly and use a gateway from now on (C3). The one with the lower host id comes first: it owns the choice. */
export type AutoRelayEngaged = t.TypeOf<typeof autoRelayEngagedCodec>

export const autoRelayEngagedCodec = t.type(
  {
    type: t.literal('AutoRelayEngaged'),
    atEpochMs: epochMsCodec,
    nodeIds: endsCodec,
    gatewayIds: someGatewayIdsCodec,
    evidence: pathEvidenceCodec,
  },
  'AutoRelayEngaged',
)

export const evolveAutoRelayEngaged = (draft: MeshDraft, event: AutoRelayEngaged): void => {
  const { nodeIds, gatewayIds, atEpochMs } = event
  const networkId = largeMapGet(draft.nodes, nodeIds[0])?.networkId
  if (networkId === undefined) return
  const pairId = pairIdOf(...nodeIds)
  putPair(draft, { pairId, networkId, nodeIds, gatewayIds, sequence: 0, engagedAtEpochMs: atEpochMs })
}
