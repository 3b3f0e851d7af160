import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { groupIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { groupNameProblem } from './group-rules.js'
import { managerProblem } from './user-rules.js'

/** Call a group something else (G2). Policies name groups by id, so they stay as they are. */
export type UpdateGroup = t.TypeOf<typeof updateGroupCodec>

export const updateGroupCodec = commandCodec('UpdateGroup', {
  groupId: groupIdCodec,
  name: titleCodec(64),
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideUpdateGroup = (
  { groupId, name, byUserId, atEpochMs }: UpdateGroup,
  state: ExistingMesh,
): Decision => {
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return refuse(forbidden)
  const group = largeMapGet(state.groups, groupId)
  if (group === undefined) return refuse({ code: 'group-unknown', groupId })
  if (group.name === name) return alreadySo
  const problem = groupNameProblem(state, groupId, name)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'GroupUpdated', atEpochMs, groupId, name }])
}
