import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec, nodeIdCodec } from '../../values/index.js'
import { dropGateway } from '../gateway-records.js'
import type { MeshDraft } from '../mesh-state.js'

/** A node is no gateway any more. Whoever used it moved or was let go before, in events of their own; node and host stay. */
export type GatewayRemoved = t.TypeOf<typeof gatewayRemovedCodec>

export const gatewayRemovedCodec = t.type(
  {
    type: t.literal('GatewayRemoved'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    networkId: networkIdCodec,
    cause: t.keyof({ command: null, 'node-left': null, 'network-removed': null }),
  },
  'GatewayRemoved',
)

export const evolveGatewayRemoved = (draft: MeshDraft, { nodeId }: GatewayRemoved): void => dropGateway(draft, nodeId)
