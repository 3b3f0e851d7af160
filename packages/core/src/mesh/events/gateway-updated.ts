import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Whether pairs that can't connect directly may use a gateway was switched. Pairs that used it moved or ended before, in events of their own. */
export type GatewayUpdated = t.TypeOf<typeof gatewayUpdatedCodec>

export const gatewayUpdatedCodec = t.type(
  { type: t.literal('GatewayUpdated'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec, autoRelay: t.boolean },
  'GatewayUpdated',
)

export const evolveGatewayUpdated = (draft: MeshDraft, { nodeId, autoRelay }: GatewayUpdated): void => {
  const gateway = largeMapGet(draft.gateways, nodeId)
  if (gateway !== undefined) gateway.autoRelay = autoRelay
}
