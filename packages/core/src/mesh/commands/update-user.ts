import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { networkIdCodec, userIdCodec } from '../../values/index.js'
import { orNull, shortList } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { userContentEq } from '../mesh-equality.js'
import type { MeshError } from '../mesh-error.js'
import type { User } from '../mesh-state.js'
import { hasOwnNetworks } from '../roles.js'
import { maxUserNetworks, roleCodec, signInCodec } from '../user-parts.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import {
  lastOwnerProblem,
  managerProblem,
  rankProblem,
  roleProblem,
  signInProblem,
  userNetworksProblem,
} from './user-rules.js'

/**
 * Change what a user may do or how it signs in (G2). What is left out stays; the login stays for ever. Everybody may change what
 * they themselves are called, and nothing else of themselves but those who manage users.
 */
export type UpdateUser = t.TypeOf<typeof updateUserCodec>

export const updateUserCodec = commandCodec(
  'UpdateUser',
  {
    userId: userIdCodec,
    /** Who asks; `null`: the mesh's administrator token, or the system. */
    byUserId: orNull(userIdCodec),
  },
  {
    displayName: titleCodec(100),
    role: roleCodec,
    /** Left out with a role that has all networks: none by name. */
    networkIds: shortList(networkIdCodec, maxUserNetworks),
    signIn: signInCodec,
    /** A disabled user doesn't sign in, and its tokens let nobody in. */
    disabled: t.boolean,
  },
)

export const decideUpdateUser = (command: UpdateUser, state: ExistingMesh): Decision => {
  const { atEpochMs, userId } = command
  const user = largeMapGet(state.users, userId)
  const forbidden = mayUpdateProblem(command, user, state)
  if (forbidden !== undefined) return refuse(forbidden)
  if (user === undefined) return refuse({ code: 'user-unknown', userId })
  const wanted = wantedContent(command, user)
  if (userContentEq.equals(user, wanted)) return alreadySo
  const problem = userNetworksProblem(state, wanted) ?? signInProblem(state, { ...user, signIn: wanted.signIn })
  if (problem !== undefined) return refuse(problem)
  const lastOwner = wanted.role === 'owner' && !wanted.disabled ? undefined : lastOwnerProblem(state, user)
  if (lastOwner !== undefined) return refuse(lastOwner)
  return E.right([{ type: 'UserUpdated', atEpochMs, userId, ...wanted }])
}

const mayUpdateProblem = (command: UpdateUser, user: User | undefined, state: ExistingMesh): MeshError | undefined => {
  const { byUserId, userId, role, networkIds, signIn, disabled } = command
  const isOwnName = [role, networkIds, signIn, disabled].every((change) => change === undefined) && byUserId === userId
  if (isOwnName && user !== undefined && !user.disabled) return undefined
  return (
    managerProblem(state, byUserId) ??
    (user === undefined ? undefined : rankProblem(state, byUserId, user)) ??
    (role === undefined ? undefined : roleProblem(state, byUserId, role))
  )
}

type UserContent = Pick<User, 'displayName' | 'role' | 'networkIds' | 'signIn' | 'disabled'>

const wantedContent = (command: UpdateUser, user: User): UserContent => {
  const role = command.role ?? user.role
  const networkIds = command.networkIds ?? (hasOwnNetworks(role) ? user.networkIds : [])
  return {
    displayName: command.displayName ?? user.displayName,
    role,
    networkIds: [...new Set(networkIds)].sort(),
    signIn: command.signIn ?? user.signIn,
    disabled: command.disabled ?? user.disabled,
  }
}
