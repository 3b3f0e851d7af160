import { Command, CommanderError, Option } from 'commander'
import { agentVersion } from '../system/version.js'
import { CliFailure, EXIT } from './cli-failure.js'
import { LOG_LEVELS } from './create-log.js'
import { type DownOptions, down } from './down-command.js'
import { type EnrollOptions, enroll } from './enroll-command.js'
import {
  DEFAULT_STATE,
  endpointsOption,
  folderOption,
  interfaceOption,
  nameOption,
  portOption,
  prefixesOption,
  serverOption,
  windowOption,
} from './options.js'
import { createOutput } from './output.js'
import { TOKEN_VARIABLE } from './read-token.js'
import { retry } from './retry-command.js'
import { rotateKey } from './rotate-key-command.js'
import { type RunOptions, run } from './run-command.js'
import { status } from './status-command.js'

const EXAMPLES = `
Examples:
  # Join a mesh. The token comes from \`meshfold key create\` on the server.
  ${TOKEN_VARIABLE}=… meshfold-agent enroll --server https://mesh.example.com
  meshfold-agent enroll --server https://mesh.example.com --token-file token.txt --name web-1 --endpoint 203.0.113.5:51821

  # Keep this host in the mesh, with or without the server. Ctrl-C leaves the tunnel up.
  meshfold-agent run

  # What is this host, who are its peers?
  meshfold-agent status
  meshfold-agent status --json

  # Try once more what was taken back because it cut this host off from its server.
  meshfold-agent retry

  # Another WireGuard key for this host; its name, addresses and nodes stay.
  meshfold-agent rotate-key

  # Take the tunnel away; then also the keys.
  meshfold-agent down
  meshfold-agent down --purge

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the server can't be reached.
`

const stateOption = () =>
  new Option('--state <folder>', 'where this host keeps its keys and its last config')
    .argParser(folderOption)
    .default(DEFAULT_STATE)
const jsonOption = () => new Option('--json', 'print one JSON object')

/** Runs the command line; the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('meshfold-agent')
    .description('The agent of one host in a Meshfold mesh: joins it, keeps its WireGuard tunnel as the mesh wants it.')
    .version(agentVersion())
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
  addEnroll(program)
  program
    .command('run')
    .description('keep this host in its mesh until told to end; the tunnel stays')
    .addOption(stateOption())
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .option('--json-logs', 'log JSON to a terminal too', false)
    .addOption(
      new Option('--confirm-window <seconds>', 'take back after so long what cut this host off from its server')
        .argParser(windowOption)
        .default(30),
    )
    .option('--down-on-exit', 'take the interface away at the end', false)
    .option(
      '--on-active-router <program>',
      'run `<program> active|standby <egress id> <range>…` when this host becomes the router that a range is reached through, or ceases to be',
    )
    .action(async (options: RunOptions) => {
      exitCode = await run(options)
    })
  program
    .command('status')
    .description('tell what this host is, and how its tunnel is doing')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action((options: { state: string; json?: boolean }) => status(options, createOutput(options.json === true)))
  program
    .command('retry')
    .description('try once more what was taken back because it cut this host off from its server')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action((options: { state: string; json?: boolean }) => retry(options, createOutput(options.json === true)))
  program
    .command('rotate-key')
    .description('make another WireGuard key for this host; the old one never comes back')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action((options: { state: string; json?: boolean }) => rotateKey(options, createOutput(options.json === true)))
  program
    .command('down')
    .description('end the agent and take the interface away')
    .addOption(stateOption())
    .option('--purge', 'take keys and config away too', false)
    .option('--yes', 'do not ask', false)
    .addOption(jsonOption())
    .action((options: DownOptions & { json?: boolean }) => down(options, createOutput(options.json === true)))
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    return exitCodeOf(error, argv.includes('--json'))
  }
}

function addEnroll(program: Command): void {
  program
    .command('enroll')
    .description('make this machine a host of a mesh; again with another token: of further networks')
    .addOption(
      new Option('--server <url>', 'the mesh server, http or https').argParser(serverOption).makeOptionMandatory(),
    )
    .addOption(stateOption())
    .addOption(new Option('--name <name>', "the host's name (default: this machine's)").argParser(nameOption))
    .addOption(
      new Option('--interface <name>', 'the WireGuard interface to make (default: wg0)').argParser(interfaceOption),
    )
    .addOption(new Option('--listen-port <port>', 'UDP port of the tunnel (default: 51821)').argParser(portOption))
    .addOption(
      new Option(
        '--endpoint <ip:port>',
        'where others reach this host, besides its own addresses; repeatable',
      ).argParser(endpointsOption),
    )
    .addOption(
      new Option('--exclude-prefix <cidr>', 'own addresses in it are not told to others; repeatable').argParser(
        prefixesOption,
      ),
    )
    .option('--ca <file>', "certificates in PEM that the server's must lead to (default: those that Node brings along)")
    .option('--token-file <file>', `file with the enrolment token; - for standard input (default: ${TOKEN_VARIABLE})`)
    .addOption(new Option('--token <token>', 'the enrolment token; others can see it').hideHelp())
    .addOption(jsonOption())
    .action((options: EnrollOptions & { json?: boolean }) => enroll(options, createOutput(options.json === true)))
}

function exitCodeOf(error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
  if (!(error instanceof CliFailure)) throw error
  const { code, message } = error
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`)
  else process.stderr.write(`${message}\n`)
  return error.exitCode
}
