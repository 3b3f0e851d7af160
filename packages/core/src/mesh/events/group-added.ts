import * as t from 'io-ts'
import { epochMsCodec, groupIdCodec } from '../../values/index.js'
import { shortText } from '../event-parts.js'
import { largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { foldedName } from '../user-keys.js'

/** A group of users begins, without members. */
export type GroupAdded = t.TypeOf<typeof groupAddedCodec>

export const groupAddedCodec = t.type(
  { type: t.literal('GroupAdded'), atEpochMs: epochMsCodec, groupId: groupIdCodec, name: shortText(64) },
  'GroupAdded',
)

export const evolveGroupAdded = (draft: MeshDraft, { groupId, name }: GroupAdded): void => {
  largeMapSet(draft.groups, groupId, { groupId, name, userIds: [] })
  largeMapSet(draft.indexes.groupIdsByName, foldedName(name), groupId)
}
