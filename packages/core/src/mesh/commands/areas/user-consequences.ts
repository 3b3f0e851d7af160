import type { GroupId, UserId } from '../../../values/index.js'
import { largeMapGet, largeMapValues } from '../../large-map.js'
import { maxGroupChange } from '../../user-parts.js'
import type { AreaConsequences } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/** Users lose what they had of the removed; a user's and a group's own ties end. */
export const userConsequences: AreaConsequences = (removal, unfolding) => {
  const { atEpochMs } = removal
  if (removal.kind === 'user') endUser(removal.userId, atEpochMs, unfolding)
  if (removal.kind === 'group') endMemberships(removal.groupId, atEpochMs, unfolding)
  if (removal.kind !== 'network') return
  const { networkId } = removal
  // Somebody may make a network of the same id one day: its users shall not be those of this one.
  for (const user of [...largeMapValues(unfolding.state().users)].sort(byId)) {
    if (!user.networkIds.includes(networkId)) continue
    const { userId, displayName, role, signIn, disabled } = user
    const networkIds = user.networkIds.filter((other) => other !== networkId)
    unfolding.emit({ type: 'UserUpdated', atEpochMs, userId, displayName, role, networkIds, signIn, disabled })
  }
}

type Time = Parameters<AreaConsequences>[0]['atEpochMs']

/** Tokens first: from here on nobody acts as this user. Devices of the user went before; hosts that are left stay. */
const endUser = (userId: UserId, atEpochMs: Time, unfolding: Unfolding): void => {
  const state = unfolding.state()
  const tokens = [...largeMapValues(state.apiTokens)].filter((token) => token.userId === userId)
  for (const apiTokenId of tokens.map((token) => token.apiTokenId).sort())
    unfolding.emit({ type: 'ApiTokenRevoked', atEpochMs, apiTokenId })
  for (const groupId of largeMapGet(state.users, userId)?.groupIds ?? [])
    unfolding.emit({ type: 'GroupMembersChanged', atEpochMs, groupId, add: [], remove: [userId] })
  for (const hostId of largeMapGet(state.indexes.hostIdsByOwner, userId) ?? [])
    unfolding.emit({ type: 'HostOwnerChanged', atEpochMs, hostId, userId: null })
}

/** In as many events as their bound asks for. */
const endMemberships = (groupId: GroupId, atEpochMs: Time, unfolding: Unfolding): void => {
  const userIds = largeMapGet(unfolding.state().groups, groupId)?.userIds ?? []
  for (let at = 0; at < userIds.length; at += maxGroupChange) {
    const remove = userIds.slice(at, at + maxGroupChange)
    unfolding.emit({ type: 'GroupMembersChanged', atEpochMs, groupId, add: [], remove })
  }
}

const byId = (one: { readonly userId: UserId }, other: { readonly userId: UserId }): number =>
  one.userId < other.userId ? -1 : 1
