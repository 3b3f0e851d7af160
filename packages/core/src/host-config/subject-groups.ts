/** Which nodes policies treat alike, before a step and after it: whom each two kinds of them see is asked once. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import { type ParsedFragmentId, parseFragmentId } from './fragment-id.js'
import { viewOfClass } from './member.js'
import { classKeyOf, gatewayAt, type Membership, membershipOf, viaOf } from './member-roles.js'
import type { ClassView } from './policy-view.js'
import type { SetName } from './rule-parts.js'
import { looksAtWhoIsIn } from './visibility.js'

/** One node before and after the step, where it takes part. */
export interface Sides {
  readonly before: Membership | undefined
  readonly after: Membership | undefined
}

/** Whom a plain node sees by policy. */
export const gazeOf = (state: MeshState, viewer: Membership | undefined): ((subject: Seen | undefined) => boolean) => {
  if (viewer === undefined) return () => false
  const { networkId } = viewer.network
  const view = viewOfClass(state, viewer)
  return (subject) =>
    subject !== undefined && subject.networkId === networkId && looksAtWhoIsIn(view, (name) => subject.sets.has(name))
}

/** A node as others see it: where, and in which sets it is. */
interface Seen {
  readonly networkId: NetworkId
  readonly sets: ReadonlySet<SetName>
}

const seenOf = (membership: Membership | undefined): Seen | undefined => {
  if (membership === undefined) return undefined
  const { node, network } = membership
  const sets = largeMapGet(network.memberRecords, node.nodeId)?.sets ?? []
  return { networkId: network.networkId, sets: new Set([...sets, `node:${node.nodeId}`]) }
}

interface SubjectGroup<Item> {
  readonly before: Seen | undefined
  readonly after: Seen | undefined
  readonly items: Item[]
}

/** Nodes and hosts, those together that any plain node sees, or doesn't see, alike. */
export class SubjectGroups<Item> {
  readonly #groups = new Map<string, SubjectGroup<Item>>()

  groups(): Iterable<SubjectGroup<Item>> {
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
    if (group === undefined) this.#groups.set(key, { before: seenOf(was), after: seenOf(is), items: [item] })
    else group.items.push(item)
    return true
  }
}

/** The same text for nodes that policies treat alike before the step, and alike after it. */
export const kindOf = (before: MeshState, after: MeshState, sides: Sides): string =>
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
