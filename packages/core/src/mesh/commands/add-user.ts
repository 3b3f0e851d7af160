import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { networkIdCodec, userIdCodec } from '../../values/index.js'
import { orNull, shortList } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { userContentEq } from '../mesh-equality.js'
import { maxUserNetworks, roleCodec, signInCodec } from '../user-parts.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { managerProblem, roleProblem, signInProblem, userNetworksProblem } from './user-rules.js'

/** Let a person sign in (G2). `[]` when that user is there with the same content. */
export type AddUser = t.TypeOf<typeof addUserCodec>

export const addUserCodec = commandCodec(
  'AddUser',
  {
    /** Fresh. */
    userId: fresh(userIdCodec),
    /** Unique, whatever its capitals. */
    login: titleCodec(100),
    displayName: titleCodec(100),
    role: roleCodec,
    signIn: signInCodec,
    /** Who asks; `null`: the mesh's administrator token, or the system. */
    byUserId: orNull(userIdCodec),
  },
  {
    /** Networks that a `network-admin` administers, or a `user` may use; none when left out. Other roles have all. */
    networkIds: shortList(networkIdCodec, maxUserNetworks),
  },
)

export const decideAddUser = (command: AddUser, state: ExistingMesh): Decision => {
  const { atEpochMs, byUserId, userId, login, displayName, role, signIn } = command
  const networkIds = [...new Set(command.networkIds ?? [])].sort()
  const facts = { userId, login, displayName, role, networkIds, signIn }
  const forbidden = managerProblem(state, byUserId) ?? roleProblem(state, byUserId, role)
  if (forbidden !== undefined) return refuse(forbidden)
  const present = largeMapGet(state.users, userId)
  if (present?.login === login && userContentEq.equals(present, { ...facts, disabled: false })) return alreadySo
  if (present !== undefined) return refuse({ code: 'user-id-taken', userId, login: present.login })
  const problem = signInProblem(state, facts) ?? userNetworksProblem(state, facts)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'UserAdded', atEpochMs, ...facts }])
}
