import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { putClient } from '../client-ties.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A client's gateway lets it in again, with the key and the addresses that it had (B7). */
export type ClientEnabled = t.TypeOf<typeof clientEnabledCodec>

export const clientEnabledCodec = t.type(
  {
    type: t.literal('ClientEnabled'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
  },
  'ClientEnabled',
)

export const evolveClientEnabled = (draft: MeshDraft, { clientId }: ClientEnabled): void => {
  const client = largeMapGet(draft.clients, clientId)
  if (client !== undefined) putClient(draft, { ...client, enabled: true })
}
