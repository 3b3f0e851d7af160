/**
 * What plain nodes are sent of one step: all that policies treat alike the same, but for what is about themselves and their class. Who
 * sees whom is asked once for each two kinds of nodes, so an edit that shows everybody to everybody costs with the kinds, and with what
 * is sent.
 */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import { classFragmentId, hostFragmentId, nodeFragmentId } from './fragment-id.js'
import { classKeyOf, gatewayAt, type Membership, membershipOf } from './member-roles.js'
import type { WholeFragments } from './patch.js'
import { patchOfParts } from './shared-patch.js'
import { sortedChanges, sortedRevealed } from './sorted-changes.js'
import { gazeOf, kindOf, type Sides, SubjectGroups } from './subject-groups.js'
import { canSee } from './visibility.js'

/** What all of a kind are sent. */
interface Sent {
  readonly ids: { readonly has: (id: FragmentId) => boolean }
  readonly list: readonly PatchChange[]
}

/** Of one step, as far as it is the same for many. */
export class ClassPatches {
  readonly #before: MeshState
  readonly #after: MeshState
  readonly #wholes: WholeFragments
  readonly #sorted
  /** Changed and revealed nodes and hosts that are seen like others. */
  readonly #changed = new SubjectGroups<PatchChange>()
  readonly #revealed = new SubjectGroups<FragmentId>()
  /** Everything else. */
  readonly #otherChanges: PatchChange[] = []
  readonly #otherRevealed: FragmentId[] = []
  readonly #sentByKind = new Map<string, Sent>()
  readonly #lists = new Map<string, readonly PatchChange[]>()

  constructor(changes: FragmentChanges, before: MeshState, after: MeshState, wholes: WholeFragments) {
    this.#before = before
    this.#after = after
    this.#wholes = wholes
    this.#sorted = sortedChanges(changes.changes)
    this.#otherChanges.push(...this.#sorted.shared)
    for (const [id, item] of this.#sorted.nodes)
      if (!this.#changed.add(before, after, id, item)) this.#otherChanges.push(item)
    const { shared, nodes } = sortedRevealed(changes.revealed)
    this.#otherRevealed.push(...shared)
    for (const id of nodes) if (!this.#revealed.add(before, after, id, id)) this.#otherRevealed.push(id)
  }

  /** What a plain node that the step left as it is, but for its own part, is sent. Empty: nothing. */
  ofHost(hostId: HostId, member: Membership): readonly PatchChange[] {
    const { node, network } = member
    const viewer = { before: membershipOf(this.#before, node.nodeId), after: member }
    const kind = kindOf(this.#before, this.#after, viewer)
    const sent = this.#sentByKind.get(kind) ?? this.#sentTo(hostId, viewer)
    this.#sentByKind.set(kind, sent)
    const classId = classFragmentId(network.networkId, classKeyOf(member) ?? '')
    const ofClass = this.#sorted.classes.get(classId)
    const self = this.#sorted.selves.get(hostId)
    const own = [self, ofClass].filter((item) => item !== undefined)
    const aboutIt = [nodeFragmentId(node.nodeId), hostFragmentId(hostId)]
    if (aboutIt.some((id) => sent.ids.has(id)))
      return [...own, ...sent.list.filter(({ fragment }) => !aboutIt.includes(fragment))]
    if (self !== undefined || ofClass === undefined) return patchOfParts(own, sent.list)
    // The same list for all of a class who are sent the same.
    const key = `${kind} ${classId}`
    const list = this.#lists.get(key) ?? patchOfParts(own, sent.list)
    this.#lists.set(key, list)
    return list
  }

  /** All but a class's own fragment; each once, though a step may tell it twice. */
  #sentTo(hostId: HostId, viewer: Sides): Sent {
    const sent = new Map<FragmentId, PatchChange>()
    for (const item of this.#changesSeen(hostId, viewer)) sent.set(item.fragment, item)
    for (const id of this.#revealedTo(hostId, viewer)) {
      const whole = sent.has(id) ? undefined : this.#wholes.put(id)
      if (whole !== undefined) sent.set(id, whole)
    }
    return { ids: sent, list: [...sent.values()] }
  }

  *#changesSeen(hostId: HostId, viewer: Sides): Generator<PatchChange> {
    for (const item of this.#otherChanges) {
      if (!canSee(this.#after, hostId, item.fragment)) continue
      const fits = item.change.op === 'put' || canSee(this.#before, hostId, item.fragment)
      const whole = fits ? item : this.#wholes.put(item.fragment)
      if (whole !== undefined) yield whole
    }
    const sees = gazeOf(this.#after, viewer.after)
    for (const { after, items } of this.#changed.groups()) if (sees(after)) yield* items
  }

  *#revealedTo(hostId: HostId, viewer: Sides): Generator<FragmentId> {
    for (const id of this.#otherRevealed)
      if (canSee(this.#after, hostId, id) && !canSee(this.#before, hostId, id)) yield id
    const [saw, sees] = [gazeOf(this.#before, viewer.before), gazeOf(this.#after, viewer.after)]
    for (const { before, after, items } of this.#revealed.groups()) if (sees(after) && !saw(before)) yield* items
  }
}

/** Whether a host is in one network, is neither gateway, relayed nor router there, and in the class that it was in. */
export const isPlainBeforeAndAfter = (before: MeshState, after: MeshState, hostId: HostId): boolean => {
  const [was, is] = [plainMembershipOf(before, hostId), plainMembershipOf(after, hostId)]
  if (was === undefined || is === undefined || was.node.nodeId !== is.node.nodeId) return false
  const classKey = classKeyOf(is)
  return classKey !== undefined && classKeyOf(was) === classKey
}

/** `undefined` for a host that isn't plain, or in several networks. */
export const plainMembershipOf = (state: MeshState, hostId: HostId): Membership | undefined => {
  const host = largeMapGet(state.hosts, hostId)
  const [nodeId] = host?.nodeIds ?? []
  const membership = nodeId === undefined || host?.nodeIds.length !== 1 ? undefined : membershipOf(state, nodeId)
  if (membership === undefined || membership.node.relay !== null || membership.node.egressIds.length > 0)
    return undefined
  return gatewayAt(state, membership) === undefined ? membership : undefined
}
