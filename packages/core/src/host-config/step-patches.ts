/**
 * Everybody's patch of one step, put together once for all who are alike: nodes of a class that are neither gateway, relayed nor router
 * see the same, but themselves. So a change for 10,000 viewers is looked at once, and handed out 10,000 times.
 */
import { largeMapEntries, largeMapGet, largeMapHas, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import { ClassPatches, isPlainBeforeAndAfter, plainMembershipOf } from './class-patches.js'
import type { FragmentId } from './fragment.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import { parseFragmentId } from './fragment-id.js'
import { membershipOf, membershipsOfHost } from './member-roles.js'
import { createWholeFragments, patchOfStep } from './patch.js'
import { RelayedPatches } from './relayed-patches.js'
import { viewersOfFragment } from './viewers.js'
import { networkOfFragment } from './visibility.js'

/** Who is sent what, each once, and nobody who is sent nothing. Patches are shared: the same list is the same object. */
export function* patchesOfStep(
  changes: FragmentChanges,
  before: MeshState,
  after: MeshState,
): Generator<readonly [HostId, readonly PatchChange[]]> {
  const step = new StepPatches(changes, before, after)
  for (const networkId of step.networkIds) {
    const network = largeMapGet(after.networks, networkId)
    if (network !== undefined) yield* step.ofClasses(network)
  }
  yield* step.ofPlain()
  yield* step.ofOthers()
}

class StepPatches {
  readonly networkIds: ReadonlySet<NetworkId>
  readonly #changes: FragmentChanges
  readonly #before: MeshState
  readonly #after: MeshState
  readonly #wholes
  /** Hosts that are looked at one by one: those who change themselves, are special, or in several networks. */
  readonly #others = new Set<HostId>()
  /** Plain nodes' hosts that something of the step is about. */
  readonly #plain = new Set<HostId>()
  readonly #classes: ClassPatches
  readonly #relayed: RelayedPatches

  constructor(changes: FragmentChanges, before: MeshState, after: MeshState) {
    this.#changes = changes
    this.#before = before
    this.#after = after
    this.#wholes = createWholeFragments(after)
    this.#classes = new ClassPatches(changes, before, after, this.#wholes)
    this.#relayed = new RelayedPatches(changes, before, after, (hostId) => this.#of(hostId))
    const networkIds = new Set<NetworkId>()
    for (const id of [...changes.changes.map(({ fragment }) => fragment), ...changes.revealed])
      this.#involve(id, networkIds)
    for (const hostId of changes.reviewed) this.#others.add(hostId)
    for (const id of changes.removed) for (const hostId of viewersOfFragment(before, id)) this.#others.add(hostId)
    for (const networkId of networkIds) this.#addSpecial(networkId)
    this.networkIds = networkIds
  }

  #involve(id: FragmentId, networkIds: Set<NetworkId>): void {
    const parsed = parseFragmentId(id)
    if (parsed === undefined) return
    const { kind, about } = parsed
    if (kind === 'self' || kind === 'host') {
      this.#addChanged(about as HostId)
      if (kind === 'host')
        for (const { network } of membershipsOfHost(this.#after, about as HostId)) networkIds.add(network.networkId)
      return
    }
    // What one host alone sees, or a few, is nothing for whole classes.
    if (kind === 'client' || kind === 'router' || kind === 'pair') {
      for (const hostId of viewersOfFragment(this.#after, id)) this.#others.add(hostId)
      return
    }
    if (kind === 'node') this.#addChanged(largeMapGet(this.#after.nodes, about as NodeId)?.hostId)
    const networkId = networkOfFragment(this.#after, parsed)
    if (networkId !== undefined) networkIds.add(networkId)
  }

  #addChanged(hostId: HostId | undefined): void {
    if (hostId === undefined || this.#plain.has(hostId) || this.#others.has(hostId)) return
    if (isPlainBeforeAndAfter(this.#before, this.#after, hostId)) this.#plain.add(hostId)
    else this.#others.add(hostId)
  }

  #addHostOf(nodeId: NodeId): void {
    const hostId = largeMapGet(this.#after.nodes, nodeId)?.hostId
    if (hostId !== undefined) this.#others.add(hostId)
  }

  /** Gateways, relayed nodes and routers each look at what is theirs. */
  #addSpecial(networkId: NetworkId): void {
    const network = largeMapGet(this.#after.networks, networkId)
    if (network === undefined) return
    for (const hostId of largeMapValues(network.gatewayIds)) this.#others.add(hostId)
    for (const hostId of largeMapValues(network.relayedNodeIds)) this.#others.add(hostId)
    for (const egressId of largeMapKeys(network.egressIds))
      for (const { nodeId } of largeMapGet(this.#after.egresses, egressId)?.routers ?? []) this.#addHostOf(nodeId)
  }

  *ofClasses(network: Network): Generator<readonly [HostId, readonly PatchChange[]]> {
    const isOnlyNetwork = this.#after.networks.size === 1
    for (const { nodeIds } of largeMapValues(network.classes)) {
      let patch: readonly PatchChange[] | undefined
      for (const [nodeId, hostId] of largeMapEntries(nodeIds)) {
        if (this.#others.has(hostId) || this.#plain.has(hostId)) continue
        if (!isOnlyNetwork && isInSeveral(this.#after, hostId)) {
          this.#others.add(hostId)
          continue
        }
        const member = patch === undefined ? membershipOf(this.#after, nodeId) : undefined
        if (member !== undefined) patch = this.#classes.ofHost(hostId, member)
        if (patch === undefined) continue
        if (patch.length > 0) yield [hostId, patch]
        else if (isOnlyNetwork) break
      }
    }
  }

  *ofPlain(): Generator<readonly [HostId, readonly PatchChange[]]> {
    for (const hostId of this.#plain) {
      const member = this.#others.has(hostId) ? undefined : plainMembershipOf(this.#after, hostId)
      const patch = member === undefined ? [] : this.#classes.ofHost(hostId, member)
      if (patch.length > 0) yield [hostId, patch]
    }
  }

  *ofOthers(): Generator<readonly [HostId, readonly PatchChange[]]> {
    for (const hostId of this.#others) {
      if (!largeMapHas(this.#after.hosts, hostId)) continue
      const patch = this.#relayed.of(hostId) ?? this.#of(hostId)
      if (patch.length > 0) yield [hostId, patch]
    }
  }

  #of(hostId: HostId): readonly PatchChange[] {
    return patchOfStep(this.#changes, this.#before, this.#after, hostId, this.#wholes)
  }
}

const isInSeveral = (state: MeshState, hostId: HostId): boolean =>
  (largeMapGet(state.hosts, hostId)?.nodeIds.length ?? 0) > 1
