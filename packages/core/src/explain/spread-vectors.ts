/** What every host would know of the others' choices once all have told each other: the steady state that packets are followed in. */
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import type { HostConfig } from '../host-config/host-config.js'
import type { PathVector, PathVectors } from '../host-config/path-vector.js'
import { projectHostConfigs } from '../host-config/project-host-configs.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import { recentlyUsed } from './recently-used.js'

export interface SpreadVectors {
  readonly configOf: (hostId: HostId) => HostConfig | undefined
  readonly vectors: PathVectors
}

/**
 * Vectors are made when they are asked for. First everyone chooses without knowing others, then once more with what those would
 * tell: it takes no third time, since of several routers the first one tells the same in both.
 */
export const spreadVectors = (
  state: MeshState,
  healthOf: (hostId: HostId) => HealthView,
  keptConfigs: number,
): SpreadVectors => {
  const configOf = recentlyUsed(projectHostConfigs(state), keptConfigs)
  const told = (known: PathVectors) => (hostId: HostId) => {
    const config = configOf(hostId)
    if (config === undefined) return undefined
    return { hostId, sequence: 1, ...choosePaths(config, healthOf(hostId), known, undefined).vector }
  }
  const first = new VectorsOnDemand(told(new Map()))
  return { configOf, vectors: new VectorsOnDemand(told(first)) }
}

/** Whose vectors this host's choices follow from. */
export const tellersOf = ({ paths }: HostConfig): ReadonlySet<HostId> => {
  const tellers = new Set<HostId>()
  for (const { to } of paths.values()) {
    if (to.kind === 'relayed' || to.kind === 'pair') tellers.add(to.hostId)
    if (to.kind === 'leaving' || to.kind === 'routed') for (const { hostId } of to.routers) tellers.add(hostId)
  }
  return tellers
}

/** Looks like a map in which everyone's vector is. */
class VectorsOnDemand extends Map<HostId, PathVector> {
  readonly #made: Map<HostId, PathVector | undefined>
  readonly #make: (hostId: HostId) => PathVector | undefined

  constructor(make: (hostId: HostId) => PathVector | undefined) {
    super()
    this.#made = new Map()
    this.#make = make
  }

  override get(hostId: HostId): PathVector | undefined {
    if (!this.#made.has(hostId)) this.#made.set(hostId, this.#make(hostId))
    return this.#made.get(hostId)
  }

  override has(hostId: HostId): boolean {
    return this.get(hostId) !== undefined
  }
}
