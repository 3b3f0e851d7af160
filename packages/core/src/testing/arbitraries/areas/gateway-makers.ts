import type { GatewayCommand } from '../../../mesh/commands/areas/gateway-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomGatewayCommands: CommandMakers<GatewayCommand> = { makers: {}, weights: {} }
