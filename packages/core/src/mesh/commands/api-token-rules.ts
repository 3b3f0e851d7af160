import type { UserId } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { ExistingMesh } from './decision.js'
import { managerProblem, rankProblem } from './user-rules.js'

/** Why somebody may not make or revoke a user's tokens: everybody their own, those who manage users also others' not above them. */
export const tokenOwnerProblem = (
  state: ExistingMesh,
  byUserId: UserId | null,
  userId: UserId,
): MeshError | undefined => {
  const user = largeMapGet(state.users, userId)
  if (user !== undefined && byUserId === userId && !user.disabled) return undefined
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return forbidden
  return user === undefined ? { code: 'user-unknown', userId } : rankProblem(state, byUserId, user)
}
