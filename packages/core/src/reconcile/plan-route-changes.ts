import type { HostRoute } from './desired-host.js'
import type { HostChange } from './host-change.js'

/** The plan for routes: what is added or replaced comes before what goes. */
export interface RoutePlan {
  readonly add: readonly HostChange[]
  readonly remove: readonly HostChange[]
}

/** Compares routes by prefix, metric and preferred source; a route that differs in its source alone is replaced in place. */
export function planRouteChanges(observed: readonly HostRoute[], desired: readonly HostRoute[]): RoutePlan {
  const found = new Set(observed.map(routeIdentity))
  const wanted = new Set(desired.map(routeIdentity))
  const added = desired.filter((route) => !found.has(routeIdentity(route)))
  const replacedSlots = new Set(added.map(routeSlot))
  const removed = observed.filter((route) => !wanted.has(routeIdentity(route)) && !replacedSlots.has(routeSlot(route)))
  return {
    add: added.map((route) => ({ kind: 'add-route', route })),
    remove: removed.map((route) => ({ kind: 'remove-route', route })),
  }
}

/** Two routes in one slot exclude each other: adding the second replaces the first. */
export function routeSlot({ prefix, metric }: HostRoute): string {
  return `${prefix} ${metric}`
}

/** Equal for equal routes. */
export function routeIdentity(route: HostRoute): string {
  return `${routeSlot(route)} ${route.preferredSource ?? '-'}`
}
