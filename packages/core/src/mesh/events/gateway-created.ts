import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, networkIdCodec, nodeIdCodec } from '../../values/index.js'
import { putGateway } from '../gateway-records.js'
import type { MeshDraft } from '../mesh-state.js'

/** A node is a gateway from now on: it may relay and take clients. Nobody uses it by that alone, and it is no internet gateway yet. */
export type GatewayCreated = t.TypeOf<typeof gatewayCreatedCodec>

export const gatewayCreatedCodec = t.type(
  {
    type: t.literal('GatewayCreated'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    networkId: networkIdCodec,
    hostId: hostIdCodec,
    autoRelay: t.boolean,
    /** Why others were thought to reach it; `declared` stands unproven until a handshake arrives there (B1). */
    endpointProof: t.keyof({ declared: null, observed: null, 'private-underlay': null }),
  },
  'GatewayCreated',
)

export const evolveGatewayCreated = (draft: MeshDraft, event: GatewayCreated): void => {
  const { nodeId, networkId, hostId, autoRelay, atEpochMs } = event
  putGateway(draft, { nodeId, networkId, hostId, autoRelay, createdAtEpochMs: atEpochMs })
}
