/** The same firewall in several transactions, for a kernel that takes no long message: less is let through until the last of them. */
import type { DesiredFirewall, FirewallSetId } from '@meshfold/core'
import { MEMBERS_PER_MESSAGE, MEMBERS_PER_SET, RULE_CHARACTERS_PER_MEMBER } from '../linux-pitfalls.js'
import {
  chainsOf,
  type ElementsByName,
  elementLines,
  elementsByName,
  ruleMark,
  rulesText,
  tableText,
} from './firewall-text.js'
import { nftSetsOf } from './nft-sets.js'
import type { Chain } from './nft-words.js'

const RULE_MARK_LENGTH = ` comment "${ruleMark('0123456789abcdef', 100, 100)}"`.length

/**
 * Large sets begin empty, and what they let through waits until they are filled. What fits is there from the beginning, the whole mesh
 * and its networks first: rules ask who is not in them. Many rules wait as well, in chains of their own.
 */
export const firewallPieces = (
  interfaceName: string,
  firewall: DesiredFirewall,
  emptyChains: readonly string[],
): readonly string[] => {
  const whole = chainsOf(interfaceName, firewall)
  const [chains, waiting] = weightOf(whole) > MEMBERS_PER_MESSAGE / 2 ? parted(whole) : [whole, []]
  const isWritten = (chain: Chain) => !waiting.includes(chain)
  const declared = [...firewall.sets].reduce((sum, [id, members]) => sum + nftSetsOf(id, members).length, 0)
  const fixed = weightOf(chains.filter(isWritten)) + declared * MEMBERS_PER_SET
  const [later, filling] = filled(interfaceName, firewall, MEMBERS_PER_MESSAGE - fixed)
  return [
    tableText(interfaceName, firewall, { emptyChains, chains, isFilled: (id) => !later.has(id), isWritten }),
    ...filling,
    ...grouped(waiting).map((group) => rulesText(interfaceName, firewall, chains, group)),
  ]
}

/** Which sets begin empty, and what fills them. */
const filled = (
  interfaceName: string,
  { sets, rules }: DesiredFirewall,
  roomFor: number,
): readonly [ReadonlySet<FirewallSetId>, readonly string[]] => {
  const later = new Set<FirewallSetId>()
  const filling: string[] = []
  let room = roomFor
  const isFirst = (id: FirewallSetId) => id === rules.filter?.ranges || id === rules.filter?.mesh
  for (const [id, members] of [...sets].sort(([a], [b]) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const elements = elementsByName(id, members)
    const count = [...elements.values()].reduce((sum, each) => sum + each.length, 0)
    if (count <= room) room -= count
    else {
      later.add(id)
      filling.push(...fillingPieces(interfaceName, elements))
    }
  }
  return [later, filling]
}

const fillingPieces = (interfaceName: string, elements: ElementsByName): readonly string[] =>
  [...elements].flatMap(([name, all]) =>
    Array.from({ length: Math.ceil(all.length / MEMBERS_PER_MESSAGE) }, (_, at) => {
      const piece = all.slice(at * MEMBERS_PER_MESSAGE, (at + 1) * MEMBERS_PER_MESSAGE)
      return [...elementLines('add', interfaceName, new Map([[name, piece]])), ''].join('\n')
    }),
  )

/** In members of a set that would take as much of a message. */
const weightOf = (chains: readonly Chain[]): number =>
  chains.reduce((sum, { rules }) => sum + rules.reduce((weight, rule) => weight + ruleWeight(rule), 0), 0)

const ruleWeight = (rule: string): number => Math.ceil((rule.length + RULE_MARK_LENGTH) / RULE_CHARACTERS_PER_MEMBER)

/** The same chains, where jumps stand for rules that can wait; and the chains that those are in, before whoever jumps there. */
const parted = (chains: readonly Chain[]): readonly [all: readonly Chain[], waiting: readonly Chain[]] => {
  const waiting: Chain[] = []
  const all = chains.flatMap((chain): readonly Chain[] => {
    const own: Chain[] = []
    const rules = runsOf(chain).flatMap((run) => {
      if (!isLater(chain, run[0])) return run
      const name = `${chain.name}_${own.length + 1}`
      own.push({ name, hook: null, rules: run })
      return [`jump ${name}`]
    })
    waiting.push(...own)
    return [...own, { ...chain, rules }]
  })
  return [all, waiting]
}

const isLater = ({ later }: Chain, rule: string | undefined): boolean => rule !== undefined && later?.has(rule) === true

/** Rules that can wait apart from those that can't, in their order, and no run longer than a message. */
const runsOf = (chain: Chain): readonly (readonly string[])[] => {
  const runs: { readonly isLater: boolean; weight: number; readonly rules: string[] }[] = []
  for (const rule of chain.rules) {
    const weight = ruleWeight(rule)
    const [last, isRuleLater] = [runs.at(-1), isLater(chain, rule)]
    const fits = last !== undefined && last.isLater === isRuleLater && last.weight + weight <= MEMBERS_PER_MESSAGE
    if (!fits) runs.push({ isLater: isRuleLater, weight, rules: [rule] })
    else {
      last.rules.push(rule)
      last.weight += weight
    }
  }
  return runs.map(({ rules }) => rules)
}

/** As many chains in a message as fit. */
const grouped = (chains: readonly Chain[]): readonly (readonly Chain[])[] => {
  const groups: Chain[][] = []
  for (const chain of chains) {
    const last = groups.at(-1)
    if (last !== undefined && weightOf([...last, chain]) <= MEMBERS_PER_MESSAGE) last.push(chain)
    else groups.push([chain])
  }
  return groups
}
