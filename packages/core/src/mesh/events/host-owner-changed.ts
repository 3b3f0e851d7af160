import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { moveHostOwner } from '../host-owners.js'
import { largeMapGet } from '../large-map.js'
import { refreshMember } from '../members.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host is that user's from now on, and its traffic counts as theirs (G7); `null`: nobody's. Its nodes stay where they are. */
export type HostOwnerChanged = t.TypeOf<typeof hostOwnerChangedCodec>

export const hostOwnerChangedCodec = t.type(
  {
    type: t.literal('HostOwnerChanged'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    userId: orNull(userIdCodec),
  },
  'HostOwnerChanged',
)

export const evolveHostOwnerChanged = (draft: MeshDraft, event: HostOwnerChanged): void => {
  const host = largeMapGet(draft.hosts, event.hostId)
  if (host === undefined) return
  moveHostOwner(draft, event.hostId, host.ownerUserId, event.userId)
  host.ownerUserId = event.userId
  for (const nodeId of host.nodeIds) refreshMember(draft, nodeId)
}
