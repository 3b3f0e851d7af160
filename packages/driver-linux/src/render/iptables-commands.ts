import type { IpFamily } from '@meshfold/core'
import type { IptablesTool, ToolCommand } from '../host-tool.js'

/** Which iptables: it comes in two kinds, and one host can have both, each with tables that the other doesn't show. */
export interface IptablesPrograms {
  /** `legacy`: the kernel's old tables; `nft`: tables of nftables. */
  readonly kind: 'legacy' | 'nft'
  /** What stands between `iptables` and `-save` in the programs' names. */
  readonly infix: '' | '-legacy' | '-nft'
}

/** Others hold the lock for moments. */
const LOCK_WAIT_SECONDS = '5'

const program = ({ infix }: IptablesPrograms, family: IpFamily, deed: 'save' | 'restore'): IptablesTool =>
  `${family === 4 ? 'iptables' : 'ip6tables'}${infix}-${deed}`

/** Every table of the family that is in use. */
export const saveTables = (programs: IptablesPrograms, family: IpFamily): ToolCommand => ({
  tool: program(programs, family, 'save'),
  args: [],
})

/** Does what the text says, a table at a time, each at once or not at all; what it doesn't name stays. */
export const restoreTables = (programs: IptablesPrograms, family: IpFamily, text: string): ToolCommand => ({
  tool: program(programs, family, 'restore'),
  args: ['--noflush', '-w', LOCK_WAIT_SECONDS],
  stdin: text,
})

export const saveSets: ToolCommand = { tool: 'ipset', args: ['save'] }

export const listSets: ToolCommand = { tool: 'ipset', args: ['list', '-n'] }

/** Adding what is there and taking away what isn't is fine. */
export const restoreSets = (text: string): ToolCommand => ({ tool: 'ipset', args: ['-!', 'restore'], stdin: text })

export const destroySets = (names: readonly string[]): readonly ToolCommand[] =>
  names.length === 0 ? [] : [restoreSets([...names.map((name) => `destroy ${name}`), ''].join('\n'))]
