import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A gateway is an internet gateway as well (D). Nobody's traffic goes there by that alone: nodes and clients choose it. */
export type InternetGatewayEnabled = t.TypeOf<typeof internetGatewayEnabledCodec>

export const internetGatewayEnabledCodec = t.type(
  { type: t.literal('InternetGatewayEnabled'), atEpochMs: epochMsCodec, nodeId: nodeIdCodec },
  'InternetGatewayEnabled',
)

export const evolveInternetGatewayEnabled = (draft: MeshDraft, { nodeId }: InternetGatewayEnabled): void => {
  const gateway = largeMapGet(draft.gateways, nodeId)
  if (gateway !== undefined) gateway.internet = true
}
