/** Names and words for iptables and ipset, in which everything of ours begins with `mf`. */
import { createHash } from 'node:crypto'
import type { FirewallSetId, IpFamily, IpPrefix } from '@meshfold/core'

/** A table of iptables that we have chains in. */
export type IptablesTable = 'filter' | 'nat' | 'mangle'

/** A chain of ours, and the kernel's chain that leads to it. */
export interface OwnChain<Name extends OwnChainName = OwnChainName> {
  readonly table: IptablesTable
  readonly builtin: 'PREROUTING' | 'INPUT' | 'OUTPUT' | 'FORWARD' | 'POSTROUTING'
  readonly name: Name
}

type FirewallChainName = 'input' | 'output' | 'forward' | 'map' | 'nat' | 'map_mark' | 'out'

export type OwnChainName = FirewallChainName | 'mark_in' | 'mark_back'

/** A chain of the packet filter and its translations. */
export type FirewallChain = OwnChain<FirewallChainName>

export const ownChains: readonly FirewallChain[] = [
  { table: 'filter', builtin: 'INPUT', name: 'input' },
  { table: 'filter', builtin: 'OUTPUT', name: 'output' },
  { table: 'filter', builtin: 'FORWARD', name: 'forward' },
  { table: 'nat', builtin: 'PREROUTING', name: 'map' },
  { table: 'nat', builtin: 'POSTROUTING', name: 'nat' },
  { table: 'mangle', builtin: 'PREROUTING', name: 'map_mark' },
  { table: 'mangle', builtin: 'FORWARD', name: 'out' },
]

/** Those that mark what stays outside a full tunnel. */
export const markChains: readonly OwnChain[] = [
  { table: 'mangle', builtin: 'PREROUTING', name: 'mark_in' },
  { table: 'mangle', builtin: 'OUTPUT', name: 'mark_back' },
]

/** Chains without rules, which remember that switches of the kernel were off. */
export const emptyChains = ['was_off', 'svm_off', 'tfa_off'] as const

export type EmptyChain = (typeof emptyChains)[number]

/** At most 28 characters, whatever the interface is called; none of these names ends as another does, or two interfaces could have one chain. */
export const chainName = (interfaceName: string, name: OwnChain['name'] | EmptyChain): string =>
  `mf_${interfaceName}_${name}`

/** Two sets of names, so that a filter and the one after it have sets side by side. */
export type Generation = 'a' | 'b'

/** At most 31 characters: a digest of the interface's name, the generation, the set's id and the family. */
export const ipsetName = (interfaceName: string, generation: Generation, id: FirewallSetId, family: IpFamily): string =>
  `${ipsetPrefix(interfaceName)}${generation}${id}_${family}`

/** What the names of all sets of an interface begin with. */
export const ipsetPrefix = (interfaceName: string): string =>
  `mf${createHash('sha256').update(interfaceName).digest('hex').slice(0, 6)}`

/** A set of networks has no place for all addresses of a family: two halves are the same. */
export const ipsetMembers = (prefix: IpPrefix): readonly string[] => {
  if (prefix === '0.0.0.0/0') return ['0.0.0.0/1', '128.0.0.0/1']
  return prefix === '::/0' ? ['::/1', '8000::/1'] : [prefix]
}
