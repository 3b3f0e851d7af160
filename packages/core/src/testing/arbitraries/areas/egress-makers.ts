import type { EgressCommand } from '../../../mesh/commands/areas/egress-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomEgressCommands: CommandMakers<EgressCommand> = { makers: {}, weights: {} }
