/** What holds of users, groups, API tokens and owners: ids, keys to find them by, and ties that both sides know of. */
import type { ApiTokenId, GroupId, HostId, UserId } from '../../values/index.js'
import { maxTags } from '../event-parts.js'
import { largeMapGet, largeMapHas, largeMapValues } from '../large-map.js'
import type { ApiToken, Group, MeshState, User } from '../mesh-state.js'
import { hasOwnNetworks } from '../roles.js'
import { foldedName, userIdentityKey } from '../user-keys.js'
import { breach, duplicates, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const userBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const users = [...largeMapValues(state.users)]
  const groups = [...largeMapValues(state.groups)]
  const tokens = [...largeMapValues(state.apiTokens)]
  return [
    ...indexBreaches('users', state.users, new Map<UserId, User>(users.map((user) => [user.userId, user]))),
    ...indexBreaches('groups', state.groups, new Map<GroupId, Group>(groups.map((group) => [group.groupId, group]))),
    ...indexBreaches(
      'api-tokens',
      state.apiTokens,
      new Map<ApiTokenId, ApiToken>(tokens.map((token) => [token.apiTokenId, token])),
    ),
    ...keyBreaches(state, users, groups, tokens),
    ...users.flatMap((user) => networksOfUserBreaches(state, user)),
    ...membershipBreaches(users, groups),
    ...tokens
      .filter(({ userId }) => !largeMapHas(state.users, userId))
      .map(({ apiTokenId }) => breach('token-has-user', apiTokenId)),
    ...ownerBreaches(state),
    ...tagBreaches(state),
  ]
}

const keyBreaches = (
  { indexes }: MeshState,
  users: readonly User[],
  groups: readonly Group[],
  tokens: readonly ApiToken[],
): readonly InvariantBreach[] => {
  const logins = users.map(({ login, userId }) => [foldedName(login), userId] as const)
  const identities = users.flatMap(({ signIn, userId }) =>
    signIn.kind === 'oidc' ? [[userIdentityKey(signIn.issuer, signIn.subject), userId] as const] : [],
  )
  const names = groups.map(({ name, groupId }) => [foldedName(name), groupId] as const)
  const hashes = tokens.map(({ secretHash, apiTokenId }) => [secretHash, apiTokenId] as const)
  return [
    ...duplicates('login-unique', logins),
    ...indexBreaches('users-by-login', indexes.userIdsByLogin, new Map<string, UserId>(logins)),
    ...duplicates('identity-unique', identities),
    ...indexBreaches('users-by-identity', indexes.userIdsByIdentity, new Map<string, UserId>(identities)),
    ...duplicates('group-name-unique', names),
    ...indexBreaches('groups-by-name', indexes.groupIdsByName, new Map<string, GroupId>(names)),
    ...duplicates('token-hash-unique', hashes),
    ...indexBreaches('tokens-by-hash', indexes.apiTokenIdsByHash, new Map<string, ApiTokenId>(hashes)),
  ]
}

const networksOfUserBreaches = (state: MeshState, user: User): readonly InvariantBreach[] => {
  const { userId, role, networkIds } = user
  return [
    ...(networkIds.length > 0 && !hasOwnNetworks(role) ? [breach('role-has-all-networks', `${userId}: ${role}`)] : []),
    ...unsortedBreaches('networks-of-user', userId, networkIds),
    ...networkIds
      .filter((networkId) => !largeMapHas(state.networks, networkId))
      .map((networkId) => breach('user-network-is-there', `${networkId} of ${userId}`)),
  ]
}

/** Who is in which group, told by users and by groups, is the same. */
const membershipBreaches = (users: readonly User[], groups: readonly Group[]): readonly InvariantBreach[] => {
  const told = (pairs: readonly (readonly [string, string])[]) => pairs.map((pair) => pair.join(' in ')).sort()
  const byUsers = told(users.flatMap(({ userId, groupIds }) => groupIds.map((groupId) => [userId, groupId] as const)))
  const byGroups = told(groups.flatMap(({ groupId, userIds }) => userIds.map((userId) => [userId, groupId] as const)))
  return [
    ...(sameContent(byUsers, byGroups) ? [] : [breach('group-members', `${byUsers} instead of ${byGroups}`)]),
    ...users.flatMap(({ userId, groupIds }) => unsortedBreaches('groups-of-user', userId, groupIds)),
    ...groups.flatMap(({ groupId, userIds }) => unsortedBreaches('users-of-group', groupId, userIds)),
  ]
}

const ownerBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const hostIdsByOwner = new Map<UserId, HostId[]>()
  const ownerless: InvariantBreach[] = []
  for (const { hostId, ownerUserId } of largeMapValues(state.hosts)) {
    if (ownerUserId === null) continue
    hostIdsByOwner.set(ownerUserId, [...(hostIdsByOwner.get(ownerUserId) ?? []), hostId].sort())
    if (largeMapGet(state.users, ownerUserId) === undefined)
      ownerless.push(breach('owner-is-there', `${ownerUserId} of ${hostId}`))
  }
  return [...ownerless, ...indexBreaches('hosts-by-owner', state.indexes.hostIdsByOwner, hostIdsByOwner)]
}

const tagBreaches = (state: MeshState): readonly InvariantBreach[] =>
  [
    ...[...largeMapValues(state.nodes)].map(({ nodeId, tags }) => [nodeId, tags] as const),
    ...[...largeMapValues(state.clients)].map(({ clientId, tags }) => [clientId, tags] as const),
  ].flatMap(([memberId, tags]) => [
    ...unsortedBreaches('tags', memberId, tags),
    ...(tags.length > maxTags ? [breach('too-many-tags', memberId)] : []),
  ])

const unsortedBreaches = (invariant: string, owner: string, ids: readonly string[]): readonly InvariantBreach[] =>
  sameContent(ids, [...new Set(ids)].sort())
    ? []
    : [breach(invariant, `${ids} of ${owner} are not sorted, or not once each`)]
