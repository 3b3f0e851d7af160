import type { IpAddress, IpFamily, IpPrefix, UdpEndpoint, WireguardPublicKey } from '../values/index.js'
import type { DesiredFirewall, FirewallSetId } from './desired-firewall.js'
import type { HostRoute } from './desired-host.js'
import type { ForeignFilterName } from './foreign-filter.js'
import type { NameLine, NameResolver } from './host-names.js'
import type { PolicyRoute, PolicyRule } from './policy-routing.js'

/**
 * One step that a driver can take. Small on purpose: each leaves a host that `observe` can describe, so a plan may be cut off
 * after any of them. `planChanges` yields them in an order that never takes a working path away before its successor is there.
 */
export type HostChange =
  /** Creates the interface without peers, with the host's private key, and down. */
  | { readonly kind: 'create-interface'; readonly publicKey: WireguardPublicKey; readonly listenPort: number }
  /** Removes it with everything on it. */
  | { readonly kind: 'remove-interface' }
  | { readonly kind: 'set-private-key'; readonly publicKey: WireguardPublicKey }
  | { readonly kind: 'set-listen-port'; readonly listenPort: number }
  | { readonly kind: 'set-mtu'; readonly mtuBytes: number }
  | { readonly kind: 'bring-up' }
  | { readonly kind: 'add-address'; readonly address: IpAddress }
  | { readonly kind: 'remove-address'; readonly address: IpAddress }
  /** Creates or updates one peer; what is left out stays as it is. `allowedIps` replaces all of the peer's, taking them from others. */
  | {
      readonly kind: 'set-peer'
      readonly publicKey: WireguardPublicKey
      readonly allowedIps?: readonly IpPrefix[]
      readonly endpoint?: UdpEndpoint
      readonly keepaliveSeconds?: number
    }
  | { readonly kind: 'remove-peer'; readonly publicKey: WireguardPublicKey }
  /** Adds the route, or replaces one of the same prefix and metric on the own interface. */
  | { readonly kind: 'add-route'; readonly route: HostRoute }
  | { readonly kind: 'remove-route'; readonly route: HostRoute }
  /** Puts this packet filter in place of the own one, with its sets, in one step: no packet meets a half of it. */
  | { readonly kind: 'set-firewall'; readonly firewall: DesiredFirewall }
  /**
   * Changes who is in a set, in one step, to what it is in `firewall`: all else of that is there, or about to be. What is there already is
   * not added, what is not there not removed. A driver that can't do it by itself puts all of `firewall` in place.
   */
  | {
      readonly kind: 'change-firewall-set'
      readonly set: FirewallSetId
      readonly add: readonly IpPrefix[]
      readonly remove: readonly IpPrefix[]
      readonly firewall: DesiredFirewall
    }
  /** Forgets as well who switched forwarding on. */
  | { readonly kind: 'remove-firewall' }
  /** Switches it on where it is off, and off where it was so switched on: never what somebody else did. Wants the firewall. */
  | { readonly kind: 'set-forwarding'; readonly family: IpFamily; readonly isOn: boolean }
  /**
   * Puts a rule of our own at the beginning of a foreign filter: what comes over the own interface passes, and what goes there; in a
   * filter of `input`, what comes to WireGuard's port as well. Changes nothing else of it. Fine where there is no such filter any more.
   */
  | { readonly kind: 'open-foreign-filter'; readonly name: ForeignFilterName; readonly listenPort: number }
  /** Takes that rule away again. */
  | { readonly kind: 'close-foreign-filter'; readonly name: ForeignFilterName }
  /**
   * On: WireGuard's own packets, and answers to what came in outside the mesh, are told apart, so that the rule `bypass` finds them.
   * Wants the interface. By itself it changes no packet's way.
   */
  | { readonly kind: 'set-bypass'; readonly isOn: boolean }
  /** Adds the route, or replaces one in the same slot. Into the mesh: wants the interface up, and the source on it. */
  | { readonly kind: 'add-policy-route'; readonly route: PolicyRoute }
  | { readonly kind: 'remove-policy-route'; readonly route: PolicyRoute }
  /** Wants no interface: without one, what leads into the mesh leads nowhere, or to the next rule. */
  | { readonly kind: 'add-policy-rule'; readonly rule: PolicyRule }
  | { readonly kind: 'remove-policy-rule'; readonly rule: PolicyRule }
  /** Puts these lines in place of the own ones, in one step; lines of others stay as they are. `[]`: as if there had been none. */
  | { readonly kind: 'set-names'; readonly lines: readonly NameLine[] }
  /**
   * Tells the host's resolver of these servers in place of those that it was told before; `[]`: as if it had been told nothing. Only
   * what `serveResolvers` lets through.
   */
  | { readonly kind: 'set-resolvers'; readonly resolvers: readonly NameResolver[] }
  /**
   * Makes WireGuard forget the source addresses it remembers for its peers. Wanted after an own underlay address went away:
   * older wireguard-go keeps sending from it for 15 s otherwise.
   */
  | { readonly kind: 'refresh-underlay' }
