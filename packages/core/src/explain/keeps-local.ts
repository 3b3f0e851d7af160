/** Where a host's own LAN goes before the mesh, for what others send it from there or from the internet. */
import { asksOwnTables } from '../host-config/own-tables.js'
import { type IpAddress, ipFamilyOf, prefixContainsAddress, prefixLength } from '../values/index.js'
import type { HostView } from './host-view.js'

/** Whether what comes from the underlay goes to the host's own LAN, as it would without a mesh: its own ranges, and what no route leads into. */
export const keepsLocal = (view: HostView, destination: IpAddress): boolean => {
  if (hasNoRoute(view, destination)) return true
  const local = view.localPrefixes.longest(destination)
  const routed = ownRangeLength(view, destination)
  const route = view.routes.longest(destination)?.length ?? 0
  if (local === undefined) return routed > 0 && routed >= route
  if (route >= local.length && route > routed) return false
  const { fullTunnel } = view
  const isInside =
    fullTunnel?.families.includes(ipFamilyOf(destination)) && fullTunnel.settings.localNetwork === 'inside'
  return routed > 0 || isInside !== true
}

/**
 * Whether what came out of the mesh is led out of it again, though the host doesn't route it: its own LAN, where that is nearer than every
 * route into the mesh, and what its full tunnel leaves out (D5). Routes go by addresses: whose packet it is, they don't ask.
 */
export const leadsOutOfMesh = (view: HostView, destination: IpAddress): boolean => {
  if (hasNoRoute(view, destination)) return true
  const { fullTunnel } = view
  const route = view.forwardRoutes.longest(destination)?.length ?? 0
  const local = view.localPrefixes.longest(destination)?.length ?? 0
  const tunnel = fullTunnel?.families.includes(ipFamilyOf(destination)) === true ? fullTunnel : null
  if (local > route) return tunnel?.settings.localNetwork !== 'inside'
  return route === 0 && tunnel?.outsidePrefixes.some((prefix) => prefixContainsAddress(prefix, destination)) === true
}

/** Not even one that a peer's allowed addresses say: a driver without tables of its own takes none around the underlay (E5). */
const hasNoRoute = ({ own, forwardRoutes }: HostView, destination: IpAddress): boolean =>
  !asksOwnTables(own) && forwardRoutes.longest(destination) === undefined

/** How long the longest range is that the host routes and the address lies in; 0: none, or all of the internet. */
export const ownRangeLength = (view: HostView, destination: IpAddress): number => {
  const ranges = view.routing.flatMap((egress) =>
    egress.ranges.filter((range) => prefixContainsAddress(range, destination)),
  )
  return Math.max(0, ...ranges.map(prefixLength))
}
