/**
 * What plain nodes are sent of one step: all that policies treat alike the same, but for what is about themselves and their class. Who
 * sees whom is asked once for each two kinds of nodes, so an edit that shows everybody to everybody costs with the kinds, and with what
 * is sent.
 */
import { largeMapGet } from '../mesh/large-map.js'
import type { ClassKey, MeshState } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import {
  classFragmentId,
  hostFragmentId,
  nodeFragmentId,
  type ParsedFragmentId,
  parseFragmentId,
} from './fragment-id.js'
import { viewOfClass } from './member.js'
import { gatewayAt, type Membership, membershipOf, viaOf } from './member-roles.js'
import type { WholeFragments } from './patch.js'
import type { ClassView } from './policy-view.js'
import { sortedChanges, sortedRevealed } from './sorted-changes.js'
import { canSee, isSeenByPolicy } from './visibility.js'

type Sent = ReadonlyMap<FragmentId, PatchChange>

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
    const before = membershipOf(this.#before, member.node.nodeId)
    const viewer = { before, after: member }
    const kind = kindOf(this.#before, this.#after, viewer)
    const sent = this.#sentByKind.get(kind) ?? this.#sentTo(hostId, viewer)
    this.#sentByKind.set(kind, sent)
    const classId = classFragmentId(member.network.networkId, classKeyOf(member) ?? '')
    const ofClass = this.#sorted.classes.get(classId)
    const self = this.#sorted.selves.get(hostId)
    const own = [self, ofClass].filter((item) => item !== undefined)
    const aboutIt = [nodeFragmentId(member.node.nodeId), hostFragmentId(hostId)]
    if (aboutIt.some((id) => sent.has(id)))
      return [...own, ...[...sent.values()].filter(({ fragment }) => !aboutIt.includes(fragment))]
    return self === undefined
      ? this.#listOf(`${kind} ${ofClass === undefined ? '' : classId}`, sent, own)
      : [...own, ...sent.values()]
  }

  /** The same list for all who are sent the same, so that it is encoded once. */
  #listOf(key: string, sent: Sent, own: readonly PatchChange[]): readonly PatchChange[] {
    const list = this.#lists.get(key) ?? [...own, ...sent.values()]
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
    return sent
  }

  *#changesSeen(hostId: HostId, viewer: Sides): Generator<PatchChange> {
    for (const item of this.#otherChanges) {
      if (!canSee(this.#after, hostId, item.fragment)) continue
      const fits = item.change.op === 'put' || canSee(this.#before, hostId, item.fragment)
      const whole = fits ? item : this.#wholes.put(item.fragment)
      if (whole !== undefined) yield whole
    }
    for (const { sides, items } of this.#changed.groups())
      if (isSeen(this.#after, viewer.after, sides.after)) yield* items
  }

  *#revealedTo(hostId: HostId, viewer: Sides): Generator<FragmentId> {
    for (const id of this.#otherRevealed)
      if (canSee(this.#after, hostId, id) && !canSee(this.#before, hostId, id)) yield id
    for (const { sides, items } of this.#revealed.groups())
      if (isSeen(this.#after, viewer.after, sides.after) && !isSeen(this.#before, viewer.before, sides.before))
        yield* items
  }
}

/** One node before and after the step, where it takes part. */
interface Sides {
  readonly before: Membership | undefined
  readonly after: Membership | undefined
}

const isSeen = (state: MeshState, viewer: Membership | undefined, subject: Membership | undefined): boolean =>
  viewer !== undefined &&
  subject !== undefined &&
  viewer.network.networkId === subject.network.networkId &&
  isSeenByPolicy(state, viewer, subject)

/** Nodes and hosts, those together that any plain node sees, or doesn't see, alike. */
class SubjectGroups<Item> {
  readonly #groups = new Map<string, { readonly sides: Sides; readonly items: Item[] }>()

  groups(): Iterable<{ readonly sides: Sides; readonly items: readonly Item[] }> {
    return this.#groups.values()
  }

  /** `false`: the fragment is none of a node or host that is seen like others. */
  add(before: MeshState, after: MeshState, id: FragmentId, item: Item): boolean {
    const parsed = parseFragmentId(id)
    if (parsed?.kind !== 'node' && parsed?.kind !== 'host') return false
    const [was, is] = [subjectOf(before, parsed), subjectOf(after, parsed)]
    if (was === 'unlike others' || is === 'unlike others') return false
    const key = kindOf(before, after, { before: was, after: is })
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, { sides: { before: was, after: is }, items: [item] })
    else group.items.push(item)
    return true
  }
}

/** The same text for nodes that policies treat alike before the step, and alike after it. */
const kindOf = (before: MeshState, after: MeshState, sides: Sides): string =>
  `${viewNumberOf(before, sides.before)} ${viewNumberOf(after, sides.after)}`

/** Nodes that the same policies name have the same object as view of their class; networks share none. */
const viewNumberOf = (state: MeshState, membership: Membership | undefined): number => {
  if (membership === undefined) return 0
  const view = viewOfClass(state, membership)
  const known = viewNumbers.get(view)
  if (known !== undefined) return known
  viewsNumbered += 1
  viewNumbers.set(view, viewsNumbered)
  return viewsNumbered
}

const viewNumbers = new WeakMap<ClassView, number>()
let viewsNumbered = 0

/** `undefined`: plain nodes see nothing of it. */
const subjectOf = (state: MeshState, { kind, about }: ParsedFragmentId): Membership | 'unlike others' | undefined => {
  const hostId = kind === 'host' ? (about as HostId) : largeMapGet(state.nodes, about as NodeId)?.hostId
  const host = hostId === undefined ? undefined : largeMapGet(state.hosts, hostId)
  if (host === undefined) return undefined
  const [nodeId] = host.nodeIds
  if (nodeId === undefined || host.nodeIds.length > 1) return 'unlike others'
  const subject = membershipOf(state, nodeId)
  if (subject === undefined) return undefined
  if (subject.node.egressIds.length > 0 || gatewayAt(state, subject) !== undefined) return 'unlike others'
  if (classKeyOf(subject) === undefined) return 'unlike others'
  // Hosts of relayed nodes are peers of their gateways alone, which are none of a plain node's class.
  return kind === 'host' && viaOf(state, subject) !== null ? undefined : subject
}

/** The class of a node. */
const classKeyOf = ({ network, node }: Membership): ClassKey | undefined =>
  largeMapGet(network.memberRecords, node.nodeId)?.classKey ?? undefined

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
