import type { ChosenPaths } from '../host-config/chosen-paths.js'
import { type HostConfig, pathKey } from '../host-config/host-config.js'
import { rangesFallenTo } from '../host-config/ranges-fallen-to.js'

/** What of a config routes into the mesh are made of. */
export type RouteParts = Pick<HostConfig, 'egresses' | 'keptByLan' | 'nat' | 'paths' | 'routes' | 'routing'>

/** Routes into the mesh, and what the own LAN keeps of them, without what this host carries itself now (E6). The config's own where that is nothing. */
export const routesNow = (
  config: RouteParts,
  { hops }: Pick<ChosenPaths, 'hops'>,
): Pick<HostConfig, 'routes' | 'keptByLan'> => {
  const { egresses, paths, routes, keptByLan } = config
  const beyond =
    config.routing.length === 0 ? [] : egresses.flatMap(({ egressId }) => paths.get(pathKey('egress', egressId)) ?? [])
  const fallen = rangesFallenTo(config, beyond, ({ key }) => hops.get(key))
  if (fallen.size === 0) return { routes, keptByLan }
  return {
    routes: routes.filter(({ prefix }) => !fallen.has(prefix)),
    keptByLan: keptByLan.filter((prefix) => !fallen.has(prefix)),
  }
}
