import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { groupIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { titleCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { groupNameProblem } from './group-rules.js'
import { managerProblem } from './user-rules.js'

/** Begin a group of users, empty (G2). `[]` when it is there with that name. */
export type AddGroup = t.TypeOf<typeof addGroupCodec>

export const addGroupCodec = commandCodec('AddGroup', {
  /** Fresh. */
  groupId: fresh(groupIdCodec),
  /** Unique, whatever its capitals. */
  name: titleCodec(64),
  /** Who asks; `null`: the mesh's administrator token, or the system. */
  byUserId: orNull(userIdCodec),
})

export const decideAddGroup = ({ groupId, name, byUserId, atEpochMs }: AddGroup, state: ExistingMesh): Decision => {
  const forbidden = managerProblem(state, byUserId)
  if (forbidden !== undefined) return refuse(forbidden)
  const present = largeMapGet(state.groups, groupId)
  if (present?.name === name) return alreadySo
  if (present !== undefined) return refuse({ code: 'group-id-taken', groupId, name: present.name })
  const problem = groupNameProblem(state, groupId, name)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'GroupAdded', atEpochMs, groupId, name }])
}
