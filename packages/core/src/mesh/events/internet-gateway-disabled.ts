import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A gateway leads to the internet no longer. Nodes fell back to their own before, in events of their own; relaying stays (D7). */
export type InternetGatewayDisabled = t.TypeOf<typeof internetGatewayDisabledCodec>

export const internetGatewayDisabledCodec = t.type(
  {
    type: t.literal('InternetGatewayDisabled'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    cause: t.keyof({ command: null, 'gateway-removed': null }),
  },
  'InternetGatewayDisabled',
)

export const evolveInternetGatewayDisabled = (draft: MeshDraft, { nodeId }: InternetGatewayDisabled): void => {
  const gateway = largeMapGet(draft.gateways, nodeId)
  if (gateway !== undefined) gateway.internet = false
}
