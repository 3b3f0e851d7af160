/**
 * Ranges that lie in a wider one of this host's own and whose own routers are all down: it carries them now (E6), by its own links, as it does
 * the wider one. While no peer has them a route into the mesh would lead nowhere, for what it makes itself and what viewers send it alike.
 */
import { type HostId, type IpPrefix, prefixContains, prefixLength } from '../values/index.js'
import type { HostConfig, Path } from './host-config.js'

/** `hopOf`: by which peer a path goes now. */
export const rangesFallenTo = (
  { routing, nat }: Pick<HostConfig, 'routing' | 'nat'>,
  paths: Iterable<Path>,
  hopOf: (path: Path) => HostId | undefined,
): ReadonlySet<IpPrefix> => {
  const fallen = new Set<IpPrefix>()
  if (routing.length === 0) return fallen
  // By its own addresses a mapped range is nobody's in the mesh (E8).
  const isMapped = (id: string) => nat.some((rule) => rule.kind === 'prefix-map' && rule.egressId === id)
  const own = routing
    .filter(({ egressId }) => !isMapped(egressId))
    .flatMap(({ ranges }) => ranges.filter((range) => prefixLength(range) > 0))
  for (const path of paths) {
    if ((path.to.kind !== 'leaving' && path.to.kind !== 'routed') || !path.to.fallbackToWider) continue
    const inside = path.prefixes.filter((prefix) =>
      own.some((range) => range !== prefix && prefixContains(range, prefix)),
    )
    if (inside.length > 0 && hopOf(path) === undefined) for (const prefix of inside) fallen.add(prefix)
  }
  return fallen
}
