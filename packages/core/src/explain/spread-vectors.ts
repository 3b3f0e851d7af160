/** What every host would know of the others' choices once all have told each other: the steady state that packets are followed in. */
import type { HealthView } from '../host-config/chosen-paths.js'
import type { HostConfig } from '../host-config/host-config.js'
import type { PathVector, PathVectors } from '../host-config/path-vector.js'
import type { HostId } from '../values/index.js'
import { choicesOnDemand } from './choices-on-demand.js'
import type { ConfigOnDemand } from './config-on-demand.js'
import { madeOnceEach } from './made-once.js'

/**
 * Vectors are made when they are asked for. First everyone chooses without knowing others, then once more with what those would
 * tell: it takes no third time, since of several routers the first one tells the same in both.
 */
export const spreadVectors = (
  configOf: (hostId: HostId) => ConfigOnDemand | undefined,
  healthOf: (hostId: HostId) => HealthView,
): PathVectors => {
  const told = (known: PathVectors) => (hostId: HostId) => {
    const config = configOf(hostId)
    return config && { hostId, sequence: 1, ...choicesOnDemand(config, healthOf(hostId), known).vector() }
  }
  return new VectorsOnDemand(told(new VectorsOnDemand(told(new Map()))))
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
  override readonly get: (hostId: HostId) => PathVector | undefined

  constructor(make: (hostId: HostId) => PathVector | undefined) {
    super()
    this.get = madeOnceEach(make)
  }

  override has(hostId: HostId): boolean {
    return this.get(hostId) !== undefined
  }
}
