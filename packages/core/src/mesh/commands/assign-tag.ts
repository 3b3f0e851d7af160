import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { memberIdCodec, tagNameCodec } from '../../values/index.js'
import { maxTags } from '../event-parts.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { memberOf } from './member-rules.js'

/** Label a node or client, so that policies for the tag are about it (G4). `[]` when it has the tag. */
export type AssignTag = t.TypeOf<typeof assignTagCodec>

export const assignTagCodec = commandCodec('AssignTag', { memberId: memberIdCodec, tag: tagNameCodec })

export const decideAssignTag = ({ memberId, tag, atEpochMs }: AssignTag, state: ExistingMesh): Decision => {
  const member = memberOf(state, memberId)
  if (member === undefined) return refuse({ code: 'member-unknown', memberId })
  const { name, networkId, tags } = member
  if (tags.includes(tag)) return alreadySo
  if (tags.length >= maxTags) return refuse({ code: 'too-many-tags', memberId, name, limit: maxTags })
  return E.right([{ type: 'TagAssigned', atEpochMs, networkId, memberId, tag }])
}
