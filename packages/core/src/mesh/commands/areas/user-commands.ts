/** Commands about users, groups, API tokens: a line in each table for each of them. */
import { type AddGroup, addGroupCodec, decideAddGroup } from '../add-group.js'
import { type AddUser, addUserCodec, decideAddUser } from '../add-user.js'
import { type ChangeGroupMembers, changeGroupMembersCodec, decideChangeGroupMembers } from '../change-group-members.js'
import { type CreateApiToken, createApiTokenCodec, decideCreateApiToken } from '../create-api-token.js'
import { decideRemoveGroup, type RemoveGroup, removeGroupCodec } from '../remove-group.js'
import { decideRemoveUser, type RemoveUser, removeUserCodec } from '../remove-user.js'
import { decideRevokeApiToken, type RevokeApiToken, revokeApiTokenCodec } from '../revoke-api-token.js'
import { decideUpdateGroup, type UpdateGroup, updateGroupCodec } from '../update-group.js'
import { decideUpdateUser, type UpdateUser, updateUserCodec } from '../update-user.js'
import type { CommandTables } from './command-tables.js'

/** Commands about users, groups and API tokens. */
export type UserCommand =
  | AddGroup
  | AddUser
  | ChangeGroupMembers
  | CreateApiToken
  | RemoveGroup
  | RemoveUser
  | RevokeApiToken
  | UpdateGroup
  | UpdateUser

export const userCommands: CommandTables<UserCommand> = {
  codecs: {
    AddGroup: addGroupCodec,
    AddUser: addUserCodec,
    ChangeGroupMembers: changeGroupMembersCodec,
    CreateApiToken: createApiTokenCodec,
    RemoveGroup: removeGroupCodec,
    RemoveUser: removeUserCodec,
    RevokeApiToken: revokeApiTokenCodec,
    UpdateGroup: updateGroupCodec,
    UpdateUser: updateUserCodec,
  },
  rules: {
    AddGroup: decideAddGroup,
    AddUser: decideAddUser,
    ChangeGroupMembers: decideChangeGroupMembers,
    CreateApiToken: decideCreateApiToken,
    RemoveGroup: decideRemoveGroup,
    RemoveUser: decideRemoveUser,
    RevokeApiToken: decideRevokeApiToken,
    UpdateGroup: decideUpdateGroup,
    UpdateUser: decideUpdateUser,
  },
}
