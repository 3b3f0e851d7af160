/** Commands about DNS records and resolvers: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type DnsCommand = never

export const dnsCommands: CommandTables<DnsCommand> = { codecs: {}, rules: {} }
