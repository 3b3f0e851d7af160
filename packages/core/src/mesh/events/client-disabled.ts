import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { putClient } from '../client-ties.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A client's gateway lets it in no more (B7). It keeps its key, name and addresses. */
export type ClientDisabled = t.TypeOf<typeof clientDisabledCodec>

export const clientDisabledCodec = t.type(
  {
    type: t.literal('ClientDisabled'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
  },
  'ClientDisabled',
)

export const evolveClientDisabled = (draft: MeshDraft, { clientId }: ClientDisabled): void => {
  const client = largeMapGet(draft.clients, clientId)
  if (client !== undefined) putClient(draft, { ...client, enabled: false })
}
