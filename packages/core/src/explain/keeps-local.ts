/** Where a host's own LAN goes before the mesh, for what others send it from there or from the internet. */
import { type IpAddress, ipFamilyOf, prefixContainsAddress, prefixLength } from '../values/index.js'
import type { HostView } from './host-view.js'

/** Whether what comes from the underlay goes to the host's own LAN, as it would without a mesh: its own ranges, and what no route leads into. */
export const keepsLocal = (view: HostView, destination: IpAddress): boolean => {
  const local = view.localPrefixes.longest(destination)
  if (local === undefined) return false
  const routed = ownRangeLength(view, destination)
  const route = view.routes.longest(destination)?.length ?? 0
  if (route >= local.length && route > routed) return false
  const { fullTunnel } = view
  const isInside =
    fullTunnel?.families.includes(ipFamilyOf(destination)) && fullTunnel.settings.localNetwork === 'inside'
  return routed > 0 || isInside !== true
}

/** How long the longest range is that the host routes and the address lies in; 0: none, or all of the internet. */
export const ownRangeLength = (view: HostView, destination: IpAddress): number => {
  const ranges = view.routing.flatMap((egress) =>
    egress.ranges.filter((range) => prefixContainsAddress(range, destination)),
  )
  return Math.max(0, ...ranges.map(prefixLength))
}
