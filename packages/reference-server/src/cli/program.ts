import { Command } from 'commander'
import { VERSION } from '../version.js'
import { DEFAULT_URL } from './cli-context.js'
import type { CliIo } from './cli-io.js'
import { clientCommands } from './client-commands.js'
import { eventsCommand } from './events-command.js'
import { examples } from './examples.js'
import { explainCommand } from './explain-command.js'
import { genericCommand } from './generic-command.js'
import { diffCommand, stateCommand } from './history-commands.js'
import { hostCommands } from './host-commands.js'
import { keyCommands } from './key-commands.js'
import { meshCommands, statusCommand } from './mesh-commands.js'
import { networkCommands } from './network-commands.js'
import { nodeCommands } from './node-commands.js'
import { policyCommands } from './policy-commands.js'
import { serveCommand } from './serve-command.js'
import { loginCommand, tokenCommands } from './token-commands.js'

/** The whole command line. */
export const createProgram = (io: CliIo): Command => {
  const program = new Command('meshfold')
    .description('Serve a WireGuard mesh, and look after it.')
    .version(VERSION)
    .option('--url <url>', `the server: http://…, https://… or unix:/PATH (MESHFOLD_URL; default: ${DEFAULT_URL})`)
    .option('--token-file <file>', 'file with the admin token (MESHFOLD_TOKEN, or what meshfold login kept)')
    .option(
      '--ca <file>',
      "certificates that the server's must lead to, PEM (what meshfold login kept, else those that Node brings along)",
    )
    .option('--reason <text>', 'why; kept beside the events')
    .option('--json', 'print JSON')
  const commands = [
    serveCommand(io),
    loginCommand(io),
    statusCommand(io),
    networkCommands(io),
    keyCommands(io, Date.now),
    hostCommands(io, Date.now),
    nodeCommands(io, Date.now),
    clientCommands(io),
    policyCommands(io),
    meshCommands(io),
    eventsCommand(io),
    explainCommand(io, Date.now),
    diffCommand(io, Date.now),
    stateCommand(io, Date.now),
    genericCommand(io, Date.now),
    tokenCommands(io),
  ]
  for (const command of commands) program.addCommand(command)
  examples(program, [
    'meshfold serve --data ./data',
    'meshfold network create office --range 10.66.0.0/24',
    'meshfold key create laptops --network office --uses 5 --expires 24h',
    'meshfold events --follow',
    'meshfold explain alpha beta --tcp 443',
  ])
  program.addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no server there.\n')
  for (const command of everyCommand(program)) prepare(command, io)
  return program
}

/** `--json` and the like are taken before and after a command's name. */
const prepare = (command: Command, io: CliIo): void => {
  command
    .exitOverride()
    .showHelpAfterError('(add --help for help)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
  if (command.commands.length > 0) return
  for (const option of ['--json', '--url', '--token-file', '--ca', '--reason']) addHidden(command, option)
}

const addHidden = (command: Command, flag: string): void => {
  const takesValue = flag !== '--json'
  command.addOption(command.createOption(takesValue ? `${flag} <value>` : flag).hideHelp())
}

function* everyCommand(command: Command): Generator<Command> {
  yield command
  for (const child of command.commands) yield* everyCommand(child)
}
