import type { ChosenPaths } from '../host-config/chosen-paths.js'
import { type HostConfig, pathKey, type RoutedEgress } from '../host-config/host-config.js'

/**
 * What a host routes and another has now. A range that keeps its sources goes through the router that is active for all, since the way
 * back follows it (E6): one that stands by sends what others sent it there, though it is beside the range itself.
 */
export const anothersOf = (
  { routing, nat }: Pick<HostConfig, 'routing' | 'nat'>,
  { hops, vector }: Pick<ChosenPaths, 'hops' | 'vector'>,
): readonly RoutedEgress[] =>
  routing.filter(
    ({ egressId }) =>
      !vector.servedEgressIds.includes(egressId) &&
      !nat.some((rule) => rule.kind === 'masquerade' && rule.egressId === egressId) &&
      hops.has(pathKey('egress', egressId)),
  )
