import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { groupIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'
import { managerProblem } from './user-rules.js'

/** End a group (G2); its users stay. */
export type RemoveGroup = t.TypeOf<typeof removeGroupCodec>

export const removeGroupCodec = commandCodec('RemoveGroup', {
  groupId: groupIdCodec,
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideRemoveGroup = ({ groupId, byUserId, atEpochMs }: RemoveGroup, state: ExistingMesh): Decision => {
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return refuse(forbidden)
  if (!largeMapHas(state.groups, groupId)) return refuse({ code: 'group-unknown', groupId })
  const unfolding = unfoldFrom(state)
  emitConsequences({ kind: 'group', groupId, atEpochMs }, unfolding)
  unfolding.emit({ type: 'GroupRemoved', atEpochMs, groupId })
  return E.right(unfolding.events())
}
