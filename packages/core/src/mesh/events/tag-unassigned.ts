import * as t from 'io-ts'
import {
  type ClientId,
  epochMsCodec,
  memberIdCodec,
  type NodeId,
  networkIdCodec,
  tagNameCodec,
} from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { refreshMember } from '../members.js'
import type { MeshDraft } from '../mesh-state.js'
import { sortedWithout } from '../sorted-ids.js'

/** A node or client no longer carries a tag. One that leaves its network loses its tags without this. */
export type TagUnassigned = t.TypeOf<typeof tagUnassignedCodec>

export const tagUnassignedCodec = t.type(
  {
    type: t.literal('TagUnassigned'),
    atEpochMs: epochMsCodec,
    networkId: networkIdCodec,
    memberId: memberIdCodec,
    tag: tagNameCodec,
  },
  'TagUnassigned',
)

export const evolveTagUnassigned = (draft: MeshDraft, { memberId, tag }: TagUnassigned): void => {
  const member = largeMapGet(draft.nodes, memberId as NodeId) ?? largeMapGet(draft.clients, memberId as ClientId)
  if (member === undefined) return
  member.tags = sortedWithout(member.tags, [tag])
  refreshMember(draft, memberId)
}
