import { isIpv6Address } from '../values/index.js'
import { firewallRulesHash } from './desired-firewall.js'
import type { HostRoute } from './desired-host.js'
import type { ForeignFilterName, Passage } from './foreign-filter.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost, ObservedInterface } from './observed-host.js'
import { PeerTable } from './peer-table.js'
import { routeIdentity, routeSlot } from './plan-route-changes.js'
import { policyRouteIdentity, policyRouteSlot, policyRuleIdentity } from './policy-routing.js'

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
  const table = new PeerTable(observed.peers, plan)
  for (const change of plan) {
    host = applyToPolicyRouting(applyToFirewall(applyToInterface(host, change, defaults), change), change)
    host = applyToNames(host, change)
    if (host.interface !== undefined) applyToPeers(table, change)
    else table.clear()
  }
  return { ...host, peers: table.peers() }
}

function applyToInterface(host: ObservedHost, change: HostChange, defaults: InterfaceDefaults): ObservedHost {
  if (host.interface !== undefined) return applyToExisting(host, host.interface, change)
  const { renamedTo: _, ...others } = host
  if (change.kind === 'remove-interface') return others
  if (change.kind !== 'create-interface') return host
  const { publicKey, listenPort } = change
  const created = { ...defaults, publicKey, listenPort, mtuBytes: DEFAULT_MTU_BYTES, isUp: false, addresses: [] }
  return { ...others, interface: created }
}

function applyToExisting(host: ObservedHost, current: ObservedInterface, change: HostChange): ObservedHost {
  const withInterface = (changed: Partial<ObservedInterface>) => ({ ...host, interface: { ...current, ...changed } })
  switch (change.kind) {
    case 'create-interface':
      return withInterface({ publicKey: change.publicKey, listenPort: change.listenPort })
    case 'remove-interface':
      return withoutMeshRoutes(withoutInterface(host))
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
    case 'open-foreign-filter':
    case 'close-foreign-filter':
    case 'set-bypass':
    case 'add-policy-route':
    case 'remove-policy-route':
    case 'add-policy-rule':
    case 'remove-policy-rule':
    case 'set-names':
    case 'set-resolvers':
      return host
  }
}

/** The firewall is there with or without an interface. */
function applyToFirewall(host: ObservedHost, change: HostChange): ObservedHost {
  const { firewall, forwarding } = host
  switch (change.kind) {
    case 'set-firewall': {
      const { rules, sets } = change.firewall
      return { ...host, firewall: { rulesHash: firewallRulesHash(rules), sets } }
    }
    case 'change-firewall-set': {
      const members = change.firewall.sets.get(change.set) ?? []
      return firewall?.sets.has(change.set) === true
        ? { ...host, firewall: { ...firewall, sets: new Map(firewall.sets).set(change.set, members) } }
        : host
    }
    case 'remove-firewall': {
      const forgotten = [...forwarding].map(([family, is]) => [family, is === 'switched-on' ? 'on' : is] as const)
      return { ...host, firewall: undefined, forwarding: new Map(forgotten) }
    }
    case 'set-forwarding': {
      const [from, to] = change.isOn ? (['off', 'switched-on'] as const) : (['switched-on', 'off'] as const)
      const isToChange = forwarding.get(change.family) === from
      return isToChange ? { ...host, forwarding: new Map(forwarding).set(change.family, to) } : host
    }
    case 'open-foreign-filter':
      return withPassage(host, change.name, { state: 'open', listenPort: change.listenPort })
    case 'close-foreign-filter':
      return withPassage(host, change.name, { state: 'closed' })
    default:
      return host
  }
}

function withPassage(host: ObservedHost, name: ForeignFilterName, passage: Passage): ObservedHost {
  const found = host.foreignFilters.get(name)
  if (found === undefined || found.passage.state === 'locked') return host
  const isWithoutPort = passage.state === 'open' && found.hook === 'forward'
  const now = isWithoutPort ? ({ state: 'open', listenPort: null } as const) : passage
  return { ...host, foreignFilters: new Map(host.foreignFilters).set(name, { ...found, passage: now }) }
}

/** What a link that is down or gone takes along of policy routing: routes over it and, when it is gone, its socket's mark. */
export function withoutMeshRoutes(host: ObservedHost): ObservedHost {
  const { policyRouting } = host
  const bypass = policyRouting.bypass === 'on' && host.interface === undefined ? 'partly' : policyRouting.bypass
  const routes = policyRouting.routes.filter(({ to }) => to !== 'mesh')
  return { ...host, policyRouting: { ...policyRouting, bypass, routes } }
}

function applyToPolicyRouting(host: ObservedHost, change: HostChange): ObservedHost {
  const { policyRouting } = host
  const { routes, rules } = policyRouting
  const become = (changed: Partial<ObservedHost['policyRouting']>): ObservedHost => ({
    ...host,
    policyRouting: { ...policyRouting, ...changed },
  })
  switch (change.kind) {
    case 'set-bypass':
      return become({ bypass: change.isOn ? 'on' : 'off' })
    case 'add-policy-route': {
      const slot = policyRouteSlot(change.route)
      return become({ routes: [...routes.filter((route) => policyRouteSlot(route) !== slot), change.route] })
    }
    case 'remove-policy-route': {
      const gone = policyRouteIdentity(change.route)
      return become({ routes: routes.filter((route) => policyRouteIdentity(route) !== gone) })
    }
    case 'add-policy-rule':
    case 'remove-policy-rule': {
      const identity = policyRuleIdentity(change.rule)
      const others = rules.filter((rule) => policyRuleIdentity(rule) !== identity)
      return become({ rules: change.kind === 'add-policy-rule' ? [...others, change.rule] : others })
    }
    default:
      return host
  }
}

function applyToNames(host: ObservedHost, change: HostChange): ObservedHost {
  if (change.kind === 'set-names') return { ...host, names: { ...host.names, lines: change.lines } }
  if (change.kind === 'set-resolvers') return { ...host, names: { ...host.names, resolvers: change.resolvers } }
  return host
}

/** With it goes what was said of it. */
function withoutInterface(host: ObservedHost): ObservedHost {
  const { names } = host
  const resolvers = names.means.can === 'one-list' ? [] : names.resolvers
  return { ...host, interface: undefined, routes: [], names: { ...names, resolvers } }
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
