import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { dropClient } from '../client-ties.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * A client is gone, its addresses and its key are free again. Causes: somebody removed it; its gateway went and it could go nowhere
 * else; its network went; its owner went, and with them whoever holds its key.
 */
export type ClientRemoved = t.TypeOf<typeof clientRemovedCodec>

export const clientRemovedCodec = t.type(
  {
    type: t.literal('ClientRemoved'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
    cause: t.keyof({ removed: null, 'gateway-removed': null, 'network-removed': null, 'user-removed': null }),
  },
  'ClientRemoved',
)

export const evolveClientRemoved = (draft: MeshDraft, { clientId }: ClientRemoved): void => {
  const client = largeMapGet(draft.clients, clientId)
  if (client !== undefined) dropClient(draft, client)
}
