import type { IpAddress, IpFamily, WireguardPublicKey } from '../values/index.js'
import type { DesiredFirewall, FirewallSetId } from './desired-firewall.js'
import type { DesiredHost, HostRoute } from './desired-host.js'
import type { ForeignFilterName } from './foreign-filter.js'
import type { HostChange } from './host-change.js'
import { type DesiredNames, noNames } from './host-names.js'
import type { ObservedFirewall, ObservedHost } from './observed-host.js'
import { allPeerKeys, comparePeers, type PeerDifference } from './peer-differences.js'
import { isInterfaceThere, type PlanContext } from './plan-changes.js'
import { planFirewallChanges, planForwarding } from './plan-firewall-changes.js'
import { planForeignFilters } from './plan-foreign-filters.js'
import { planNames } from './plan-names.js'
import { planPolicyRouting } from './plan-policy-routing.js'
import { planRouteChanges } from './plan-route-changes.js'
import { noPolicyRouting, type PolicyRoute, type PolicyRouting, type PolicyRule } from './policy-routing.js'
import { tunnelMtuOf } from './underlay-mtu.js'

/** One way in which a host is not as desired: for people and status pages, where `HostChange` is for drivers. */
export type HostDrift =
  | { readonly kind: 'interface-missing' }
  | { readonly kind: 'interface-unexpected' }
  | {
      readonly kind: 'interface-differs'
      readonly field: InterfaceField
      readonly expected: InterfaceValue
      readonly found: InterfaceValue
    }
  | { readonly kind: 'address-missing' | 'address-unexpected'; readonly address: IpAddress }
  | { readonly kind: 'peer-missing' | 'peer-unexpected'; readonly publicKey: WireguardPublicKey }
  | { readonly kind: 'peer-differs'; readonly publicKey: WireguardPublicKey; readonly fields: readonly PeerField[] }
  | { readonly kind: 'route-missing' | 'route-unexpected'; readonly route: HostRoute }
  | { readonly kind: 'firewall-missing' | 'firewall-unexpected' | 'firewall-differs' }
  | { readonly kind: 'forwarding-differs'; readonly family: IpFamily }
  | { readonly kind: 'firewall-set-differs'; readonly set: FirewallSetId }
  | { readonly kind: 'foreign-filter-closed' | 'foreign-filter-open'; readonly name: ForeignFilterName }
  | { readonly kind: 'bypass-differs' }
  | { readonly kind: 'policy-route-missing' | 'policy-route-unexpected'; readonly policyRoute: PolicyRoute }
  | { readonly kind: 'policy-rule-missing' | 'policy-rule-unexpected'; readonly rule: PolicyRule }
  | { readonly kind: 'names-differ' | 'resolvers-differ' }

/** Fields of the interface that may drift. */
export type InterfaceField = 'publicKey' | 'listenPort' | 'mtuBytes' | 'isUp'

/** Fields of a peer that may drift. */
export type PeerField = 'allowedIps' | 'endpoint' | 'keepaliveSeconds'

/** What a field of an interface holds; `null`: nothing set. */
export type InterfaceValue = string | number | boolean | null

/** Everything that differs; empty exactly when `planChanges` has nothing to do. */
export function describeDrift(
  observed: ObservedHost,
  desired: DesiredHost | undefined,
  context: Pick<PlanContext, 'previousDesired'> = {},
): readonly HostDrift[] {
  if (desired === undefined)
    return [
      ...(isInterfaceThere(observed) ? [{ kind: 'interface-unexpected' } as const] : []),
      ...firewallDrift(observed.firewall, null),
      ...forwardingDrift(observed.forwarding, false),
      ...foreignDrift(observed, undefined),
      ...policyRoutingDrift(observed.policyRouting, noPolicyRouting),
      ...namesDrift(observed.names, noNames),
    ]
  const peers = comparePeers(observed, desired, allPeerKeys(observed, desired), context.previousDesired)
  return [
    ...interfaceDrift(observed, desired),
    ...addressDrift(observed.interface?.addresses ?? [], desired.addresses),
    ...peers.differing.map(peerDrift),
    ...peers.unexpected.map((publicKey) => ({ kind: 'peer-unexpected', publicKey }) as const),
    ...routeDrift(observed.routes, desired.routes),
    ...firewallDrift(observed.firewall, desired.firewall),
    ...forwardingDrift(observed.forwarding, desired.forwards),
    ...foreignDrift(observed, desired),
    ...policyRoutingDrift(observed.policyRouting, desired.policyRouting),
    ...namesDrift(observed.names, desired.names),
  ]
}

