/** From what changed to what one viewer is sent: as it happens, after an absence, or from a table of versions. */
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import type { FragmentId, FragmentVersion } from './fragment.js'
import type { AsOf, Change, FragmentChanges, Patch, PatchChange, Snapshot } from './fragment-change.js'
import { fragmentVersion } from './fragment-version.js'
import { projectFragment, projectFragmentVersion } from './project-fragments.js'
import { viewersOfFragment, visibleFragmentIds } from './viewers.js'
import { canSee } from './visibility.js'

export const asOfState = (state: MeshState): AsOf => ({ epoch: state.mesh?.epoch ?? 0, revision: state.revision })

/** Everything that `viewer` may see. */
export const projectSnapshot = (state: MeshState, viewer: HostId): Snapshot => ({
  asOf: asOfState(state),
  fragments: [...visibleFragmentIds(state, viewer)].flatMap((id) => projectFragment(state, id) ?? []),
})

/** Which hosts the changes may concern. Everybody else's config is what it was. Each once. */
export function* viewersOf(changes: FragmentChanges, before: MeshState, after: MeshState): Generator<HostId> {
  const seen = new Set<HostId>(changes.reviewed)
  yield* seen
  for (const [state, ids] of idsInvolved(changes, before, after)) {
    for (const id of ids) {
      for (const hostId of viewersOfFragment(state, id)) {
        if (seen.has(hostId)) continue
        seen.add(hostId)
        yield hostId
      }
    }
  }
}

const idsInvolved = (
  { changes, revealed, removed }: FragmentChanges,
  before: MeshState,
  after: MeshState,
): readonly (readonly [MeshState, readonly FragmentId[]])[] => [
  [after, [...new Set([...changes.map(({ fragment }) => fragment), ...revealed])]],
  [before, removed],
]

/**
 * What `viewer` is sent for one step, if it held everything before it. Changes are handed on by reference, so that their
 * encoding can be shared between viewers; what is sent whole comes from `wholes`, to be shared between them as well.
 */
export const patchOfStep = (
  changes: FragmentChanges,
  before: MeshState,
  after: MeshState,
  viewer: HostId,
  wholes: WholeFragments = createWholeFragments(after),
): readonly PatchChange[] => {
  const sent = new Map<FragmentId, PatchChange>()
  for (const item of changes.changes) {
    const { fragment, change } = item
    if (!canSee(after, viewer, fragment)) continue
    const fits = change.op === 'put' || canSee(before, viewer, fragment)
    const whole = fits ? item : wholes.put(fragment)
    if (whole !== undefined) sent.set(fragment, whole)
  }
  const reveal = (id: FragmentId) => {
    if (sent.has(id) || canSee(before, viewer, id)) return
    const whole = wholes.put(id)
    if (whole !== undefined) sent.set(id, whole)
  }
  for (const id of changes.revealed) if (canSee(after, viewer, id)) reveal(id)
  if (changes.reviewed.includes(viewer)) for (const id of visibleFragmentIds(after, viewer)) reveal(id)
  const removed = changes.removed.filter((id) => canSee(before, viewer, id) && !canSee(after, viewer, id))
  return removed.length === 0 ? [...sent.values()] : [...sent.values(), ...removed.map(forget)]
}

/** Fragments as they are now, each put together once. */
export interface WholeFragments {
  readonly put: (id: FragmentId) => PatchChange | undefined
}

export const createWholeFragments = (state: MeshState): WholeFragments => {
  const known = new Map<FragmentId, PatchChange | undefined>()
  return {
    put: (id) => {
      if (!known.has(id)) known.set(id, putOf(state, id))
      return known.get(id)
    },
  }
}

/**
 * What brings a viewer with these versions up to `state`: what differs, whole, and what it may no longer see. Needs nothing but
 * the current state, so any server can answer.
 */
export const patchOfTable = (
  state: MeshState,
  viewer: HostId,
  versions: ReadonlyMap<FragmentId, FragmentVersion>,
): Patch => {
  const changes: PatchChange[] = []
  for (const id of visibleFragmentIds(state, viewer)) {
    const put = versions.get(id) === projectFragmentVersion(state, id) ? undefined : putOf(state, id)
    if (put !== undefined) changes.push(put)
  }
  for (const id of versions.keys()) if (!canSee(state, viewer, id)) changes.push(forget(id))
  return { asOf: asOfState(state), changes }
}

/** One thing whole, or what is done to it, brought up to what it is in `state`. */
export const putOf = (state: MeshState, id: FragmentId): PatchChange | undefined => {
  const content = projectFragment(state, id)
  return content === undefined
    ? undefined
    : { fragment: id, change: { op: 'put', to: fragmentVersion(content), content } }
}

const forgetting: Change = { op: 'forget' }
export const forget = (fragment: FragmentId): PatchChange => ({ fragment, change: forgetting })
