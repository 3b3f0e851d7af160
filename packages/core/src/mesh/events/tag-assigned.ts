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
import { sortedWith } from '../sorted-ids.js'

/** A node or client carries a tag from now on, and is what policies for that tag are about. */
export type TagAssigned = t.TypeOf<typeof tagAssignedCodec>

export const tagAssignedCodec = t.type(
  {
    type: t.literal('TagAssigned'),
    atEpochMs: epochMsCodec,
    networkId: networkIdCodec,
    memberId: memberIdCodec,
    tag: tagNameCodec,
  },
  'TagAssigned',
)

export const evolveTagAssigned = (draft: MeshDraft, { memberId, tag }: TagAssigned): void => {
  const member = largeMapGet(draft.nodes, memberId as NodeId) ?? largeMapGet(draft.clients, memberId as ClientId)
  if (member === undefined) return
  member.tags = sortedWith(member.tags, [tag])
  refreshMember(draft, memberId)
}
