import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, releaseAddress } from '../../values/index.js'
import { moveHostOwner } from '../host-owners.js'
import { largeMapDelete, largeMapRead, largeMapSet } from '../large-map.js'
import { listeners } from '../listeners.js'
import type { MeshDraft } from '../mesh-state.js'

/** A machine is out of the mesh for good: its keys can't come back. Its nodes left before, each with an event of its own. */
export type HostRemoved = t.TypeOf<typeof hostRemovedCodec>

export const hostRemovedCodec = t.type(
  { type: t.literal('HostRemoved'), atEpochMs: epochMsCodec, hostId: hostIdCodec },
  'HostRemoved',
)

export const evolveHostRemoved = (draft: MeshDraft, event: HostRemoved): void => {
  const host = largeMapRead(draft.hosts, event.hostId)
  if (host === undefined) return
  listeners.remove(draft, host)
  moveHostOwner(draft, event.hostId, host.ownerUserId, null)
  largeMapDelete(draft.indexes.hostIdsByWireguardKey, host.wireguardKey)
  largeMapDelete(draft.indexes.hostIdsByIdentityKey, host.identityKey)
  largeMapDelete(draft.indexes.hostIdsByControlAddress6, host.controlAddress6)
  largeMapSet(draft.indexes.retiredKeys, host.wireguardKey as string, event.hostId)
  largeMapSet(draft.indexes.retiredKeys, host.identityKey as string, event.hostId)
  if (draft.indexes.controlPool4 !== null) releaseAddress(draft.indexes.controlPool4, host.controlAddress4)
  largeMapDelete(draft.hosts, event.hostId)
}
