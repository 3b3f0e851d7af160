/** From what changed to what one viewer is sent: as it happens, after an absence, or from a table of versions. */
import { largeMapGet, largeMapValues } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId } from '../values/index.js'
import { type Fragment, type FragmentId, type FragmentVersion, membersFragmentId, namesFragmentId } from './fragment.js'
import type {
  AsOf,
  FragmentChange,
  FragmentChanges,
  Patch,
  PatchChange,
  Snapshot,
  VisibilityChange,
} from './fragment-change.js'
import { fragmentVersion } from './fragment-version.js'
import { projectFragment, projectFragmentVersion } from './project-fragments.js'
import { canSee, fragmentIdsOfNetwork, networksSeenBy, shareNetwork, visibleFragmentIds } from './visibility.js'

export const asOfState = (state: MeshState): AsOf => ({ epoch: state.mesh?.epoch ?? 0, revision: state.revision })

/** Everything that `viewer` may see. */
export const projectSnapshot = (state: MeshState, viewer: HostId): Snapshot => ({
  asOf: asOfState(state),
  fragments: [...visibleFragmentIds(state, viewer)].flatMap((id) => projectFragment(state, id) ?? []),
})

/**
 * Which hosts the changes concern at all. Everybody else's config is what it was.
 */
export function* viewersOf(changes: FragmentChanges, after: MeshState): Generator<HostId> {
  const seen = new Set<HostId>()
  const networkIds = new Set<NetworkId>()
  for (const { hostId } of changes.visibility) seen.add(hostId)
  for (const { audience } of changes.changes) {
    if (audience.kind === 'host') seen.add(audience.hostId)
    else if (audience.kind === 'new-viewers') networkIds.add(audience.networkId)
    else for (const networkId of audience.networkIds) networkIds.add(networkId)
  }
  yield* seen
  for (const networkId of networkIds) {
    for (const hostId of membersOf(after, networkId)) {
      if (seen.has(hostId)) continue
      seen.add(hostId)
      yield hostId
    }
  }
}

/**
 * What `viewer` is sent for one step, if it held everything before it. Changes are handed on by reference, so that their
 * encoding can be shared between viewers.
 */
export const patchOfStep = (
  changes: FragmentChanges,
  before: MeshState,
  after: MeshState,
  viewer: HostId,
): readonly PatchChange[] => {
  const moved = changes.visibility.find(({ hostId }) => hostId === viewer)
  const networkIds = new Set(networksSeenBy(after, viewer))
  for (const networkId of moved?.gained ?? []) networkIds.delete(networkId)
  const applicable = onceEach(changes.changes.filter((change) => concerns(change, viewer, networkIds, before)))
  return moved === undefined ? applicable : [...applicable, ...visibilityPatch(before, after, moved, applicable)]
}

/** A host that changed and came into view in one step stands in both lists, with the same content. */
const onceEach = (changes: readonly FragmentChange[]): readonly FragmentChange[] => {
  const fragments = new Set(changes.map(({ fragment }) => fragment))
  if (fragments.size === changes.length) return changes
  return changes.filter(({ fragment }) => fragments.delete(fragment))
}

const concerns = (
  { audience, fragment }: FragmentChange,
  viewer: HostId,
  networkIds: ReadonlySet<NetworkId>,
  before: MeshState,
): boolean => {
  switch (audience.kind) {
    case 'host':
      return audience.hostId === viewer
    case 'networks':
      return audience.networkIds.some((id) => networkIds.has(id)) && fragment !== `host:${viewer}`
    case 'new-viewers':
      return (
        networkIds.has(audience.networkId) &&
        audience.hostId !== viewer &&
        !shareNetwork(before, viewer, audience.hostId)
      )
  }
}

/** Whole networks for a viewer that came into them, less what it holds already; those it left are forgotten. */
const visibilityPatch = (
  before: MeshState,
  after: MeshState,
  moved: VisibilityChange,
  sent: readonly PatchChange[],
): readonly PatchChange[] => {
  const alreadySent = new Set(sent.map(({ fragment }) => fragment))
  const hostsSeen = new Set<HostId>([moved.hostId])
  const ids = moved.gained.flatMap((networkId) => [...fragmentIdsOfNetwork(after, networkId, hostsSeen)])
  return [
    ...ids
      .filter((id) => !alreadySent.has(id) && !heldAlike(before, after, moved.hostId, id))
      .flatMap((id) => putOf(after, id)),
    ...moved.lost.flatMap((networkId) => [forget(membersFragmentId(networkId)), forget(namesFragmentId(networkId))]),
  ]
}

const heldAlike = (before: MeshState, after: MeshState, viewer: HostId, id: FragmentId): boolean =>
  canSee(before, viewer, id) && projectFragmentVersion(before, id) === projectFragmentVersion(after, id)

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
    if (versions.get(id) !== projectFragmentVersion(state, id)) changes.push(...putOf(state, id))
  }
  for (const id of versions.keys()) if (!canSee(state, viewer, id)) changes.push(forget(id))
  return { asOf: asOfState(state), changes }
}

const putOf = (state: MeshState, id: FragmentId): readonly PatchChange[] => {
  const content: Fragment | undefined = projectFragment(state, id)
  return content === undefined ? [] : [{ fragment: id, change: { op: 'put', to: fragmentVersion(content), content } }]
}

const forget = (fragment: FragmentId): PatchChange => ({ fragment, change: { op: 'forget' } })

function* membersOf(state: MeshState, networkId: NetworkId): Generator<HostId> {
  const network = largeMapGet(state.networks, networkId)
  if (network !== undefined) yield* largeMapValues(network.members)
}
