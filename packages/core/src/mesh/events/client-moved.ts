import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec, nodeIdCodec } from '../../values/index.js'
import { putClient } from '../client-ties.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * A client connects to another gateway of its network from now on, with the key and the addresses that it had (B11). Its device follows
 * when it is given its new file: until then the new gateway knows it, and the old one no longer does.
 */
export type ClientMoved = t.TypeOf<typeof clientMovedCodec>

export const clientMovedCodec = t.type(
  {
    type: t.literal('ClientMoved'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
    gatewayId: nodeIdCodec,
    cause: t.keyof({ moved: null, 'gateway-removed': null }),
  },
  'ClientMoved',
)

export const evolveClientMoved = (draft: MeshDraft, { clientId, gatewayId }: ClientMoved): void => {
  const client = largeMapGet(draft.clients, clientId)
  if (client !== undefined) putClient(draft, { ...client, gatewayId })
}
