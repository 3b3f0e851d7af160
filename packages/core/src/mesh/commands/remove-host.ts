import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec } from '../../values/index.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { removeHost } from './leave-rules.js'
import { unfoldFrom } from './unfolding.js'

/** Take a machine out of the mesh, its nodes first. Its keys never come back (A5). */
export type RemoveHost = t.TypeOf<typeof removeHostCodec>

export const removeHostCodec = commandCodec('RemoveHost', { hostId: hostIdCodec })

export const decideRemoveHost = ({ hostId, atEpochMs }: RemoveHost, state: ExistingMesh): Decision => {
  if (!largeMapHas(state.hosts, hostId)) return refuse({ code: 'host-unknown', hostId })
  const unfolding = unfoldFrom(state)
  removeHost(unfolding, hostId, atEpochMs)
  return E.right(unfolding.events())
}
