/** As `nat-rules.ts`, in iptables' words, for one family. */
import { type FirewallRules, type NatRule, prefixFamily } from '@meshfold/core'
import { maskedMappedMarkText } from '../policy-numbers.js'
import type { IptablesWriting } from './iptables-rule-text.js'
import { ipsetName } from './iptables-words.js'
import { ofFamily } from './nft-words.js'

/** The rules of a chain of translations, or of the one that marks what is to be mapped. */
export const translations = (
  writing: IptablesWriting,
  { filter, nat }: FirewallRules,
  chain: 'map' | 'map_mark' | 'nat',
): readonly string[] => {
  if (chain === 'map') return nat.flatMap((rule) => intoRange(writing, rule))
  if (chain === 'map_mark')
    return [...markForHost(writing, filter), ...nat.flatMap((rule) => markForRange(writing, rule))]
  return [
    ...keptWithin(writing, nat),
    ...nat.flatMap((rule) => [...outOfRange(writing, rule), ...masquerade(writing, filter?.mesh, rule)]),
  ]
}

const hasMap = (nat: readonly NatRule[]): boolean => nat.some(({ kind }) => kind === 'prefix-map')

/** What is passed on within the mesh is mapped by nobody. Where it is mapped, iptables knows no more by which interface it came: a mark does. */
export const markedWithin = ({ interfaceName }: IptablesWriting, nat: readonly NatRule[]): readonly string[] =>
  hasMap(nat) ? [`-i ${interfaceName} ${setMappedMark(interfaceName)}`] : []

const keptWithin = ({ interfaceName }: IptablesWriting, nat: readonly NatRule[]): readonly string[] =>
  hasMap(nat) ? [`-o ${interfaceName} -m mark --mark ${maskedMappedMarkText(interfaceName)} -j RETURN`] : []

const setMappedMark = (interfaceName: string): string => `-j MARK --set-xmark ${maskedMappedMarkText(interfaceName)}`

/** What is for this host, and perhaps passed on to a container: only later it is known. */
const markForHost = ({ interfaceName }: IptablesWriting, filter: FirewallRules['filter']): readonly string[] =>
  filter === null ? [] : [`-m addrtype --dst-type LOCAL ${setMappedMark(interfaceName)}`]

/** What is for a virtual range, while it is still called so. */
const markForRange = ({ interfaceName, family }: IptablesWriting, rule: NatRule): readonly string[] =>
  rule.kind === 'prefix-map' && prefixFamily(rule.virtual) === family
    ? [`-d ${rule.virtual} ${setMappedMark(interfaceName)}`]
    : []

const intoRange = ({ family }: IptablesWriting, rule: NatRule): readonly string[] =>
  rule.kind === 'prefix-map' && prefixFamily(rule.virtual) === family
    ? [`-d ${rule.virtual} -j NETMAP --to ${rule.real}`]
    : []

const outOfRange = ({ interfaceName, family }: IptablesWriting, rule: NatRule): readonly string[] =>
  rule.kind === 'prefix-map' && prefixFamily(rule.virtual) === family
    ? [`-s ${rule.real} -o ${interfaceName} -j NETMAP --to ${rule.virtual}`]
    : []

/** `POSTROUTING` knows no interface that a packet came by: the mesh's addresses tell who comes from there. */
function masquerade(writing: IptablesWriting, mesh: string | undefined, rule: NatRule): readonly string[] {
  if (rule.kind !== 'masquerade') return []
  const { interfaceName, family, generation } = writing
  const from = ofFamily(rule.from, family)
  const out = rule.interfaceName === null ? `! -o ${interfaceName}` : `-o ${rule.interfaceName}`
  const beyond =
    mesh === undefined ? '' : `-m set ! --match-set ${ipsetName(interfaceName, generation, mesh, family)} dst`
  // What is for a virtual range has another address by now, and no set is asked about the one that it had.
  const targets =
    rule.to === null ? [`${beyond} -m conntrack ! --ctstate DNAT`] : ofFamily(rule.to, family).map((to) => `-d ${to}`)
  return from.flatMap((source) =>
    targets.map((target) => `-s ${source} ${target} ${out} -j MASQUERADE`.replace('  ', ' ')),
  )
}
