/** Names and words for iptables and ipset, in which everything of ours begins with `mf`. */
import { createHash } from 'node:crypto'
import type { FirewallSetId, IpFamily, IpPrefix } from '@meshfold/core'

/** A table of iptables that we have chains in. */
export type IptablesTable = 'filter' | 'nat' | 'mangle'

/** A chain of ours, and the kernel's chain that leads to it. */
export interface OwnChain {
  readonly table: IptablesTable
  readonly builtin: 'INPUT' | 'OUTPUT' | 'FORWARD' | 'POSTROUTING'
  readonly name: 'input' | 'output' | 'forward' | 'nat' | 'mss'
}

export const ownChains: readonly OwnChain[] = [
  { table: 'filter', builtin: 'INPUT', name: 'input' },
  { table: 'filter', builtin: 'OUTPUT', name: 'output' },
  { table: 'filter', builtin: 'FORWARD', name: 'forward' },
  { table: 'nat', builtin: 'POSTROUTING', name: 'nat' },
  { table: 'mangle', builtin: 'FORWARD', name: 'mss' },
]

/** At most 28 characters, whatever the interface is called. */
export const chainName = (interfaceName: string, name: OwnChain['name'] | 'was_off'): string =>
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
