import * as t from 'io-ts'
import { epochMsCodec, userIdCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { removeUserKeys } from '../user-keys.js'

/** A person is gone. Its tokens, memberships and devices ended before, each with an event of its own. */
export type UserRemoved = t.TypeOf<typeof userRemovedCodec>

export const userRemovedCodec = t.type(
  { type: t.literal('UserRemoved'), atEpochMs: epochMsCodec, userId: userIdCodec },
  'UserRemoved',
)

export const evolveUserRemoved = (draft: MeshDraft, event: UserRemoved): void => {
  const user = largeMapGet(draft.users, event.userId)
  if (user === undefined) return
  removeUserKeys(draft, user)
  largeMapDelete(draft.users, event.userId)
}
