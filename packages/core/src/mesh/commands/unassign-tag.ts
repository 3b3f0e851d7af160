import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { memberIdCodec, tagNameCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { memberOf } from './member-rules.js'

/** Take a label off a node or client (G4). `[]` when it hasn't got it. */
export type UnassignTag = t.TypeOf<typeof unassignTagCodec>

export const unassignTagCodec = commandCodec('UnassignTag', { memberId: memberIdCodec, tag: tagNameCodec })

export const decideUnassignTag = ({ memberId, tag, atEpochMs }: UnassignTag, state: ExistingMesh): Decision => {
  const member = memberOf(state, memberId)
  if (member === undefined) return refuse({ code: 'member-unknown', memberId })
  if (!member.tags.includes(tag)) return alreadySo
  return E.right([{ type: 'TagUnassigned', atEpochMs, networkId: member.networkId, memberId, tag }])
}
