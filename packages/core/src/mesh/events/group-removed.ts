import * as t from 'io-ts'
import { epochMsCodec, groupIdCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { foldedName } from '../user-keys.js'

/** A group is gone. Its members left it before, by `GroupMembersChanged`. */
export type GroupRemoved = t.TypeOf<typeof groupRemovedCodec>

export const groupRemovedCodec = t.type(
  { type: t.literal('GroupRemoved'), atEpochMs: epochMsCodec, groupId: groupIdCodec },
  'GroupRemoved',
)

export const evolveGroupRemoved = (draft: MeshDraft, { groupId }: GroupRemoved): void => {
  const group = largeMapGet(draft.groups, groupId)
  if (group === undefined) return
  largeMapDelete(draft.indexes.groupIdsByName, foldedName(group.name))
  largeMapDelete(draft.groups, groupId)
}
