import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec, userIdCodec } from '../../values/index.js'
import { shortList, shortText } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'
import { addUserKeys, removeUserKeys } from '../user-keys.js'
import { maxUserNetworks, roleCodec, signInCodec } from '../user-parts.js'

/** What a user may do, or how it signs in, changed; carries all of it. Login, groups and devices stay. */
export type UserUpdated = t.TypeOf<typeof userUpdatedCodec>

export const userUpdatedCodec = t.type(
  {
    type: t.literal('UserUpdated'),
    atEpochMs: epochMsCodec,
    userId: userIdCodec,
    displayName: shortText(100),
    role: roleCodec,
    networkIds: shortList(networkIdCodec, maxUserNetworks),
    signIn: signInCodec,
    /** Doesn't sign in, and its tokens let nobody in, until it is enabled again. Its devices stay connected. */
    disabled: t.boolean,
  },
  'UserUpdated',
)

export const evolveUserUpdated = (draft: MeshDraft, event: UserUpdated): void => {
  const user = largeMapGet(draft.users, event.userId)
  if (user === undefined) return
  removeUserKeys(draft, user)
  user.displayName = event.displayName
  user.role = event.role
  user.networkIds = castDraft(event.networkIds)
  user.signIn = castDraft(event.signIn)
  user.disabled = event.disabled
  addUserKeys(draft, user)
}
