/** Commands about egress: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type EgressCommand = never

export const egressCommands: CommandTables<EgressCommand> = { codecs: {}, rules: {} }
