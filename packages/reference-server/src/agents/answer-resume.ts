import type { AsOf, HostId, Patch } from '@meshfold/core'
import type { MeshService } from '../mesh-service/mesh-service.js'

/** How an agent that holds everything up to some place is brought up to date. */
export type ResumeAnswer =
  /** It holds nothing, or what it holds is of another epoch. */
  | { readonly by: 'snapshot' }
  | { readonly by: 'patch'; readonly patch: Patch }
  /** The ring can't tell what it misses: its table of versions can. */
  | { readonly by: 'table' }
  /** It holds more than this server knows. */
  | { readonly by: 'waiting' }

export const answerResume = (
  { asOf, state, history }: MeshService,
  hostId: HostId,
  held: AsOf | null,
): ResumeAnswer => {
  if (held === null || held.epoch !== asOf.epoch) return { by: 'snapshot' }
  if (held.revision > asOf.revision) return { by: 'waiting' }
  const patch = history.ring.patchSince(state, hostId, held)
  return patch === undefined ? { by: 'table' } : { by: 'patch', patch }
}
