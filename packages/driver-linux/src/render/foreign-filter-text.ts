/**
 * How a foreign chain of nftables is opened: one rule at its beginning that jumps into a chain of our own beside it. Both are made of
 * nothing but names, ports and verdicts, which iptables-nft reads and writes back as well as if it had made them itself.
 */
import { createHash } from 'node:crypto'
import type { ToolCommand } from '../host-tool.js'
import { NFT_FINDS_NO_TABLE } from '../linux-pitfalls.js'

/** A chain of somebody else's. */
export interface ForeignChain {
  readonly family: string
  readonly table: string
  readonly chain: string
}

/** Longer names of chains iptables doesn't take. */
const LONGEST_CHAIN = 28

/** What the jump's comment says, by which it is found again. */
export const jumpMark = (interfaceName: string): string => `meshfold ${interfaceName}`

/** The own chain in a foreign table. */
export function passChain(interfaceName: string, hook: 'input' | 'forward'): string {
  const plain = `mf_${interfaceName}_${hook}`
  if (/^[a-zA-Z0-9_.]+$/.test(plain) && plain.length <= LONGEST_CHAIN) return plain
  return `mf_${createHash('sha256').update(interfaceName).digest('hex').slice(0, 12)}_${hook}`
}

/** The rules of the own chain. In a filter of `input` the last one names WireGuard's port. */
const passRules = (interfaceName: string, hook: 'input' | 'forward', listenPort: number): readonly string[] =>
  hook === 'input'
    ? [`iifname "${interfaceName}" accept`, `udp dport ${listenPort} accept`]
    : [`iifname "${interfaceName}" accept`, `oifname "${interfaceName}" accept`]

/** Makes the own chain as it should be, and puts the jump first where it isn't. `jumpHandles`: jumps of ours that are there. */
export function openText(
  interfaceName: string,
  hook: 'input' | 'forward',
  { family, table, chain }: ForeignChain,
  { listenPort, jumps }: { readonly listenPort: number; readonly jumps: readonly JumpRule[] },
): string {
  const own = `${family} ${table} ${passChain(interfaceName, hook)}`
  return [
    `add chain ${own}`,
    `flush chain ${own}`,
    ...passRules(interfaceName, hook, listenPort).map((rule) => `add rule ${own} ${rule}`),
    ...jumps.map((jump) => deleteJump(family, table, jump)),
    `insert rule ${family} ${table} ${chain} jump ${passChain(interfaceName, hook)} comment "${jumpMark(interfaceName)}"`,
    '',
  ].join('\n')
}

/** A rule of ours in a foreign chain. */
export interface JumpRule {
  readonly chain: string
  readonly handle: number
}

/** Takes jump and chain away. */
export function closeText(
  interfaceName: string,
  hook: 'input' | 'forward',
  { family, table }: Omit<ForeignChain, 'chain'>,
  jumps: readonly JumpRule[],
): string {
  const own = `${family} ${table} ${passChain(interfaceName, hook)}`
  // Made first, so that it can be deleted even when somebody was faster.
  return [
    `add chain ${own}`,
    ...jumps.map((jump) => deleteJump(family, table, jump)),
    `flush chain ${own}`,
    `delete chain ${own}`,
    '',
  ].join('\n')
}

const deleteJump = (family: string, table: string, { chain, handle }: JumpRule): string =>
  `delete rule ${family} ${table} ${chain} handle ${handle}`

/** Every table and every chain on the host, without rules. */
export const listTables: ToolCommand = { tool: 'nft', args: ['-j', 'list tables; list chains'] }

/** A foreign table's chains and rules. */
export const listForeignTable = (family: string, table: string): ToolCommand => ({
  tool: 'nft',
  args: ['-j', '-t', 'list', 'table', family, table],
  tolerates: NFT_FINDS_NO_TABLE,
})
