/**
 * The packet filter and the translations as one nft transaction. The table is ours alone, named after the interface; whatever else is on
 * the host stays as it is. Every rule carries its number and what all of them were made of: so it is seen when one is missing.
 */
import { type DesiredFirewall, type FirewallSetId, firewallRulesHash, type IpPrefix } from '@meshfold/core'
import { MEMBERS_PER_MESSAGE } from '../linux-pitfalls.js'
import { natChains } from './nat-rules.js'
import { filterChains } from './nft-filter-text.js'
import { type NftSet, nftSetNames, nftSetsOf } from './nft-sets.js'

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
): string => tableText(interfaceName, firewall, emptyChains, () => true)

/** `isFilled`: whether the members of a set are in it from the beginning. */
const tableText = (
  interfaceName: string,
  { rules, sets }: DesiredFirewall,
  emptyChains: readonly string[],
  isFilled: (id: FirewallSetId) => boolean,
): string => {
  const table = `table inet ${tableName(interfaceName)}`
  const names = nftSetNames(sets)
  const chains = [...filterChains(interfaceName, rules, names), ...natChains(interfaceName, rules, names)]
  const total = chains.reduce((sum, chain) => sum + chain.rules.length, 0)
  const hash = firewallRulesHash(rules)
  let number = 0
  const numbered = (rule: string): string => {
    number += 1
    return `    ${rule} comment "${ruleMark(hash, number, total)}"`
  }
  const written = chains.map(({ name, hook, rules: lines }) =>
    [`  chain ${name} {`, `    ${hook}; policy accept;`, ...lines.map(numbered), '  }'].join('\n'),
  )
  const declared = [...sets].flatMap(([id, members]) =>
    nftSetsOf(id, members).map((set) => setText(isFilled(id) ? set : { ...set, elements: [] })),
  )
  const kept = emptyChains.map((name) => `  chain ${name} {\n  }`)
  return [table, `delete ${table}`, `${table} {`, ...declared, ...kept, ...written, '}', ''].join('\n')
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

/**
 * The same in several transactions, for a kernel that takes no long message: large sets begin empty, and what they let through waits until
 * they are filled. What fits is there from the beginning, the whole mesh first: rules ask who is not in it.
 */
export const firewallPieces = (
  interfaceName: string,
  firewall: DesiredFirewall,
  emptyChains: readonly string[],
): readonly string[] => {
  const later = new Set<FirewallSetId>()
  const filling: string[] = []
  let room = MEMBERS_PER_MESSAGE
  const { sets, rules } = firewall
  const mesh = rules.filter?.mesh
  for (const [id, members] of [...sets].sort(([a], [b]) => Number(b === mesh) - Number(a === mesh))) {
    const elements = elementsByName(id, members)
    const count = [...elements.values()].reduce((sum, each) => sum + each.length, 0)
    if (count <= room) room -= count
    else {
      later.add(id)
      filling.push(...fillingPieces(interfaceName, elements))
    }
  }
  return [tableText(interfaceName, firewall, emptyChains, (id) => !later.has(id)), ...filling]
}

type ElementsByName = ReadonlyMap<string, readonly string[]>

/** By the names of the kernel's sets; those without elements are left out. */
const elementsByName = (id: FirewallSetId, members: readonly IpPrefix[]): ElementsByName =>
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

const fillingPieces = (interfaceName: string, elements: ElementsByName): readonly string[] =>
  [...elements].flatMap(([name, all]) =>
    Array.from({ length: Math.ceil(all.length / MEMBERS_PER_MESSAGE) }, (_, at) => {
      const piece = all.slice(at * MEMBERS_PER_MESSAGE, (at + 1) * MEMBERS_PER_MESSAGE)
      return [...elementLines('add', interfaceName, new Map([[name, piece]])), ''].join('\n')
    }),
  )

const elementLines = (verb: 'add' | 'delete', interfaceName: string, elements: ElementsByName): readonly string[] =>
  [...elements].flatMap(([name, each]) =>
    each.length === 0 ? [] : [`${verb} element inet ${tableName(interfaceName)} ${name} { ${each.join(', ')} }`],
  )
