/** What happened to users, groups, API tokens, in English. */

import type { User } from '../mesh-state.js'
import type { Names } from '../names-in.js'
import type { EventLines } from './event-lines.js'
import type { UserEvent } from './user-events.js'

export const userLines: EventLines<UserEvent> = {
  UserAdded: (e, name) => `User "${e.login}" (${e.userId}) was added: ${rightsText(e, name)}`,
  UserUpdated: (e, name) =>
    `User ${name.user(e.userId)} is now: ${rightsText(e, name)}, called "${e.displayName}"${e.disabled ? ', disabled' : ''}`,
  UserRemoved: (e, name) => `User ${name.user(e.userId)} was removed`,
  GroupAdded: (e) => `Group "${e.name}" (${e.groupId}) was added`,
  GroupUpdated: (e, name) => `Group ${name.group(e.groupId)} is called "${e.name}" from now on`,
  GroupMembersChanged: (e, name) => {
    const changes = [usersText('gained', e.add, name), usersText('lost', e.remove, name)]
    return `Group ${name.group(e.groupId)} ${changes.filter((change) => change !== '').join(' and ')}`
  },
  GroupRemoved: (e, name) => `Group ${name.group(e.groupId)} was removed`,
  ApiTokenCreated: (e, name) =>
    `API token "${e.name}" (${e.apiTokenId}) of user ${name.user(e.userId)} was created, to ${e.scope}`,
  ApiTokenRevoked: (e, name) => `API token ${name.apiToken(e.apiTokenId)} was revoked`,
}

const rightsText = ({ role, networkIds, signIn }: Pick<User, 'role' | 'networkIds' | 'signIn'>, name: Names): string =>
  [
    role,
    ...(networkIds.length === 0 ? [] : [`of ${firstFew(networkIds, name.network)}`]),
    signIn.kind === 'password' ? 'by password' : `by ${signIn.issuer}`,
  ].join(', ')

const usersText = (verb: string, userIds: readonly User['userId'][], name: Names): string =>
  userIds.length === 0 ? '' : `${verb} ${firstFew(userIds, name.user)}`

const shown = 5

/** A line stays one that can be read: the first ones, and how many more. */
const firstFew = <A>(items: readonly A[], nameOf: (item: A) => string): string =>
  items.slice(0, shown).map(nameOf).join(', ') + (items.length > shown ? ` and ${items.length - shown} more` : '')
