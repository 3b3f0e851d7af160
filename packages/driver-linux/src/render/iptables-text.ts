/**
 * The packet filter and its translations for `iptables-restore --noflush`: chains of our own, one jump to each from the kernel's. A table is
 * replaced at once, and its jumps with it. Every rule carries its number and what all of them were made of, as in nftables.
 */
import {
  type DesiredFirewall,
  type FirewallRules,
  firewallRulesHash,
  type IpFamily,
  type IpPrefix,
} from '@meshfold/core'
import { maskedMarkText } from '../policy-numbers.js'
import type { FilterRule } from './filter-rule.js'
import { filterRules } from './filter-rules.js'
import { ruleMark } from './firewall-text.js'
import { markedWithin, translations } from './iptables-nat-rules.js'
import { type IptablesWriting, iptablesRules } from './iptables-rule-text.js'
import {
  chainName,
  type FirewallChain,
  type Generation,
  type IptablesTable,
  ipsetMembers,
  ipsetName,
  type OwnChain,
  type OwnChainName,
  ownChains,
} from './iptables-words.js'
import { families, ofFamily } from './nft-words.js'

/** A line of `iptables-save` that leads to a chain of ours, without its `-A`. */
export interface FoundJump {
  readonly table: IptablesTable
  readonly rule: string
}

/** What `iptables-restore` or `ip6tables-restore` is to read. `jumps`: those that are there, to be made anew. */
export function iptablesText(writing: IptablesWriting, rules: FirewallRules, jumps: readonly FoundJump[]): string {
  const written = ownChains.map((chain) => ({ chain, rules: rulesOf(writing, rules, chain) }))
  const total = written.reduce((sum, each) => sum + each.rules.length, 0)
  const hash = firewallRulesHash(rules)
  let number = 0
  const lines = (['filter', 'nat', 'mangle'] as const).flatMap((table) => {
    const here = written.filter(({ chain }) => chain.table === table)
    const names = here.map(({ chain }) => chainName(writing.interfaceName, chain.name))
    return [
      `*${table}`,
      ...names.map((name) => `:${name} - [0:0]`),
      ...jumps.filter((jump) => jump.table === table).map(({ rule }) => `-D ${rule}`),
      ...here.map(({ chain }) => `-I ${jumpOf(writing.interfaceName, chain)}`),
      ...here.flatMap(({ chain, rules: own }) =>
        own.map((rule) => {
          number += 1
          const mark = `-m comment --comment "${ruleMark(hash, number, total)}"`
          return `-A ${chainName(writing.interfaceName, chain.name)} ${mark} ${rule}`
        }),
      ),
      'COMMIT',
    ]
  })
  return [...lines, ''].join('\n')
}

/** Takes our chains away, and what leads to them. `chains`: those that are there. */
export function iptablesRemoval(
  jumps: readonly FoundJump[],
  chains: readonly { readonly table: IptablesTable; readonly name: string }[],
): string {
  const lines = (['filter', 'nat', 'mangle'] as const).flatMap((table) => {
    const own = chains.filter((chain) => chain.table === table)
    const leading = jumps.filter((jump) => jump.table === table)
    if (own.length + leading.length === 0) return []
    return [
      `*${table}`,
      ...leading.map(({ rule }) => `-D ${rule}`),
      ...own.map(({ name }) => `-F ${name}`),
      ...own.map(({ name }) => `-X ${name}`),
      'COMMIT',
    ]
  })
  return lines.length === 0 ? '' : [...lines, ''].join('\n')
}

/** The jump to a chain of ours. Packets of other interfaces take it where our rules are about some of them. */
export function jumpOf(interfaceName: string, { builtin, name }: OwnChain): string {
  const way = ways[name].replace('own', interfaceName)
  return `${builtin} ${way}-m comment --comment "meshfold ${interfaceName}" -j ${chainName(interfaceName, name)}`
}

const ways: Readonly<Record<OwnChainName, string>> = {
  input: '',
  output: '-o own ',
  forward: '',
  map: '-i own ',
  nat: '',
  map_mark: '-i own ',
  out: '-o own ',
  mark_in: '',
  mark_back: '-o own ',
}

function rulesOf(writing: IptablesWriting, { filter, nat }: FirewallRules, { name }: FirewallChain): readonly string[] {
  const write = (rules: readonly FilterRule[]) =>
    rules
      .filter(({ family }) => family === null || family === writing.family)
      .flatMap((rule) => iptablesRules(writing, rule))
  if (name === 'map' || name === 'map_mark' || name === 'nat') return translations(writing, { filter, nat }, name)
  if (name === 'out') return [...markedWithin(writing, nat), ...(filter === null ? [] : [segmentSize])]
  if (filter === null) return []
  const own = write(filterRules(filter)[name])
  // Its interface is the one that it would have left by before it was marked, on this very hook.
  if (name === 'output')
    return [`-m mark --mark ${maskedMarkText(writing.interfaceName)} -j RETURN`, redirects[writing.family], ...own]
  return own
}

const segmentSize = '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'

/** As `REDIRECTS`. */
const redirects: Readonly<Record<IpFamily, string>> = {
  4: '-p icmp -m icmp --icmp-type redirect -j DROP',
  6: '-p ipv6-icmp -m icmp6 --icmpv6-type redirect -j DROP',
}

/** What `ipset restore` is to read to make all sets of a generation, whatever is left of an earlier one of its name. */
export function newSetsText(interfaceName: string, generation: Generation, { sets }: DesiredFirewall): string {
  const lines = [...sets].flatMap(([id, members]) =>
    families.flatMap((family) => {
      const name = ipsetName(interfaceName, generation, id, family)
      return [
        `create ${name} hash:net family ${family === 4 ? 'inet' : 'inet6'} maxelem 1048576`,
        `flush ${name}`,
        ...ofFamily(members, family).flatMap((prefix) => ipsetMembers(prefix).map((member) => `add ${name} ${member}`)),
      ]
    }),
  )
  return [...lines, ''].join('\n')
}

/** First what comes, then what goes: at no moment does the set lack somebody who stays. */
export const changedSetText = (
  interfaceName: string,
  generation: Generation,
  {
    set,
    add,
    remove,
  }: { readonly set: string; readonly add: readonly IpPrefix[]; readonly remove: readonly IpPrefix[] },
): string => {
  const lines = (verb: 'add' | 'del', prefixes: readonly IpPrefix[]) =>
    families.flatMap((family) =>
      ofFamily(prefixes, family)
        .flatMap(ipsetMembers)
        .map((member) => `${verb} ${ipsetName(interfaceName, generation, set, family)} ${member}`),
    )
  return [...lines('add', add), ...lines('del', remove), ''].join('\n')
}
