import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { clientIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Have the gateway let a client in no more (B7); it keeps its key, name and addresses. `[]` when it is disabled. */
export type DisableClient = t.TypeOf<typeof disableClientCodec>

export const disableClientCodec = commandCodec('DisableClient', { clientId: clientIdCodec })

export const decideDisableClient = ({ clientId, atEpochMs }: DisableClient, state: ExistingMesh): Decision => {
  const client = largeMapGet(state.clients, clientId)
  if (client === undefined) return refuse({ code: 'client-unknown', clientId })
  if (!client.enabled) return alreadySo
  return E.right([{ type: 'ClientDisabled', atEpochMs, clientId, networkId: client.networkId }])
}
