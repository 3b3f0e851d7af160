/** Commands about gateways, relays, auto-relay, internet gateways: a line in each table for each of them. */
import type { CommandTables } from './command-tables.js'

export type GatewayCommand = never

export const gatewayCommands: CommandTables<GatewayCommand> = { codecs: {}, rules: {} }
