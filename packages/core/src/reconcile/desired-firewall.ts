import type { ForwardRule, InputRule, NatRule } from '../host-config/host-config.js'
import { formatHash, hashText } from '../values/content-hash.js'
import type { IpPrefix } from '../values/index.js'

/** Names a set in every operating system: 17 characters of a-z and 0-9, made of the name that configs have for it. */
export type FirewallSetId = string

/** What a host's packet filter and address translation should be, for packets of its own interface; others are none of its business. */
export interface DesiredFirewall {
  readonly rules: FirewallRules
  /** Every set that rules name; prefixes are merged, and none lies in another. */
  readonly sets: ReadonlyMap<FirewallSetId, readonly IpPrefix[]>
}

/** Everything but who is in the sets: changes seldom, and is replaced as a whole. */
export interface FirewallRules {
  /** `null`: everything that keys permit passes. */
  readonly filter: FirewallFilter | null
  readonly nat: readonly NatRule[]
}

/** What comes in and what is passed on; what no rule lets through is dropped, and answers to what was let through pass. */
export interface FirewallFilter {
  /** All that is the mesh's, as far as this host knows: what is in none of it is the internet. */
  readonly mesh: FirewallSetId
  /** The mesh's own ranges, control ranges too: whoever has an address of them is heard by the mesh's interface alone. */
  readonly ranges: FirewallSetId
  /**
   * The host's own addresses in the mesh, control addresses too. By other interfaces than the mesh's nobody comes to them but who may
   * begin with them from a range that the host routes.
   */
  readonly own: readonly IpPrefix[]
  /** Control addresses of all hosts: among them, agents ask each other. */
  readonly control: readonly IpPrefix[]
  readonly input: readonly FirewallInput[]
  readonly forward: readonly FirewallForward[]
}

/** As `InputRule`, with the ids of sets. */
export type FirewallInput = Omit<InputRule, 'networkId'>

/** As `ForwardRule`, with the ids of sets; those alone that hold now. */
export type FirewallForward = Omit<ForwardRule, 'networkId' | 'egressId'>

/** Tells rules apart: 16 lower-case hex digits. */
export const firewallRulesHash = (rules: FirewallRules): string => {
  const known = hashes.get(rules)
  if (known !== undefined) return known
  const hash = formatHash(hashText(JSON.stringify(rules)))
  hashes.set(rules, hash)
  return hash
}

const hashes = new WeakMap<FirewallRules, string>()
