import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { removeHost } from './leave-rules.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'
import { lastOwnerProblem, managerProblem, rankProblem } from './user-rules.js'

/** Take a person out of the mesh (G2): its devices go along, its other hosts stay and are nobody's. */
export type RemoveUser = t.TypeOf<typeof removeUserCodec>

export const removeUserCodec = commandCodec('RemoveUser', {
  userId: userIdCodec,
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideRemoveUser = ({ userId, byUserId, atEpochMs }: RemoveUser, state: ExistingMesh): Decision => {
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return refuse(forbidden)
  const user = largeMapGet(state.users, userId)
  if (user === undefined) return refuse({ code: 'user-unknown', userId })
  const problem = rankProblem(state, byUserId, user) ?? lastOwnerProblem(state, user)
  if (problem !== undefined) return refuse(problem)
  const unfolding = unfoldFrom(state)
  for (const hostId of largeMapGet(state.indexes.hostIdsByOwner, userId) ?? [])
    if (largeMapGet(state.hosts, hostId)?.deviceId != null) removeHost(unfolding, hostId, atEpochMs)
  emitConsequences({ kind: 'user', userId, atEpochMs }, unfolding)
  unfolding.emit({ type: 'UserRemoved', atEpochMs, userId })
  return E.right(unfolding.events())
}
