/**
 * What relayed nodes are sent of one step. They look at their gateways alone, so all of a class that went from the same gateways to the
 * same are sent the same but for their own part: a gateway's failure under thousands is looked at once.
 */
import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import { membershipOf, viaOf } from './member-roles.js'
import { patchOfParts } from './shared-patch.js'
import { hostsReviewed, sortedChanges } from './sorted-changes.js'

export class RelayedPatches {
  readonly #selves: ReadonlyMap<HostId, PatchChange>
  readonly #reviewed: ReadonlySet<HostId>
  readonly #before: MeshState
  readonly #after: MeshState
  readonly #patchOf: (hostId: HostId) => readonly PatchChange[]
  /** Without the own part, by kind. */
  readonly #others = new Map<string, readonly PatchChange[]>()

  /** `patchOf`: what one host is sent. */
  constructor(
    changes: FragmentChanges,
    before: MeshState,
    after: MeshState,
    patchOf: (hostId: HostId) => readonly PatchChange[],
  ) {
    this.#selves = sortedChanges(changes.changes).selves
    this.#reviewed = hostsReviewed(changes.reviewed)
    this.#before = before
    this.#after = after
    this.#patchOf = patchOf
  }

  /** `undefined`: the host is not relayed before and after, or looks at something of its own. */
  of(hostId: HostId): readonly PatchChange[] | undefined {
    const [was, is] = [relayedLikeness(this.#before, hostId), relayedLikeness(this.#after, hostId)]
    if (was === undefined || is === undefined) return undefined
    const kind = `${was}\n${is}\n${this.#reviewed.has(hostId)}`
    const own = this.#selves.get(hostId)
    const others = this.#others.get(kind) ?? this.#patchOf(hostId).filter((item) => item !== own)
    this.#others.set(kind, others)
    return patchOfParts(own === undefined ? [] : [own], others)
  }
}

/** The same text for hosts that see the same but their own part. */
const relayedLikeness = (state: MeshState, hostId: HostId): string | undefined => {
  const nodeIds = largeMapGet(state.hosts, hostId)?.nodeIds ?? []
  const [nodeId] = nodeIds
  const membership = nodeId === undefined || nodeIds.length > 1 ? undefined : membershipOf(state, nodeId)
  if (membership === undefined || membership.node.egressIds.length > 0 || membership.node.pairIds.length > 0)
    return undefined
  const via = viaOf(state, membership)
  const { network, node } = membership
  if (via === null || largeMapHas(state.gateways, node.nodeId)) return undefined
  const classKey = largeMapGet(network.memberRecords, node.nodeId)?.classKey
  return `${network.networkId} ${via.join()} ${classKey}`
}
