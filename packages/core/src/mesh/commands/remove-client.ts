import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { clientIdCodec } from '../../values/index.js'
import { largeMapHas } from '../large-map.js'
import { removeClient } from './client-removal.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'

/** Take a client out of its network (B7): its gateway forgets it, its addresses are free again. */
export type RemoveClient = t.TypeOf<typeof removeClientCodec>

export const removeClientCodec = commandCodec('RemoveClient', { clientId: clientIdCodec })

export const decideRemoveClient = ({ clientId, atEpochMs }: RemoveClient, state: ExistingMesh): Decision => {
  if (!largeMapHas(state.clients, clientId)) return refuse({ code: 'client-unknown', clientId })
  const unfolding = unfoldFrom(state)
  removeClient({ clientId, cause: 'removed', atEpochMs }, unfolding, emitConsequences)
  return E.right(unfolding.events())
}
