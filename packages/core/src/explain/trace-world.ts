/** The mesh that packets are followed in: a view of every host, under some conditions. */
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import type { PathVectors } from '../host-config/path-vector.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import { choicesOnDemand } from './choices-on-demand.js'
import { claimedAddresses } from './claimed-addresses.js'
import { configOnDemand } from './config-on-demand.js'
import type { HostView } from './host-view.js'
import { peerTable } from './peer-table.js'
import { recentlyUsed } from './recently-used.js'
import { sharedSets } from './shared-sets.js'
import { spreadVectors, tellersOf } from './spread-vectors.js'
import { projectedFragments, tableOnDemand } from './table-on-demand.js'
import { ViewOnDemand } from './view-on-demand.js'

/** What is assumed of the mesh while packets are followed. */
export interface TraceConditions {
  /** What each host knows of its peers' health; nothing when left out. */
  readonly healthOf?: (hostId: HostId) => HealthView
  /** What hosts have told each other of their choices; everything that they would tell when left out. */
  readonly vectors?: PathVectors
  /** Hosts that are gone. */
  readonly dead?: ReadonlySet<HostId>
  /** Whether one host's packets reach the other in the underlay; always when left out. */
  readonly reaches?: (from: HostId, to: HostId) => boolean
}

/** Views of all hosts, each made when a packet first comes by. */
export interface TraceWorld {
  readonly state: MeshState
  readonly conditions: TraceConditions
  /** `undefined`: there is no such host. */
  readonly viewOf: (hostId: HostId) => HostView | undefined
  /** The same with its whole config and all its choices, a little at a time: in a large mesh those of a gateway take long. */
  readonly wholeViewInSteps: (hostId: HostId) => Generator<undefined, HostView | undefined>
}

/**
 * A world to follow packets in, of this state and under these conditions. Costs nothing until a packet comes by a host.
 * `keptViews`: of so many hosts at most; those that no packet came by for longest are made anew when one does.
 */
export const createTraceWorld = (
  state: MeshState,
  conditions: TraceConditions = {},
  keptViews: number = Number.POSITIVE_INFINITY,
): TraceWorld => {
  const healthOf = conditions.healthOf ?? (() => new Map())
  const projected = projectedFragments(state)
  const [claimed, sets] = [claimedAddresses(state, projected), sharedSets()]
  const makeConfig = (hostId: HostId) => configOnDemand(tableOnDemand(hostId, projected), sets.write)
  const configOf = recentlyUsed(makeConfig, keptViews)
  const vectors = conditions.vectors ?? spreadVectors(configOf, healthOf)
  const makeView = (hostId: HostId): HostView | undefined => {
    const config = configOf(hostId)
    if (config === undefined) return undefined
    const health = healthOf(hostId)
    const choices = choicesOnDemand(config, health, vectors)
    const chosen = () => choosePaths(config.whole(), health, vectors, undefined)
    return new ViewOnDemand(state, config, choices, { chosen, sets, peers: peerTable(config, choices, claimed) })
  }
  const kept = recentlyUsed(makeView, keptViews)
  return { state, conditions, viewOf: kept, wholeViewInSteps }

  function* wholeViewInSteps(hostId: HostId): Generator<undefined, HostView | undefined> {
    const view = kept(hostId)
    for (const teller of view === undefined ? [] : tellersOf(view.config)) {
      yield
      vectors.get(teller)
    }
    yield
    return view
  }
}
