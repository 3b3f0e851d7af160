import { isIpv6Address } from '../values/index.js'
import { firewallRulesHash } from './desired-firewall.js'
import type { HostRoute } from './desired-host.js'
import type { HostChange } from './host-change.js'
import type { ObservedFirewall, ObservedHost, ObservedInterface } from './observed-host.js'
import { PeerTable } from './peer-table.js'
import { routeIdentity, routeSlot } from './plan-route-changes.js'

/** What a fresh interface is like where a change doesn't say it. */
export interface InterfaceDefaults {
  readonly name: string
  readonly implementation: ObservedInterface['implementation']
}

/** The MTU of a fresh WireGuard interface (both of Linux's implementations). */
export const DEFAULT_MTU_BYTES = 1420

/**
 * What `observe` would answer after a driver carried out `changes`: for planning the next patch before the next full
 * observation, and the model behind the simulated host. Expects changes that succeed; the ones that make no sense on this
 * host (a peer without an interface) leave it as it is.
 */
export function applyHostChanges(
  observed: ObservedHost,
  changes: Iterable<HostChange>,
  defaults: InterfaceDefaults,
): ObservedHost {
  const plan = [...changes]
  let host = observed
  for (const change of plan)
    host = {
      ...host,
      firewall: firewallAfter(host.firewall, change),
      forwarding: forwardingAfter(host.forwarding, change),
    }
  const table = new PeerTable(observed.peers, plan)
  for (const change of plan) {
    host = applyToInterface(host, change, defaults)
    if (host.interface !== undefined) applyToPeers(table, change)
    else table.clear()
  }
  return { ...host, peers: table.peers() }
}

function applyToInterface(host: ObservedHost, change: HostChange, defaults: InterfaceDefaults): ObservedHost {
  if (host.interface !== undefined) return applyToExisting(host, host.interface, change)
  if (change.kind !== 'create-interface') return host
  const { publicKey, listenPort } = change
  const created = { ...defaults, publicKey, listenPort, mtuBytes: DEFAULT_MTU_BYTES, isUp: false, addresses: [] }
  return { ...host, interface: created }
}

function applyToExisting(host: ObservedHost, current: ObservedInterface, change: HostChange): ObservedHost {
  const withInterface = (changed: Partial<ObservedInterface>) => ({ ...host, interface: { ...current, ...changed } })
  switch (change.kind) {
    case 'create-interface':
      return withInterface({ publicKey: change.publicKey, listenPort: change.listenPort })
    case 'remove-interface':
      return { ...host, interface: undefined, routes: [] }
    case 'set-private-key':
      return withInterface({ publicKey: change.publicKey })
    case 'set-listen-port':
      return withInterface({ listenPort: change.listenPort })
    case 'set-mtu':
      return withInterface({ mtuBytes: change.mtuBytes })
    case 'bring-up':
      return withInterface({ isUp: true })
    case 'add-address':
      return withInterface({ addresses: [...current.addresses.filter((a) => a !== change.address), change.address] })
    case 'remove-address':
      return {
        ...withInterface({ addresses: current.addresses.filter((address) => address !== change.address) }),
        routes: routesWithoutSource(host.routes, change.address),
      }
    case 'add-route':
      return { ...host, routes: [...withoutSlot(host.routes, change.route), change.route] }
    case 'remove-route':
      return { ...host, routes: host.routes.filter((route) => routeIdentity(route) !== routeIdentity(change.route)) }
    case 'set-peer':
    case 'remove-peer':
    case 'refresh-underlay':
    case 'set-firewall':
    case 'change-firewall-set':
    case 'remove-firewall':
    case 'set-forwarding':
      return host
  }
}

function firewallAfter(found: ObservedFirewall | undefined, change: HostChange): ObservedFirewall | undefined {
  switch (change.kind) {
    case 'set-firewall': {
      const { rules, sets } = change.firewall
      return { rulesHash: firewallRulesHash(rules), sets }
    }
    case 'remove-firewall':
      return undefined
    case 'change-firewall-set':
      return found?.sets.has(change.set) === true
        ? { ...found, sets: new Map(found.sets).set(change.set, change.members) }
        : found
    default:
      return found
  }
}

function forwardingAfter(found: ObservedHost['forwarding'], change: HostChange): ObservedHost['forwarding'] {
  if (change.kind === 'remove-firewall')
    return new Map([...found].map(([family, state]) => [family, state === 'switched-on' ? 'on' : state]))
  if (change.kind !== 'set-forwarding') return found
  const { family, isOn } = change
  const state = found.get(family)
  if (isOn && state === 'off') return new Map(found).set(family, 'switched-on')
  return !isOn && state === 'switched-on' ? new Map(found).set(family, 'off') : found
}

/** Linux drops IPv4 routes whose source goes away and keeps IPv6 ones without it. */
function routesWithoutSource(routes: readonly HostRoute[], source: string): readonly HostRoute[] {
  return routes.flatMap((route) => {
    if (route.preferredSource !== source) return route
    return isIpv6Address(route.preferredSource) ? { ...route, preferredSource: null } : []
  })
}

function withoutSlot(routes: readonly HostRoute[], added: HostRoute): readonly HostRoute[] {
  return routes.filter((route) => routeSlot(route) !== routeSlot(added))
}

function applyToPeers(table: PeerTable, change: HostChange): void {
  if (change.kind === 'remove-peer' || change.kind === 'set-private-key') table.remove(change.publicKey)
  if (change.kind === 'set-peer') table.set(change)
}
