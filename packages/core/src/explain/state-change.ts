/** What became, or would become, of a mesh between two states: whose configs change and how, and who gains or loses whom. */
import { changedFragments } from '../host-config/changed-fragments.js'
import type { FragmentId } from '../host-config/fragment.js'
import { selfFragmentId } from '../host-config/fragment-id.js'
import { patchesOfStep } from '../host-config/step-patches.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, PolicyId } from '../values/index.js'
import { hostLikeness } from './alike.js'
import { type ConfigDifference, configDifferences } from './config-differences.js'
import { createTraceWorld } from './host-view.js'
import {
  type ChangedStates,
  type ReachabilityChange,
  type ReachabilityOptions,
  reachabilityChangeInSteps,
} from './reachability-change.js'

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
  /** What it is sent. */
  readonly fragments: readonly FragmentId[]
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
  const hosts = changedHostsOf(before, after, events)
  yield
  const worlds = [createTraceWorld(before, {}, keptViews), createTraceWorld(after, {}, keptViews)] as const
  const states = { before, after, events, worlds, changedHosts: new Set(hosts.map(({ hostId }) => hostId)) }
  const configs = yield* configsInSteps(states, hosts, options)
  return { hosts, configs, reachability: yield* reachabilityChangeInSteps(states, options) }
}

/** Runs something to its end at once. */
export const finish = <A>(steps: Generator<undefined, A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

const changedHostsOf = (before: MeshState, after: MeshState, events: readonly MeshEvent[]): readonly ChangedHost[] =>
  [...patchesOfStep(changedFragments(before, after, events), before, after)]
    .map(([hostId, patch]) => ({ hostId, fragments: patch.map(({ fragment }) => fragment) }))
    .sort((a, b) => (a.hostId < b.hostId ? -1 : 1))

function* configsInSteps(
  { before, after, worlds: [was, is] }: ChangedStates,
  hosts: readonly ChangedHost[],
  { maxConfigs = 50, isEnough = () => false }: StateChangeOptions,
): Generator<undefined, readonly ChangedConfigs[]> {
  const kinds = new Map<string, HostId[]>()
  for (const { hostId, fragments } of hosts) {
    const others = fragments.filter((fragment) => fragment !== selfFragmentId(hostId))
    const key = JSON.stringify([hostLikeness(before, hostId), hostLikeness(after, hostId), others])
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, [hostId])
    else kind.push(hostId)
    yield
  }
  const policyName = (policyId: PolicyId) =>
    (largeMapGet(after.policies, policyId) ?? largeMapGet(before.policies, policyId))?.name ?? policyId
  const configs: ChangedConfigs[] = []
  for (const hostIds of kinds.values()) {
    const [first] = hostIds
    if (first === undefined || configs.length >= maxConfigs || isEnough()) break
    configs.push({ hostIds, differences: configDifferences(was.viewOf(first), is.viewOf(first), policyName) })
    yield
  }
  return configs
}
