import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { clientIdCodec } from '../../values/index.js'
import { configHashCodec } from '../client-parts.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** A client's file was handed out (B6): from now on it is known when that one is stale. `[]` when the last one was the same. */
export type RecordClientConfig = t.TypeOf<typeof recordClientConfigCodec>

export const recordClientConfigCodec = commandCodec('RecordClientConfig', {
  clientId: clientIdCodec,
  /** That of `clientFile`. */
  hash: configHashCodec,
})

export const decideRecordClientConfig = (
  { clientId, hash, atEpochMs }: RecordClientConfig,
  state: ExistingMesh,
): Decision => {
  const client = largeMapGet(state.clients, clientId)
  if (client === undefined) return refuse({ code: 'client-unknown', clientId })
  if (client.issuedConfig?.hash === hash) return alreadySo
  return E.right([{ type: 'ClientConfigIssued', atEpochMs, clientId, networkId: client.networkId, hash }])
}
