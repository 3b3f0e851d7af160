import type { DnsCommand } from '../../../mesh/commands/areas/dns-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomDnsCommands: CommandMakers<DnsCommand> = { makers: {}, weights: {} }
