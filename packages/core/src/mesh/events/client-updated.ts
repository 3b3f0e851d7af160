import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { clientContentProps } from '../client-parts.js'
import { putClient } from '../client-ties.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** What is said of a client changed; carries all of it. Its file may be stale from now on (B6). */
export type ClientUpdated = t.TypeOf<typeof clientUpdatedCodec>

export const clientUpdatedCodec = t.type(
  {
    type: t.literal('ClientUpdated'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
    ...clientContentProps,
  },
  'ClientUpdated',
)

export const evolveClientUpdated = (draft: MeshDraft, event: ClientUpdated): void => {
  const client = largeMapGet(draft.clients, event.clientId)
  if (client === undefined) return
  const { type: _type, atEpochMs: _at, clientId: _clientId, networkId: _networkId, ...content } = event
  putClient(draft, { ...client, ...content })
}
