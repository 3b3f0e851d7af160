import type { DesiredFirewall, HostChange, IpFamily, ObservedFirewall } from '@meshfold/core'
import type { Outcome } from '../outcome.js'

/** What stands in our own tables or chains. */
export interface OwnTables {
  readonly firewall: ObservedFirewall
  /** Families that passed nothing on before the driver switched them on: it is remembered where the rules are. */
  readonly wasOff: readonly IpFamily[]
}

/** From the members that a set had to those that it shall have. */
export type SetChange = Extract<HostChange, { readonly kind: 'change-firewall-set' }>

/** One way of putting the same packet filter into the kernel. It touches what is its own and nothing else. */
export interface FirewallBackend {
  /** Whether what stands in this table of nftables is judged by our own rules already: then there is no foreign filter in it. */
  readonly isOwnGround: (family: string, table: string) => boolean
  /** `undefined`: nothing of ours is there. `outline`: members of sets are not wanted, and may be left out. */
  readonly find: (action: string, detail?: 'outline') => Outcome<OwnTables | undefined>
  /** Takes the place of what was there. */
  readonly set: (firewall: DesiredFirewall, wasOff: readonly IpFamily[], action: string) => Outcome
  /** All of them together; the last one's firewall is what it comes to. */
  readonly changeSets: (changes: readonly SetChange[]) => Outcome
  /** Fine when there is none. */
  readonly remove: (action: string) => Outcome
  /** Remembers that the family was off; again is nothing new. */
  readonly rememberOff: (family: IpFamily, action: string) => Outcome
  readonly forgetOff: (family: IpFamily, action: string) => Outcome
  /**
   * Has another mesh on this host remember it instead, which switches off what it doesn't need, and at its end. False: there is none, and
   * nothing was changed.
   */
  readonly handOverOff: (family: IpFamily, action: string) => Outcome<boolean>
}
