/** Commands about users, groups, API tokens: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type UserCommand = never

export const userCommands: CommandTables<UserCommand> = { codecs: {}, rules: {} }