function namesDrift(found: ObservedHost['names'], desired: DesiredNames): readonly HostDrift[] {
  return planNames(found, desired).map(({ kind }) => ({
    kind: kind === 'set-names' ? 'names-differ' : 'resolvers-differ',
  }))
}

function policyRoutingDrift(found: ObservedHost['policyRouting'], desired: PolicyRouting): readonly HostDrift[] {
  const { first, give, take, last } = planPolicyRouting(found, desired)
  return [...first, ...give, ...take, ...last].flatMap((change): readonly HostDrift[] => {
    switch (change.kind) {
      case 'set-bypass':
        return [{ kind: 'bypass-differs' }]
      case 'add-policy-route':
        return [{ kind: 'policy-route-missing', policyRoute: change.route }]
      case 'remove-policy-route':
        return [{ kind: 'policy-route-unexpected', policyRoute: change.route }]
      case 'add-policy-rule':
        return [{ kind: 'policy-rule-missing', rule: change.rule }]
      case 'remove-policy-rule':
        return [{ kind: 'policy-rule-unexpected', rule: change.rule }]
      default:
        return []
    }
  })
}

function forwardingDrift(found: ObservedHost['forwarding'], isWanted: boolean): readonly HostDrift[] {
  const { on, off } = planForwarding(found, isWanted)
  return [...on, ...off].flatMap((change): readonly HostDrift[] =>
    change.kind === 'set-forwarding' ? [{ kind: 'forwarding-differs', family: change.family }] : [],
  )
}

function foreignDrift({ foreignFilters }: ObservedHost, desired: DesiredHost | undefined): readonly HostDrift[] {
  const { open, close } = planForeignFilters(foreignFilters, desired)
  return [...open, ...close].flatMap((change): readonly HostDrift[] => {
    if (change.kind === 'open-foreign-filter') return [{ kind: 'foreign-filter-closed', name: change.name }]
    return change.kind === 'close-foreign-filter' ? [{ kind: 'foreign-filter-open', name: change.name }] : []
  })
}

function firewallDrift(found: ObservedFirewall | undefined, desired: DesiredFirewall | null): readonly HostDrift[] {
  return planFirewallChanges(found, desired).flatMap((change): readonly HostDrift[] => {
    if (change.kind === 'change-firewall-set') return [{ kind: 'firewall-set-differs', set: change.set }]
    if (change.kind === 'remove-firewall') return [{ kind: 'firewall-unexpected' }]
    return [{ kind: found === undefined ? 'firewall-missing' : 'firewall-differs' }]
  })
}

function interfaceDrift(observed: ObservedHost, desired: DesiredHost): readonly HostDrift[] {
  const { interface: found, underlayMtu } = observed
  if (found === undefined) return [{ kind: 'interface-missing' }]
  const pairs: readonly (readonly [InterfaceField, InterfaceValue, InterfaceValue])[] = [
    ['publicKey', desired.publicKey, found.publicKey ?? null],
    ['listenPort', desired.listenPort, found.listenPort],
    ['mtuBytes', tunnelMtuOf(desired.mtuBytes, underlayMtu), found.mtuBytes],
    ['isUp', true, found.isUp],
  ]
  return pairs.flatMap(([field, expected, value]) =>
    expected === value ? [] : { kind: 'interface-differs', field, expected, found: value },
  )
}

function addressDrift(found: readonly IpAddress[], desired: readonly IpAddress[]): readonly HostDrift[] {
  const [has, wants] = [new Set(found), new Set(desired)]
  return [
    ...[...wants].flatMap((address) => (has.has(address) ? [] : ({ kind: 'address-missing', address } as const))),
    ...[...has].flatMap((address) => (wants.has(address) ? [] : ({ kind: 'address-unexpected', address } as const))),
  ]
}

function peerDrift({ publicKey, isNew, gained, lost, endpoint, keepaliveSeconds }: PeerDifference): HostDrift {
  if (isNew) return { kind: 'peer-missing', publicKey }
  const fields: PeerField[] = []
  if (gained.length > 0 || lost.length > 0) fields.push('allowedIps')
  if (endpoint !== undefined) fields.push('endpoint')
  if (keepaliveSeconds !== undefined) fields.push('keepaliveSeconds')
  return { kind: 'peer-differs', publicKey, fields }
}

function routeDrift(found: readonly HostRoute[], desired: readonly HostRoute[]): readonly HostDrift[] {
  const { add, remove } = planRouteChanges(found, desired)
  return [...add, ...remove].flatMap((change: HostChange): readonly HostDrift[] => {
    if (change.kind === 'add-route') return [{ kind: 'route-missing', route: change.route }]
    if (change.kind === 'remove-route') return [{ kind: 'route-unexpected', route: change.route }]
    return []
  })
}
