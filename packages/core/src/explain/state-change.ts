/** What became, or would become, of a mesh between two states: whose configs change and how, and who gains or loses whom. */
import { changedFragments } from '../host-config/changed-fragments.js'
import type { FragmentId } from '../host-config/fragment.js'
import type { PatchChange } from '../host-config/fragment-change.js'
import { patchesOfStep } from '../host-config/step-patches.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import { changedHostLikeness } from './alike.js'
import { type ConfigDifference, configDifferences } from './config-differences.js'
import { finish } from './finish.js'
import {
  type ChangedStates,
  type ReachabilityChange,
  type ReachabilityOptions,
  reachabilityChangeInSteps,
} from './reachability-change.js'
import { thingNames } from './thing-names.js'
import { createTraceWorld } from './trace-world.js'

/** Whose configs are others than before, and who can talk to whom otherwise. */
export interface StateChange {
  /** Hosts whose config changes, with what of it; sorted by id. One that leaves the mesh is not among them. */
  readonly hosts: readonly ChangedHost[]
  /** How they change, those that change alike together. Of very many different ones some are left out. */
  readonly configs: readonly ChangedConfigs[]
  readonly reachability: ReachabilityChange
}

/** A host whose config is another than before. */
export interface ChangedHost {
  readonly hostId: HostId
  /** What it is sent; of very many the first. */
  readonly fragments: readonly FragmentId[]
  /** How many it is sent. */
  readonly fragmentCount: number
}

/** Hosts whose configs change in the same way. */
export interface ChangedConfigs {
  /** Sorted; one at least. */
  readonly hostIds: readonly HostId[]
  /** Those of the first host; the others have the same, but for themselves. */
  readonly differences: readonly ConfigDifference[]
}

/** How much is looked at. */
export interface StateChangeOptions extends ReachabilityOptions {
  /** Of so many kinds of hosts it is told how their configs change; 50 unless told. */
  readonly maxConfigs?: number
}

/** Views of hosts that are kept in each state: what pairs have in common stays, and a mesh of thousands still fits. */
const keptViews = 100

/** `events` lead from one state to the other. Costs time with the members that are not alike; see `stateChangeInSteps`. */
export const stateChange = (
  before: MeshState,
  after: MeshState,
  events: readonly MeshEvent[],
  options: StateChangeOptions = {},
): StateChange => finish(stateChangeInSteps(before, after, events, options))

/** The same, a little at a time: whoever has other things to do goes on when it likes, and ends it early by `isEnough`. */
export function* stateChangeInSteps(
  before: MeshState,
  after: MeshState,
  events: readonly MeshEvent[],
  options: StateChangeOptions = {},
): Generator<undefined, StateChange> {
  const found = yield* changedHostsInSteps(before, after, events)
  const hosts = found.map(({ hostId, fragments, fragmentCount }) => ({ hostId, fragments, fragmentCount }))
  const worlds = [createTraceWorld(before, {}, keptViews), createTraceWorld(after, {}, keptViews)] as const
  const states = { before, after, events, worlds, changedHosts: new Set(hosts.map(({ hostId }) => hostId)) }
  const configs = yield* configsInSteps(states, found, options)
  return { hosts, configs, reachability: yield* reachabilityChangeInSteps(states, options) }
}

/** More is no use to anybody: where thousands of hosts are sent thousands of fragments each, a list of all would be millions long. */
const mostFragments = 20

interface FoundHost extends ChangedHost {
  /** The same text for hosts that are alike, before and after, and are sent alike. */
  readonly likeness: string
}

function* changedHostsInSteps(
  before: MeshState,
  after: MeshState,
  events: readonly MeshEvent[],
): Generator<undefined, readonly FoundHost[]> {
  const changes = changedFragments(before, after, events)
  yield
  const hosts: FoundHost[] = []
  for (const [hostId, patch] of patchesOfStep(changes, before, after)) {
    const fragments = patch.slice(0, mostFragments).map(({ fragment }) => fragment)
    const likeness = JSON.stringify([changedHostLikeness(before, after, hostId), sentLikeness(patch)])
    hosts.push({ hostId, fragments, fragmentCount: patch.length, likeness })
    yield
  }
  return hosts.sort((a, b) => (a.hostId < b.hostId ? -1 : 1))
}

/** What is sent of others is counted: hosts that are alike see the same others, but each the other instead of itself. */
const sentLikeness = (patch: readonly PatchChange[]): readonly [others: number, rest: readonly FragmentId[]] => {
  const rest: FragmentId[] = []
  let others = 0
  for (const { fragment } of patch)
    if (fragment.startsWith('node:') || fragment.startsWith('host:')) others += 1
    else if (!fragment.startsWith('self:')) rest.push(fragment)
  return [others, rest.sort()]
}

function* configsInSteps(
  { before, after, worlds: [was, is] }: ChangedStates,
  hosts: readonly FoundHost[],
  { maxConfigs = 50, isEnough = () => false }: StateChangeOptions,
): Generator<undefined, readonly ChangedConfigs[]> {
  const kinds = new Map<string, HostId[]>()
  for (const { hostId, likeness } of hosts) {
    const kind = kinds.get(likeness)
    if (kind === undefined) kinds.set(likeness, [hostId])
    else kind.push(hostId)
  }
  const names = thingNames([after, before])
  const configs: ChangedConfigs[] = []
  for (const hostIds of kinds.values()) {
    const [first] = hostIds
    if (first === undefined || configs.length >= maxConfigs || isEnough('configs')) break
    const views = [yield* was.wholeViewInSteps(first), yield* is.wholeViewInSteps(first)] as const
    configs.push({ hostIds, differences: configDifferences(...views, names) })
    yield
  }
  return configs
}
