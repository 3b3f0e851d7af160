/** Events of users, groups, API tokens: a line in each table for each of them. */
import { type ApiTokenCreated, apiTokenCreatedCodec, evolveApiTokenCreated } from '../events/api-token-created.js'
import { type ApiTokenRevoked, apiTokenRevokedCodec, evolveApiTokenRevoked } from '../events/api-token-revoked.js'
import { evolveGroupAdded, type GroupAdded, groupAddedCodec } from '../events/group-added.js'
import {
  evolveGroupMembersChanged,
  type GroupMembersChanged,
  groupMembersChangedCodec,
} from '../events/group-members-changed.js'
import { evolveGroupRemoved, type GroupRemoved, groupRemovedCodec } from '../events/group-removed.js'
import { evolveGroupUpdated, type GroupUpdated, groupUpdatedCodec } from '../events/group-updated.js'
import { evolveUserAdded, type UserAdded, userAddedCodec } from '../events/user-added.js'
import { evolveUserRemoved, type UserRemoved, userRemovedCodec } from '../events/user-removed.js'
import { evolveUserUpdated, type UserUpdated, userUpdatedCodec } from '../events/user-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of users, groups and API tokens. */
export type UserEvent =
  | ApiTokenCreated
  | ApiTokenRevoked
  | GroupAdded
  | GroupMembersChanged
  | GroupRemoved
  | GroupUpdated
  | UserAdded
  | UserRemoved
  | UserUpdated

export const userEvents: EventTables<UserEvent> = {
  recipes: {
    ApiTokenCreated: evolveApiTokenCreated,
    ApiTokenRevoked: evolveApiTokenRevoked,
    GroupAdded: evolveGroupAdded,
    GroupMembersChanged: evolveGroupMembersChanged,
    GroupRemoved: evolveGroupRemoved,
    GroupUpdated: evolveGroupUpdated,
    UserAdded: evolveUserAdded,
    UserRemoved: evolveUserRemoved,
    UserUpdated: evolveUserUpdated,
  },
  codecs: {
    ApiTokenCreated: apiTokenCreatedCodec,
    ApiTokenRevoked: apiTokenRevokedCodec,
    GroupAdded: groupAddedCodec,
    GroupMembersChanged: groupMembersChangedCodec,
    GroupRemoved: groupRemovedCodec,
    GroupUpdated: groupUpdatedCodec,
    UserAdded: userAddedCodec,
    UserRemoved: userRemovedCodec,
    UserUpdated: userUpdatedCodec,
  },
  versions: {
    ApiTokenCreated: 1,
    ApiTokenRevoked: 1,
    GroupAdded: 1,
    GroupMembersChanged: 1,
    GroupRemoved: 1,
    GroupUpdated: 1,
    UserAdded: 1,
    UserRemoved: 1,
    UserUpdated: 1,
  },
}
