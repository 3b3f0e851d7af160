/**
 * The packet filter and the translations as one nft transaction. The table is ours alone, named after the interface; whatever else is on
 * the host stays as it is. Every rule carries its number and what all of them were made of: so it is seen when one is missing.
 */
import {
  type DesiredFirewall,
  type FirewallSetId,
  firewallRulesHash,
  type IpFamily,
  type IpPrefix,
} from '@meshfold/core'
import { MEMBERS_PER_MESSAGE } from '../linux-pitfalls.js'
import { natChains } from './nat-rules.js'
import { filterChains } from './nft-filter-text.js'
import { families, ofFamily, setName } from './nft-words.js'

/** Raised when the same rules are written in another way: what stands on hosts is then replaced. */
const writing = 4

/** What the names of all our tables begin with, those of other interfaces of ours too. */
export const tablePrefix = 'meshfold_'

/** The table of an interface; nft allows letters, digits and `_` in its name. */
export const tableName = (interfaceName: string): string =>
  `${tablePrefix}${interfaceName.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}`)}`

/** Takes the place of what was there, sets included; in one step. `emptyChains`: names that shall be there besides. */
export const firewallText = (
  interfaceName: string,
  { rules, sets }: DesiredFirewall,
  emptyChains: readonly string[],
): string => {
  const table = `table inet ${tableName(interfaceName)}`
  const chains = [...filterChains(interfaceName, rules), ...natChains(interfaceName, rules)]
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
  const declared = [...sets].flatMap(([id, prefixes]) => families.map((family) => setText(id, family, prefixes)))
  const kept = emptyChains.map((name) => `  chain ${name} {\n  }`)
  return [table, `delete ${table}`, `${table} {`, ...declared, ...kept, ...written, '}', ''].join('\n')
}

/** What the comment of a rule says: of which rules it is which. */
export const ruleMark = (hash: string, number: number, total: number): string =>
  `meshfold ${writing} ${hash} ${number}/${total}`

const setText = (id: string, family: IpFamily, prefixes: readonly IpPrefix[]): string => {
  const members = ofFamily(prefixes, family)
  const elements = members.length === 0 ? '' : `elements = { ${members.join(', ')} }`
  return `  set ${setName(id, family)} { type ipv${family}_addr; flags interval; ${elements} }`
}

/** Takes members out of a set and adds others, in one step. nft refuses it where one to go is not there, or one to come is. */
export const setChangeText = (
  interfaceName: string,
  set: string,
  { add, remove }: { readonly add: readonly IpPrefix[]; readonly remove: readonly IpPrefix[] },
): string =>
  [...elementLines('delete', interfaceName, set, remove), ...elementLines('add', interfaceName, set, add), ''].join(
    '\n',
  )

/** Makes these a set's members, whatever was in it; in one step. */
export const setAnewText = (interfaceName: string, set: string, members: readonly IpPrefix[]): string =>
  [
    ...families.map((family) => `flush set inet ${tableName(interfaceName)} ${setName(set, family)}`),
    ...elementLines('add', interfaceName, set, members),
    '',
  ].join('\n')

/**
 * The same in several transactions, for a kernel that takes no long message: large sets begin empty, and what they let through waits until
 * they are filled. What fits is there from the beginning, the whole mesh first: rules ask who is not in it.
 */
export const firewallPieces = (
  interfaceName: string,
  { rules, sets }: DesiredFirewall,
  emptyChains: readonly string[],
): readonly string[] => {
  const begun = new Map<FirewallSetId, readonly IpPrefix[]>()
  const filling: string[] = []
  let room = MEMBERS_PER_MESSAGE
  const mesh = rules.filter?.mesh
  for (const [id, members] of [...sets].sort(([a], [b]) => Number(b === mesh) - Number(a === mesh))) {
    const fits = members.length <= room
    if (fits) room -= members.length
    else filling.push(...memberPieces(interfaceName, id, members))
    begun.set(id, fits ? members : [])
  }
  return [firewallText(interfaceName, { rules, sets: begun }, emptyChains), ...filling]
}

/** As `setAnewText`, in several transactions. */
export const setAnewPieces = (interfaceName: string, set: string, members: readonly IpPrefix[]): readonly string[] => [
  setAnewText(interfaceName, set, []),
  ...memberPieces(interfaceName, set, members),
]

const memberPieces = (interfaceName: string, set: string, members: readonly IpPrefix[]): readonly string[] =>
  Array.from({ length: Math.ceil(members.length / MEMBERS_PER_MESSAGE) }, (_, at) => {
    const piece = members.slice(at * MEMBERS_PER_MESSAGE, (at + 1) * MEMBERS_PER_MESSAGE)
    return [...elementLines('add', interfaceName, set, piece), ''].join('\n')
  })

const elementLines = (
  verb: 'add' | 'delete',
  interfaceName: string,
  set: string,
  prefixes: readonly IpPrefix[],
): readonly string[] =>
  families.flatMap((family) => {
    const members = ofFamily(prefixes, family)
    return members.length === 0
      ? []
      : [`${verb} element inet ${tableName(interfaceName)} ${setName(set, family)} { ${members.join(', ')} }`]
  })
