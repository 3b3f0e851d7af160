/**
 * The difference between what a host is and what it should be, as steps. Pure: `reconcile` carries them out.
 *
 * The order is the point. Whatever reaches its destination before the first step and after the last also does so after
 * every step in between: WireGuard's own packets are told apart before rules take everything into the mesh, the filter comes before what it is for, addresses come before routes that name them as source, peers before routes that lead to them,
 * wider routes before narrower ones go, and only then is taken away what nothing needs any more. Names come last: whatever
 * stands against them, the packets are right.
 */
import type { WireguardPublicKey } from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import type { HostChange } from './host-change.js'
import { noNames } from './host-names.js'
import type { ObservedHost, ObservedInterface } from './observed-host.js'
import { allPeerKeys, comparePeers } from './peer-differences.js'
import { planFirewallChanges, planForwarding } from './plan-firewall-changes.js'
import { planForeignFilters } from './plan-foreign-filters.js'
import { planNames } from './plan-names.js'
import { orderPeerChanges } from './plan-peer-changes.js'
import { planPolicyRouting } from './plan-policy-routing.js'
import { planRouteChanges } from './plan-route-changes.js'
import { noPolicyRouting } from './policy-routing.js'
import { tunnelMtuOf } from './underlay-mtu.js'

/** What the planner can be told besides the two states. */
export interface PlanContext {
  /** What was in effect before: an endpoint in use that was a candidate there and is none now was withdrawn. */
  readonly previousDesired?: DesiredHost | undefined
  /** Look at these peers only; the others are known to be as they should. Left out: all are compared. */
  readonly changedPeers?: Iterable<WireguardPublicKey> | undefined
}

/**
 * The steps from `observed` to `desired`, fewest and always the same for the same input; `[]` when it is so already.
 * `undefined` desired: the interface shall not be there.
 */
export function planChanges(
  observed: ObservedHost,
  desired: DesiredHost | undefined,
  context: PlanContext = {},
): readonly HostChange[] {
  if (desired === undefined) return planNothing(observed)
  // Without an interface there are no peers, whatever the caller believed.
  const known = observed.interface === undefined ? undefined : context.changedPeers
  const keys = known ?? allPeerKeys(observed, desired)
  const peers = orderPeerChanges(comparePeers(observed, desired, keys, context.previousDesired))
  const routes = planRouteChanges(observed.routes, desired.routes)
  const addresses = planAddresses(observed.interface, desired)
  const forwarding = planForwarding(observed.forwarding, desired.forwards)
  const foreign = planForeignFilters(observed.foreignFilters, desired)
  const policy = planPolicyRouting(observed.policyRouting, desired.policyRouting)
  return [
    ...planInterface(observed, desired),
    ...policy.first,
    ...forwarding.off,
    ...foreign.close,
    ...planFirewallChanges(observed.firewall, desired.firewall),
    ...forwarding.on,
    ...foreign.open,
    ...addresses.add,
    ...peers.give,
    ...(observed.interface?.isUp === true ? [] : [{ kind: 'bring-up' } as const]),
    ...routes.add,
    ...policy.give,
    ...policy.take,
    ...routes.remove,
    ...peers.take,
    ...addresses.remove,
    ...policy.last,
    ...planNames(observed.names, desired.names),
  ]
}

/** First what takes packets into the mesh, then the interface: while it is there, its packets meet the filter. */
function planNothing(observed: ObservedHost): readonly HostChange[] {
  const policy = planPolicyRouting(observed.policyRouting, noPolicyRouting)
  return [
    ...policy.first,
    ...policy.take,
    ...policy.last,
    ...(isInterfaceThere(observed) ? [{ kind: 'remove-interface' } as const] : []),
    ...planForwarding(observed.forwarding, false).off,
    ...planForeignFilters(observed.foreignFilters, undefined).close,
    ...planFirewallChanges(observed.firewall, null),
    ...planNames(observed.names, noNames),
  ]
}

/** Under its own name or another. */
export const isInterfaceThere = ({ interface: found, renamedTo }: ObservedHost): boolean =>
  found !== undefined || renamedTo !== undefined

/** The private key comes first: WireGuard forgets a peer that has the interface's own key. */
function planInterface(observed: ObservedHost, desired: DesiredHost): readonly HostChange[] {
  const { interface: found, underlayMtu } = observed
  const { publicKey, listenPort } = desired
  const mtuBytes = tunnelMtuOf(desired.mtuBytes, underlayMtu)
  const changes: HostChange[] = []
  if (found === undefined) changes.push({ kind: 'create-interface', publicKey, listenPort })
  if (found !== undefined && found.publicKey !== publicKey) changes.push({ kind: 'set-private-key', publicKey })
  if (found !== undefined && found.listenPort !== listenPort) changes.push({ kind: 'set-listen-port', listenPort })
  if (found?.mtuBytes !== mtuBytes) changes.push({ kind: 'set-mtu', mtuBytes })
  return changes
}

function planAddresses(found: ObservedInterface | undefined, desired: DesiredHost) {
  const [has, wants] = [new Set(found?.addresses), new Set(desired.addresses)]
  const add: HostChange[] = [...wants].flatMap((address) => (has.has(address) ? [] : { kind: 'add-address', address }))
  const remove: HostChange[] = [...has].flatMap((address) =>
    wants.has(address) ? [] : { kind: 'remove-address', address },
  )
  return { add, remove }
}
