import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec, userIdCodec } from '../../values/index.js'
import { shortList, shortText } from '../event-parts.js'
import { largeMapSet } from '../large-map.js'
import type { MeshDraft, User } from '../mesh-state.js'
import { addUserKeys } from '../user-keys.js'
import { maxUserNetworks, roleCodec, signInCodec } from '../user-parts.js'

/** A person may sign in. No password is here, nor its hash: the server's vault has it. */
export type UserAdded = t.TypeOf<typeof userAddedCodec>

export const userAddedCodec = t.type(
  {
    type: t.literal('UserAdded'),
    atEpochMs: epochMsCodec,
    userId: userIdCodec,
    login: shortText(100),
    displayName: shortText(100),
    role: roleCodec,
    networkIds: shortList(networkIdCodec, maxUserNetworks),
    signIn: signInCodec,
  },
  'UserAdded',
)

export const evolveUserAdded = (draft: MeshDraft, event: UserAdded): void => {
  const { type: _type, atEpochMs, ...facts } = event
  const user: User = { ...facts, createdAtEpochMs: atEpochMs, groupIds: [], disabled: false }
  largeMapSet(draft.users, event.userId, castDraft(user))
  addUserKeys(draft, user)
}
