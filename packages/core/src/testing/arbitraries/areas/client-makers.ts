import type { ClientCommand } from '../../../mesh/commands/areas/client-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomClientCommands: CommandMakers<ClientCommand> = { makers: {}, weights: {} }
