import type { PolicyCommand } from '../../../mesh/commands/areas/policy-commands.js'
import type { CommandMakers } from './command-makers.js'

export const randomPolicyCommands: CommandMakers<PolicyCommand> = { makers: {}, weights: {} }
