import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { clientIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Have the gateway let a client in again (B7). `[]` when it is enabled. */
export type EnableClient = t.TypeOf<typeof enableClientCodec>

export const enableClientCodec = commandCodec('EnableClient', { clientId: clientIdCodec })

export const decideEnableClient = ({ clientId, atEpochMs }: EnableClient, state: ExistingMesh): Decision => {
  const client = largeMapGet(state.clients, clientId)
  if (client === undefined) return refuse({ code: 'client-unknown', clientId })
  if (client.enabled) return alreadySo
  return E.right([{ type: 'ClientEnabled', atEpochMs, clientId, networkId: client.networkId }])
}
