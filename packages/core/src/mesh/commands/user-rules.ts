/** What holds of everybody who changes users, and of every user (G2). */
import type { UserId } from '../../values/index.js'
import { largeMapGet, largeMapHas, largeMapValues } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Role, User } from '../mesh-state.js'
import { hasOwnNetworks, isAbove, mayDo } from '../roles.js'
import { foldedName, userIdentityKey } from '../user-keys.js'
import type { ExistingMesh } from './decision.js'

/** Why somebody may not manage users and groups. `null` is the mesh's administrator token, or the system. */
export const managerProblem = (state: ExistingMesh, byUserId: UserId | null): MeshError | undefined =>
  byUserId === null || mayDo(state, byUserId, 'manage-users', null)
    ? undefined
    : { code: 'actor-not-allowed', byUserId, action: 'manage-users' }

/** Why somebody may not change this user: it is above them. */
export const rankProblem = (state: ExistingMesh, byUserId: UserId | null, user: User): MeshError | undefined => {
  const ownRole = roleOf(state, byUserId)
  if (ownRole === null || !isAbove(user.role, ownRole)) return undefined
  return { code: 'user-above-own', userId: user.userId, login: user.login, role: user.role, ownRole }
}

/** Why somebody may not give this role: it is above their own, which is how nobody raises themselves either. */
export const roleProblem = (state: ExistingMesh, byUserId: UserId | null, role: Role): MeshError | undefined => {
  const ownRole = roleOf(state, byUserId)
  return ownRole === null || !isAbove(role, ownRole) ? undefined : { code: 'role-above-own', role, ownRole }
}

const roleOf = (state: ExistingMesh, userId: UserId | null): Role | null =>
  userId === null ? null : (largeMapGet(state.users, userId)?.role ?? 'user')

/** Why a user can't have these networks. */
export const userNetworksProblem = (
  state: ExistingMesh,
  { role, networkIds }: Pick<User, 'role' | 'networkIds'>,
): MeshError | undefined => {
  if (networkIds.length > 0 && !hasOwnNetworks(role)) return { code: 'role-has-all-networks', role }
  const unknown = networkIds.find((networkId) => !largeMapHas(state.networks, networkId))
  return unknown === undefined ? undefined : { code: 'network-unknown', networkId: unknown }
}

/** Why a user can't have this login or identity: somebody else has. */
export const signInProblem = (
  state: ExistingMesh,
  { userId, login, signIn }: Pick<User, 'userId' | 'login' | 'signIn'>,
): MeshError | undefined => {
  const namesakeId = largeMapGet(state.indexes.userIdsByLogin, foldedName(login))
  if (namesakeId !== undefined && namesakeId !== userId) return { code: 'login-taken', login, userId: namesakeId }
  if (signIn.kind === 'password') return undefined
  const { issuer, subject } = signIn
  const holderId = largeMapGet(state.indexes.userIdsByIdentity, userIdentityKey(issuer, subject))
  return holderId === undefined || holderId === userId
    ? undefined
    : { code: 'identity-taken', issuer, subject, userId: holderId }
}

/** Why a user can't cease to be an owner: no other one could sign in. */
export const lastOwnerProblem = (state: ExistingMesh, { userId, login }: User): MeshError | undefined => {
  const isOwner = (user: User | undefined) => user?.role === 'owner' && !user.disabled
  if (!isOwner(largeMapGet(state.users, userId))) return undefined
  for (const other of largeMapValues(state.users)) if (other.userId !== userId && isOwner(other)) return undefined
  return { code: 'last-owner', userId, login }
}
