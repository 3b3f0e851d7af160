import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { groupIdCodec, type UserId, userIdCodec } from '../../values/index.js'
import { orNull, shortList } from '../event-parts.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { maxGroupChange } from '../user-parts.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { managerProblem } from './user-rules.js'

/** Put users into a group and take others out of it (G2); all of them or none. `[]` when it is so. */
export type ChangeGroupMembers = t.TypeOf<typeof changeGroupMembersCodec>

export const changeGroupMembersCodec = commandCodec('ChangeGroupMembers', {
  groupId: groupIdCodec,
  add: shortList(userIdCodec, maxGroupChange),
  remove: shortList(userIdCodec, maxGroupChange),
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideChangeGroupMembers = (command: ChangeGroupMembers, state: ExistingMesh): Decision => {
  const { groupId, byUserId, atEpochMs } = command
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return refuse(forbidden)
  if (!largeMapHas(state.groups, groupId)) return refuse({ code: 'group-unknown', groupId })
  const unknown = command.add.find((userId) => !largeMapHas(state.users, userId))
  if (unknown !== undefined) return refuse({ code: 'user-unknown', userId: unknown })
  const leaving = new Set(command.remove)
  const both = command.add.find((userId) => leaving.has(userId))
  if (both !== undefined) return refuse({ code: 'group-change-contradicts', userId: both })
  const isMember = (userId: UserId) => largeMapGet(state.users, userId)?.groupIds.includes(groupId) ?? false
  const add = [...new Set(command.add)].filter((userId) => !isMember(userId)).sort()
  const remove = [...leaving].filter(isMember).sort()
  if (add.length === 0 && remove.length === 0) return alreadySo
  return E.right([{ type: 'GroupMembersChanged', atEpochMs, groupId, add, remove }])
}
