/**
 * The packet filter and the translations as one nft transaction. The table is ours alone, named after the interface; whatever else is on
 * the host stays as it is. Every rule carries its number and what all of them were made of: so it is seen when one is missing.
 */
import {
  type DesiredFirewall,
  type FirewallRules,
  type FirewallSetId,
  firewallRulesHash,
  type IpPrefix,
} from '@meshfold/core'
import { natChains } from './nat-rules.js'
import { filterChains } from './nft-filter-text.js'
import { type NftSet, nftSetNames, nftSetsOf } from './nft-sets.js'
import type { Chain } from './nft-words.js'

/** Raised when the same rules are written in another way: what stands on hosts is then replaced. */
const writing = 10

/** What the names of all our tables begin with, those of other interfaces of ours too. */
export const tablePrefix = 'meshfold_'

/** The table of an interface; nft allows letters, digits and `_` in its name. */
export const tableName = (interfaceName: string): string =>
  `${tablePrefix}${interfaceName.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}`)}`

/** Takes the place of what was there, sets included; in one step. `emptyChains`: names that shall be there besides. */
export const firewallText = (
  interfaceName: string,
  firewall: DesiredFirewall,
  emptyChains: readonly string[],
): string =>
  tableText(interfaceName, firewall, {
    emptyChains,
    chains: chainsOf(interfaceName, firewall),
    isFilled: () => true,
    isWritten: () => true,
  })

/** What of a table is written, and how. */
export interface TableWriting {
  /** Names of chains that shall be there besides. */
  readonly emptyChains: readonly string[]
  readonly chains: readonly Chain[]
  /** Whether the members of a set are in it from the beginning. */
  readonly isFilled: (id: FirewallSetId) => boolean
  /** Whether the rules of a chain are. */
  readonly isWritten: (chain: Chain) => boolean
}

export const tableText = (
  interfaceName: string,
  { rules, sets }: DesiredFirewall,
  { emptyChains, chains, isFilled, isWritten }: TableWriting,
): string => {
  const table = tableOf(interfaceName)
  const marked = markedRules(rules, chains)
  const declared = [...sets].flatMap(([id, members]) =>
    nftSetsOf(id, members).map((set) => setText(isFilled(id) ? set : { ...set, elements: [] })),
  )
  const kept = emptyChains.map((name) => `  chain ${name} {\n  }`)
  const written = chains.map((chain) => chainText(chain, isWritten(chain) ? (marked.get(chain) ?? []) : []))
  return [table, `delete ${table}`, `${table} {`, ...declared, ...kept, ...written, '}', ''].join('\n')
}

/** The rules of chains that are there already, without any as yet. */
export const rulesText = (
  interfaceName: string,
  { rules }: DesiredFirewall,
  all: readonly Chain[],
  chains: readonly Chain[],
): string => {
  const marked = markedRules(rules, all)
  const written = chains.map((chain) => chainText(chain, marked.get(chain) ?? []))
  return [`${tableOf(interfaceName)} {`, ...written, '}', ''].join('\n')
}

export const chainsOf = (interfaceName: string, { rules, sets }: DesiredFirewall): readonly Chain[] => {
  const names = nftSetNames(sets)
  return [...filterChains(interfaceName, rules, names), ...natChains(interfaceName, rules, names)]
}

const tableOf = (interfaceName: string): string => `table inet ${tableName(interfaceName)}`

const chainText = ({ name, hook }: Chain, lines: readonly string[]): string =>
  [`  chain ${name} {`, ...(hook === null ? [] : [`    ${hook}; policy accept;`]), ...lines, '  }'].join('\n')

/** Each with its number among all of them. */
const markedRules = (rules: FirewallRules, chains: readonly Chain[]): ReadonlyMap<Chain, readonly string[]> => {
  const total = chains.reduce((sum, chain) => sum + chain.rules.length, 0)
  const hash = firewallRulesHash(rules)
  let number = 0
  const marked = (rule: string): string => {
    number += 1
    return `    ${rule} comment "${ruleMark(hash, number, total)}"`
  }
  return new Map(chains.map((chain) => [chain, chain.rules.map(marked)]))
}

/** What the comment of a rule says: of which rules it is which. */
export const ruleMark = (hash: string, number: number, total: number): string =>
  `meshfold ${writing} ${hash} ${number}/${total}`

const setText = ({ name, family, holds, elements }: NftSet): string => {
  const flags = holds === 'ranges' ? 'flags interval; ' : ''
  const filled = elements.length === 0 ? '' : `elements = { ${elements.join(', ')} }`
  return `  set ${name} { type ipv${family}_addr; ${flags}${filled} }`
}

/**
 * Takes members out of a set and adds others, in one step. nft refuses it where one to go is not there; and where one to come is the first
 * of its kind, since the rules ask no set in which nobody was.
 */
export const setChangeText = (
  interfaceName: string,
  set: string,
  { add, remove }: { readonly add: readonly IpPrefix[]; readonly remove: readonly IpPrefix[] },
): string => {
  const [coming, going] = [elementsByName(set, add), elementsByName(set, remove)]
  return [
    ...elementLines('delete', interfaceName, without(going, coming)),
    ...elementLines('add', interfaceName, without(coming, going)),
    '',
  ].join('\n')
}

export type ElementsByName = ReadonlyMap<string, readonly string[]>

/** By the names of the kernel's sets; those without elements are left out. */
export const elementsByName = (id: FirewallSetId, members: readonly IpPrefix[]): ElementsByName =>
  new Map(
    nftSetsOf(id, members).flatMap(({ name, elements }) => (elements.length === 0 ? [] : [[name, elements] as const])),
  )

const without = (elements: ElementsByName, others: ElementsByName): ElementsByName =>
  new Map(
    [...elements].map(([name, each]) => {
      const left = new Set(others.get(name))
      return [name, each.filter((element) => !left.has(element))]
    }),
  )

export const elementLines = (
  verb: 'add' | 'delete',
  interfaceName: string,
  elements: ElementsByName,
): readonly string[] =>
  [...elements].flatMap(([name, each]) =>
    each.length === 0 ? [] : [`${verb} element inet ${tableName(interfaceName)} ${name} { ${each.join(', ')} }`],
  )
