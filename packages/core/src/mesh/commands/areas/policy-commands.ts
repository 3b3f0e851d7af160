/** Commands about policies, their tests, tags: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type PolicyCommand = never

export const policyCommands: CommandTables<PolicyCommand> = { codecs: {}, rules: {} }
