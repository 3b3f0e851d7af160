/** What a command would do, without doing it: its events, which hosts' configs change, and which pairs gain or lose each other. */
import * as E from 'fp-ts/lib/Either.js'
import { changedFragments } from '../host-config/changed-fragments.js'
import type { FragmentId } from '../host-config/fragment.js'
import { membershipOf } from '../host-config/member-roles.js'
import { patchesOfStep } from '../host-config/step-patches.js'
import { decide } from '../mesh/decide.js'
import { evolveAll } from '../mesh/evolve.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import type { HostId, NodeId } from '../values/index.js'
import { createTraceWorld, type TraceWorld } from './host-view.js'
import { tracePacket } from './trace-packet.js'

/** What a command would do, were it given now: nothing was done yet. */
export interface CommandPlan {
  readonly events: readonly MeshEvent[]
  /** The state that it would lead to. */
  readonly after: MeshState
  /** Hosts whose config would change, with what of it; sorted by id. */
  readonly hosts: readonly PlannedHost[]
  readonly reachability: ReachabilityChange
}

/** A host whose config would be another. */
export interface PlannedHost {
  readonly hostId: HostId
  /** What it would be sent. */
  readonly fragments: readonly FragmentId[]
}

/** Pairs of nodes that could talk only after, or only before. */
export interface ReachabilityChange {
  readonly gained: readonly ReachedPair[]
  readonly lost: readonly ReachedPair[]
  /** How many pairs were looked at. */
  readonly pairs: number
  /** Whether every pair that may have changed was: large changes are looked at in part. */
  readonly isComplete: boolean
}

/** That one node reaches the other, or no longer does, with this traffic. */
export interface ReachedPair {
  readonly from: NodeId
  readonly to: NodeId
  readonly traffic: PacketTraffic
}

/** What is tried between nodes, and between how many. */
export interface PlanOptions {
  /** What is tried between nodes: ICMP, and TCP to 443 unless told. */
  readonly traffic?: readonly PacketTraffic[]
  /** 10,000 unless told. */
  readonly maxPairs?: number
}

const defaultTraffic: readonly PacketTraffic[] = [{ protocol: 'icmp' }, { protocol: 'tcp', port: 443 }]

/** Refused as `decide` would refuse it. Nothing is written anywhere. */
export const planCommand = (
  state: MeshState,
  command: MeshCommand,
  { traffic = defaultTraffic, maxPairs = 10_000 }: PlanOptions = {},
): E.Either<MeshError, CommandPlan> => {
  const decision = decide(command, state)
  if (E.isLeft(decision)) return decision
  const events = decision.right
  const after = evolveAll(state, events)
  const hosts = plannedHosts(state, after, events)
  return E.right({ events, after, hosts, reachability: reachabilityChange(state, after, hosts, traffic, maxPairs) })
}

const plannedHosts = (before: MeshState, after: MeshState, events: readonly MeshEvent[]): readonly PlannedHost[] => {
  const changes = changedFragments(before, after, events)
  return [...patchesOfStep(changes, before, after)]
    .map(([hostId, patch]) => ({ hostId, fragments: patch.map(({ fragment }) => fragment) }))
    .sort((a, b) => (a.hostId < b.hostId ? -1 : 1))
}

/** Only pairs with an end whose config changes can change; each is followed in both states. */
const reachabilityChange = (
  before: MeshState,
  after: MeshState,
  hosts: readonly PlannedHost[],
  traffics: readonly PacketTraffic[],
  maxPairs: number,
): ReachabilityChange => {
  const worlds = [createTraceWorld(before), createTraceWorld(after)] as const
  const gained: ReachedPair[] = []
  const lost: ReachedPair[] = []
  let pairs = 0
  for (const [from, to] of pairsConcerned(before, after, hosts)) {
    if (pairs >= maxPairs) return { gained, lost, pairs, isComplete: false }
    pairs += 1
    for (const traffic of traffics) {
      const [was, is] = worlds.map((world) => isReached(world, from, to, traffic))
      if (is && !was) gained.push({ from, to, traffic })
      if (was && !is) lost.push({ from, to, traffic })
    }
  }
  return { gained, lost, pairs, isComplete: true }
}

function* pairsConcerned(
  before: MeshState,
  after: MeshState,
  hosts: readonly PlannedHost[],
): Generator<readonly [NodeId, NodeId]> {
  const changed = new Set<NodeId>()
  for (const state of [before, after])
    for (const { hostId } of hosts)
      for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) changed.add(nodeId)
  const seen = new Set<string>()
  for (const nodeId of [...changed].sort()) {
    const networkId = (largeMapGet(after.nodes, nodeId) ?? largeMapGet(before.nodes, nodeId))?.networkId
    if (networkId === undefined) continue
    const others = new Set<NodeId>()
    for (const state of [before, after]) {
      const network = largeMapGet(state.networks, networkId)
      if (network !== undefined) for (const other of largeMapKeys(network.members)) others.add(other)
    }
    for (const other of [...others].sort())
      for (const pair of [[nodeId, other] as const, [other, nodeId] as const]) {
        if (nodeId === other || seen.has(pair.join())) continue
        seen.add(pair.join())
        yield pair
      }
  }
}

const isReached = (world: TraceWorld, from: NodeId, to: NodeId, traffic: PacketTraffic): boolean => {
  const [source, destination] = [membershipOf(world.state, from)?.node, membershipOf(world.state, to)?.node]
  if (source === undefined || destination === undefined) return false
  const families = [
    [source.address4, destination.address4],
    [source.address6, destination.address6],
  ] as const
  return families.some(
    ([one, other]) =>
      one !== null &&
      other !== null &&
      tracePacket(world, { kind: 'host', hostId: source.hostId }, { source: one, destination: other, traffic }).verdict
        .kind === 'delivered',
  )
}
