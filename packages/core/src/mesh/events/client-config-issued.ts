import * as t from 'io-ts'
import { clientIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { configHashCodec } from '../client-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A client's file was handed out as it was then (B6); whether its device uses it, nobody knows. */
export type ClientConfigIssued = t.TypeOf<typeof clientConfigIssuedCodec>

export const clientConfigIssuedCodec = t.type(
  {
    type: t.literal('ClientConfigIssued'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
    hash: configHashCodec,
  },
  'ClientConfigIssued',
)

export const evolveClientConfigIssued = (draft: MeshDraft, { clientId, hash, atEpochMs }: ClientConfigIssued): void => {
  const client = largeMapGet(draft.clients, clientId)
  if (client !== undefined) client.issuedConfig = { hash, atEpochMs }
}
