/** Commands about clients: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type ClientCommand = never

export const clientCommands: CommandTables<ClientCommand> = { codecs: {}, rules: {} }
