/** From what changed to what one viewer is sent: as it happens, after an absence, or from a table of versions. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import type { Fragment, FragmentId, FragmentVersion } from './fragment.js'
import type { AsOf, Change, FragmentChanges, Patch, PatchChange, Snapshot } from './fragment-change.js'
import { classFragmentId, fragmentIdOf, hostFragmentId, nodeFragmentId } from './fragment-id.js'
import { fragmentVersion } from './fragment-version.js'
import { keptHostFragment, keptNodeFragment } from './kept-fragments.js'
import { membershipsOfHost, viaOf } from './member-roles.js'
import { projectFragment, projectFragmentVersion } from './project-fragments.js'
import { hostsReviewed, sortedChanges, sortedRevealed } from './sorted-changes.js'
import { canSee, sightOf } from './visibility.js'
import { showVisible, visibleFragmentIds } from './visible.js'

/** The place in history that a state stands at. Epoch 0: there is no mesh yet. */
export const asOfState = (state: MeshState): AsOf => ({ epoch: state.mesh?.epoch ?? 0, revision: state.revision })

/** Everything that `viewer` may see. */
export const projectSnapshot = (state: MeshState, viewer: HostId): Snapshot => {
  const fragments: Fragment[] = []
  const add = (fragment: Fragment | undefined) => {
    if (fragment !== undefined) fragments.push(fragment)
  }
  showVisible(state, viewer, {
    other: (id) => add(projectFragment(state, id)),
    node: (membership) => fragments.push(keptNodeFragment(state, membership)),
    host: (hostId) => add(keptHostFragment(state, hostId)),
  })
  return { asOf: asOfState(state), fragments }
}

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
  const [saw, sees] = [sightOf(before, viewer), sightOf(after, viewer)]
  const sent = new Map<FragmentId, PatchChange>()
  const looked = fragmentsOfGateways(after, viewer)
  for (const item of concerning(changes, after, viewer, looked)) {
    const { fragment, change } = item
    if (!sees(fragment)) continue
    const fits = change.op === 'put' || saw(fragment)
    const whole = fits ? item : wholes.put(fragment)
    if (whole !== undefined) sent.set(fragment, whole)
  }
  const isKnown = (id: FragmentId) => sent.has(id) || saw(id)
  for (const id of revealedTo(changes, looked)) {
    const whole = !sees(id) || isKnown(id) ? undefined : wholes.put(id)
    if (whole !== undefined) sent.set(id, whole)
  }
  const list = [...sent.values()]
  if (hostsReviewed(changes.reviewed).has(viewer)) {
    const add = (whole: PatchChange | undefined) => {
      if (whole !== undefined && !isKnown(whole.fragment)) list.push(whole)
    }
    const addFragment = (fragment: Fragment | undefined) => {
      if (fragment !== undefined) add(wholes.of(fragment))
    }
    showVisible(after, viewer, {
      other: (id) => (isKnown(id) ? undefined : add(wholes.put(id))),
      node: (membership) => addFragment(keptNodeFragment(after, membership)),
      host: (hostId) => addFragment(keptHostFragment(after, hostId)),
    })
  }
  for (const id of changes.removed) if (saw(id) && !sees(id)) list.push(forget(id))
  return list
}

/** There may be thousands of own parts and classes in a step: only one's own are looked at. */
function* concerning(
  { changes }: FragmentChanges,
  after: MeshState,
  viewer: HostId,
  looked: Looked,
): Generator<PatchChange> {
  const { shared, nodes, selves, classes } = sortedChanges(changes)
  const own = selves.get(viewer)
  if (own !== undefined) yield own
  if (classes.size > 0)
    for (const { network, node } of membershipsOfHost(after, viewer)) {
      const classKey = largeMapGet(network.memberRecords, node.nodeId)?.classKey
      const ofClass = classKey == null ? undefined : classes.get(classFragmentId(network.networkId, classKey))
      if (ofClass !== undefined) yield ofClass
    }
  yield* shared
  if (looked === undefined) yield* nodes.values()
  else
    for (const id of looked) {
      const item = nodes.get(id)
      if (item !== undefined) yield item
    }
}

function* revealedTo({ revealed }: FragmentChanges, looked: Looked): Generator<FragmentId> {
  const { shared, nodes } = sortedRevealed(revealed)
  yield* shared
  if (looked === undefined) yield* nodes
  else for (const id of looked) if (nodes.has(id)) yield id
}

/** All that a relayed node may see of nodes and hosts, since it looks at its gateways alone; `undefined`: it isn't relayed everywhere. */
type Looked = readonly FragmentId[] | undefined

const fragmentsOfGateways = (state: MeshState, viewer: HostId): Looked => {
  const ids: FragmentId[] = []
  for (const membership of membershipsOfHost(state, viewer)) {
    const via = viaOf(state, membership)
    if (via === null) return undefined
    for (const nodeId of via) {
      const hostId = largeMapGet(state.nodes, nodeId)?.hostId
      ids.push(nodeFragmentId(nodeId), ...(hostId === undefined ? [] : [hostFragmentId(hostId)]))
    }
  }
  return ids
}

/** Fragments as they are now, each put together once. */
export interface WholeFragments {
  /** `undefined`: there is no such fragment in the state. */
  readonly put: (id: FragmentId) => PatchChange | undefined
  /** Of a fragment that the state has. */
  readonly of: (fragment: Fragment) => PatchChange | undefined
}

/** For the viewers of one state together: make one, and pass it to `patchOfStep` for each of them. */
export const createWholeFragments = (state: MeshState): WholeFragments => {
  const known = new Map<FragmentId, PatchChange | undefined>()
  return {
    put: (id) => {
      if (!known.has(id)) known.set(id, putOf(state, id))
      return known.get(id)
    },
    of: (fragment) => puts.get(fragment) ?? putOfFragment(state, fragmentIdOf(fragment), fragment),
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

/** One thing whole, as it is in `state`. */
export const putOf = (state: MeshState, id: FragmentId): PatchChange | undefined => {
  const content = projectFragment(state, id)
  return content === undefined ? undefined : putOfFragment(state, id, content)
}

/** The same object for the same fragment, so that it is encoded once for as long as its fragment is kept. */
const putOfFragment = (state: MeshState, id: FragmentId, content: Fragment): PatchChange | undefined => {
  const known = puts.get(content)
  if (known !== undefined) return known
  const to = keepsVersion(content) ? projectFragmentVersion(state, id) : fragmentVersion(content)
  if (to === undefined) return undefined
  const put: PatchChange = { fragment: id, change: { op: 'put', to, content } }
  puts.set(content, put)
  return put
}

const puts = new WeakMap<Fragment, PatchChange>()

/** Of those whose size grows with the network the state keeps the version. */
const keepsVersion = ({ kind }: Fragment): boolean =>
  kind === 'members' || kind === 'names' || kind === 'set' || kind === 'clients'

const forgetting: Change = { op: 'forget' }
export const forget = (fragment: FragmentId): PatchChange => ({ fragment, change: forgetting })
