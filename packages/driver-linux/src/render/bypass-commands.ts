/**
 * How packets get the mark by which the rule `bypass` finds them. WireGuard's own have it from its socket. What comes in from outside and
 * is meant for this host has it from the moment it comes in: the kernel then judges its source by the host's own routes, and what it accepts
 * answers with the same mark. What was accepted before, and what is passed on for others, is told by the flow that it belongs to. Flows that
 * came out of the mesh have a mark of their own: their answers go back into it by the rules, as if nothing came in from outside.
 */
import type { ToolCommand } from '../host-tool.js'
import { NFT_FINDS_NO_TABLE } from '../linux-pitfalls.js'
import { cameMarkText, markText } from '../policy-numbers.js'
import { tableName } from './firewall-text.js'
import { hasMark, setMarkTo } from './nft-words.js'

/** Raised when the rules are written in another way: what stands on hosts is then replaced. */
const writing = 3

/** Switches of the kernel that are on while there is a tunnel. */
export const bypassSwitches = ['net.ipv4.conf.all.src_valid_mark', 'net.ipv4.tcp_fwmark_accept'] as const

export type BypassSwitch = (typeof bypassSwitches)[number]

/** The chain that stands in the table for "it was off". */
export const switchWasOffChain = (name: BypassSwitch): string => `${name.replaceAll('.', '_')}_was_off`

/** A table beside that of the packet filter. */
export const bypassTableName = (interfaceName: string): string => `${tableName(interfaceName)}${bypassSuffix}`

/** Whether a table of ours is such a one, of whichever interface: in names of interfaces `_` is written otherwise. */
export const isBypassTable = (name: string): boolean => name.endsWith(bypassSuffix)

const bypassSuffix = '_bypass'

/** What the comments of its rules say, in order. */
export const bypassRuleMarks = (interfaceName: string): readonly string[] =>
  rulesOf(interfaceName).map((_, at, all) => bypassRuleMark(at, all.length))

/** What the comment of a rule says: which of how many it is. */
export const bypassRuleMark = (at: number, total: number): string => `meshfold-bypass ${writing} ${at + 1}/${total}`

const rulesOf = (own: string): readonly (readonly [chain: 'prerouting' | 'output', rule: string])[] => {
  const setMark = setMarkTo(markText(own))
  const came = cameMarkText(own)
  const outside = `iifname != { "lo", "${own}" } ${hasMark('0')} ct mark != ${came}`
  return [
    ['prerouting', `iifname "${own}" ct direction original ct mark 0 ct mark set ${came}`],
    ['prerouting', `${outside} fib daddr type local ${setMark}`],
    ['prerouting', `${outside} ct direction reply ${setMark}`],
    ['output', `oifname "${own}" ct direction reply ct mark != ${came} fib saddr . oif type != local ${setMark}`],
  ]
}

const hooks = {
  prerouting: 'type filter hook prerouting priority mangle',
  output: 'type route hook output priority mangle',
} as const

/** Takes the place of what was there, in one step. `emptyChains`: names that shall be there besides. */
export function setBypassTable(interfaceName: string, emptyChains: readonly string[]): ToolCommand {
  const table = `table inet ${bypassTableName(interfaceName)}`
  const rules = rulesOf(interfaceName)
  const marks = bypassRuleMarks(interfaceName)
  const chain = (name: keyof typeof hooks) => [
    `  chain ${name} {`,
    `    ${hooks[name]}; policy accept;`,
    ...rules.flatMap(([of, rule], at) => (of === name ? [`    ${rule} comment "${marks[at] ?? ''}"`] : [])),
    '  }',
  ]
  const kept = emptyChains.map((name) => `  chain ${name} {\n  }`)
  const text = [table, `delete ${table}`, `${table} {`, ...kept, ...chain('prerouting'), ...chain('output'), '}', '']
  return { tool: 'nft', args: ['-f', '-'], stdin: text.join('\n') }
}

/** Everything in the table; nothing is printed when there is none. */
export function listBypassTable(interfaceName: string): ToolCommand {
  const args = ['-j', 'list', 'table', 'inet', bypassTableName(interfaceName)]
  return { tool: 'nft', args, tolerates: NFT_FINDS_NO_TABLE }
}

/** Takes the table away; fine when there is none. */
export function deleteBypassTable(interfaceName: string): ToolCommand {
  const args = ['delete', 'table', 'inet', bypassTableName(interfaceName)]
  return { tool: 'nft', args, tolerates: NFT_FINDS_NO_TABLE }
}

/** Prints `key = 0` or `key = 1`, a line for each switch that the kernel has. */
export const showBypassSwitches: ToolCommand = { tool: 'sysctl', args: ['-e', ...bypassSwitches] }
