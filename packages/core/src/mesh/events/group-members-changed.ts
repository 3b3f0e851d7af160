import * as t from 'io-ts'
import { epochMsCodec, groupIdCodec, userIdCodec } from '../../values/index.js'
import { shortList } from '../event-parts.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { refreshMembersOfUser } from '../members.js'
import type { MeshDraft } from '../mesh-state.js'
import { sortedWith, sortedWithout } from '../sorted-ids.js'
import { maxGroupChange } from '../user-parts.js'

/** Users came into a group and went out of it; the others stay. Carries differences: a group may have thousands of members. */
export type GroupMembersChanged = t.TypeOf<typeof groupMembersChangedCodec>

export const groupMembersChangedCodec = t.type(
  {
    type: t.literal('GroupMembersChanged'),
    atEpochMs: epochMsCodec,
    groupId: groupIdCodec,
    /** Users that are there and were not in the group. */
    add: shortList(userIdCodec, maxGroupChange),
    /** Users that were in the group. */
    remove: shortList(userIdCodec, maxGroupChange),
  },
  'GroupMembersChanged',
)

export const evolveGroupMembersChanged = (draft: MeshDraft, { groupId, add, remove }: GroupMembersChanged): void => {
  const group = largeMapGet(draft.groups, groupId)
  if (group === undefined) return
  const known = add.filter((userId) => largeMapHas(draft.users, userId))
  group.userIds = sortedWith(sortedWithout(group.userIds, remove), known)
  for (const userId of remove) {
    const user = largeMapGet(draft.users, userId)
    if (user !== undefined) user.groupIds = sortedWithout(user.groupIds, [groupId])
  }
  for (const userId of known) {
    const user = largeMapGet(draft.users, userId)
    if (user !== undefined) user.groupIds = sortedWith(user.groupIds, [groupId])
  }
  for (const userId of [...remove, ...known]) refreshMembersOfUser(draft, userId)
}
