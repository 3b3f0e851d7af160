/** Why commands about users, groups, API tokens are refused: data here, and each one's English below. */
import type { ApiTokenId, GroupId, HostId, HostName, UserId } from '../../values/index.js'
import type { Role } from '../mesh-state.js'
import type { MeshAction } from '../roles.js'
import type { RefusalTexts } from './refusal-texts.js'

/** Why commands about users, groups and API tokens are refused. */
export type UserError =
  /** Who asks is unknown, disabled, or of a role that may not do it (G2). */
  | { readonly code: 'actor-not-allowed'; readonly byUserId: UserId; readonly action: MeshAction }
  /** Nobody gives a role above their own, themselves included. */
  | { readonly code: 'role-above-own'; readonly role: Role; readonly ownRole: Role }
  /** An admin can't change an owner. */
  | {
      readonly code: 'user-above-own'
      readonly userId: UserId
      readonly login: string
      readonly role: Role
      readonly ownRole: Role
    }
  /** No other owner is left who could sign in. */
  | { readonly code: 'last-owner'; readonly userId: UserId; readonly login: string }
  | { readonly code: 'user-unknown'; readonly userId: UserId }
  /** The id belongs to a user with other content. */
  | { readonly code: 'user-id-taken'; readonly userId: UserId; readonly login: string }
  | { readonly code: 'login-taken'; readonly login: string; readonly userId: UserId }
  /** Issuer and subject are the identity; another user has it. */
  | { readonly code: 'identity-taken'; readonly issuer: string; readonly subject: string; readonly userId: UserId }
  /** Networks were named for a role that has all of them. */
  | { readonly code: 'role-has-all-networks'; readonly role: Role }
  | { readonly code: 'group-unknown'; readonly groupId: GroupId }
  | { readonly code: 'group-id-taken'; readonly groupId: GroupId; readonly name: string }
  | { readonly code: 'group-name-taken'; readonly name: string; readonly groupId: GroupId }
  /** Both to be added and to be removed. */
  | { readonly code: 'group-change-contradicts'; readonly userId: UserId }
  | { readonly code: 'api-token-unknown'; readonly apiTokenId: ApiTokenId }
  | { readonly code: 'api-token-id-taken'; readonly apiTokenId: ApiTokenId; readonly name: string }
  /** Another token has the secret; which one is nobody's business. */
  | { readonly code: 'api-token-secret-taken' }
  /** A device is its user's who connected it (F6). */
  | { readonly code: 'host-is-device'; readonly hostId: HostId; readonly name: HostName }

export const userRefusals: RefusalTexts<UserError> = {
  'actor-not-allowed': ({ byUserId, action }, names) =>
    `User ${names.user(byUserId)} may not ${actionText[action]}. Ask an owner or an admin.`,
  'role-above-own': ({ role, ownRole }) =>
    `${capital(article(ownRole))} can't give the role ${role}, which is above their own. Ask an owner, or choose another role.`,
  'user-above-own': ({ login, role, ownRole }) =>
    `User "${login}" is ${article(role)}, and ${article(ownRole)} can't change that user. Ask an owner.`,
  'last-owner': ({ login }) => `User "${login}" is the last owner that can sign in. Make another user owner first.`,
  'user-unknown': ({ userId }) => `There is no user ${userId}. List the users to find the right id.`,
  'user-id-taken': ({ userId, login }) =>
    `The id ${userId} is user "${login}" already, with other content. Update that user, or take a fresh id.`,
  'login-taken': ({ login }) => `There is a user "${login}" already, perhaps in other capitals. Choose another login.`,
  'identity-taken': ({ issuer, userId }, names) =>
    `User ${names.user(userId)} signs in with that identity of ${issuer} already. Use that user, or give the right subject.`,
  'role-has-all-networks': ({ role }) =>
    `${capital(article(role))} has all networks, so none can be named. Leave them out, or choose the role network-admin or user.`,
  'group-unknown': ({ groupId }) => `There is no group ${groupId}. List the groups to find the right id.`,
  'group-id-taken': ({ groupId, name }) =>
    `The id ${groupId} is group "${name}" already. Update that group, or take a fresh id.`,
  'group-name-taken': ({ name }) =>
    `There is a group "${name}" already, perhaps in other capitals. Choose another name.`,
  'group-change-contradicts': ({ userId }, names) =>
    `User ${names.user(userId)} is to be added and removed at once. Name each user in one of the two lists.`,
  'api-token-unknown': ({ apiTokenId }) =>
    `There is no API token ${apiTokenId}, or it was revoked. List the tokens to find the right id.`,
  'api-token-id-taken': ({ apiTokenId, name }) =>
    `The id ${apiTokenId} is API token "${name}" already, with other content. Take a fresh id.`,
  'api-token-secret-taken': () => 'Another API token has that secret. Make a new random one.',
  'host-is-device': ({ name }) =>
    `Host "${name}" is a device that its user connected, and stays that user's. Remove it instead, and let the other user connect it.`,
}

const actionText: { readonly [A in MeshAction]: string } = {
  read: 'see that',
  'change-network': 'change that network',
  'change-mesh': 'change what is beyond one network',
  'manage-users': 'manage users, groups or the tokens of others',
  'connect-devices': 'connect devices there',
}

const article = (role: Role): string =>
  `${role === 'owner' || role === 'admin' || role === 'auditor' ? 'an' : 'a'} ${role}`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
