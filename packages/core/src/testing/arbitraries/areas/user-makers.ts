import type { UserCommand } from '../../../mesh/commands/areas/user-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomUserCommands: CommandMakers<UserCommand> = { makers: {}, weights: {} }
