import type { HostId, UserId } from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import type { MeshDraft } from './mesh-state.js'
import { sortedWith, sortedWithout } from './sorted-ids.js'

/** To be called by each recipe that changes whose a host is, or takes it out of the state: keeps the index of owners. */
export const moveHostOwner = (draft: MeshDraft, hostId: HostId, from: UserId | null, to: UserId | null): void => {
  const { hostIdsByOwner } = draft.indexes
  if (from !== null) {
    const left = sortedWithout(largeMapGet(hostIdsByOwner, from) ?? [], [hostId])
    if (left.length > 0) largeMapSet(hostIdsByOwner, from, left)
    else largeMapDelete(hostIdsByOwner, from)
  }
  if (to !== null) largeMapSet(hostIdsByOwner, to, sortedWith(largeMapGet(hostIdsByOwner, to) ?? [], [hostId]))
}
