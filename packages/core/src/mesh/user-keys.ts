/** Under what users and groups are found in the indexes. */
import { largeMapDelete, largeMapSet } from './large-map.js'
import type { MeshDraft, User } from './mesh-state.js'

/** Logins and group names that differ in capitals only are one: nobody shall be taken for somebody else. */
export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase()

/** Who somebody is to an identity provider; whatever either text holds, two identities never get one key. */
export const userIdentityKey = (issuer: string, subject: string): string => JSON.stringify([issuer, subject])

/** To be called after a user came or changed how it signs in. */
export const addUserKeys = (draft: MeshDraft, { userId, login, signIn }: User): void => {
  largeMapSet(draft.indexes.userIdsByLogin, foldedName(login), userId)
  if (signIn.kind === 'oidc')
    largeMapSet(draft.indexes.userIdsByIdentity, userIdentityKey(signIn.issuer, signIn.subject), userId)
}

/** To be called before a user goes or changes how it signs in. */
export const removeUserKeys = (draft: MeshDraft, { login, signIn }: User): void => {
  largeMapDelete(draft.indexes.userIdsByLogin, foldedName(login))
  if (signIn.kind === 'oidc')
    largeMapDelete(draft.indexes.userIdsByIdentity, userIdentityKey(signIn.issuer, signIn.subject))
}
