import * as t from 'io-ts'
import { epochMsCodec, groupIdCodec } from '../../values/index.js'
import { shortText } from '../event-parts.js'
import { largeMapDelete, largeMapGet, largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { foldedName } from '../user-keys.js'

/** A group has another name from now on. Its members stay. */
export type GroupUpdated = t.TypeOf<typeof groupUpdatedCodec>

export const groupUpdatedCodec = t.type(
  { type: t.literal('GroupUpdated'), atEpochMs: epochMsCodec, groupId: groupIdCodec, name: shortText(64) },
  'GroupUpdated',
)

export const evolveGroupUpdated = (draft: MeshDraft, { groupId, name }: GroupUpdated): void => {
  const group = largeMapGet(draft.groups, groupId)
  if (group === undefined) return
  largeMapDelete(draft.indexes.groupIdsByName, foldedName(group.name))
  group.name = name
  largeMapSet(draft.indexes.groupIdsByName, foldedName(name), groupId)
}
