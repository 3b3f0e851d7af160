import { Command } from 'commander'
import { domain, ephemeralGraceSeconds } from '../api/api-codecs.js'
import { type MeshView, meshAnswer } from '../api/mesh-api.js'
import { change, dryRunOption } from './change.js'
import { type CliContext, contextOf, print } from './cli-context.js'
import { usage } from './cli-error.js'
import { type CliIo, plain } from './cli-io.js'
import { examples } from './examples.js'
import { parseNumber, parseText } from './parse-options.js'

export const meshCommands = (io: CliIo): Command => {
  const mesh = new Command('mesh').description('the mesh as a whole')
  mesh
    .command('show')
    .description('name, settings, revision, how many of everything')
    .action(async (_options, command: Command) => showMesh(await contextOf(io, command)))
  mesh.addCommand(updateMesh(io))
  mesh
    .command('raise-epoch')
    .description('after an old copy of the event log was restored: agents then take its older revision')
    .option('--yes', 'say that this is meant')
    .addOption(dryRunOption())
    .action(async ({ yes = false }: { yes?: boolean }, command: Command) => {
      const context = await contextOf(io, command)
      if (!yes && !context.isDryRun)
        throw usage(
          'Every agent takes a whole new snapshot after this. Say that it is meant: meshfold mesh raise-epoch --yes',
        )
      const call = { method: 'POST', path: '/mesh/raise-epoch', answer: meshAnswer } as const
      await change(context, call, ({ mesh: shown }) => `The epoch is ${shown.asOf.epoch} now.\n`)
    })
  return examples(mesh, [
    'meshfold mesh show',
    'meshfold mesh update --domain mesh.example.org',
    'meshfold mesh raise-epoch --yes',
  ])
}

/** `meshfold status` as well. */
export const statusCommand = (io: CliIo): Command =>
  examples(
    new Command('status')
      .description('whether the server answers, and what it serves')
      .action(async (_options, command: Command) => showMesh(await contextOf(io, command))),
    ['meshfold status', 'meshfold status --url unix:./meshfold.sock --json'],
  )

const showMesh = async (context: CliContext): Promise<void> =>
  print(context, await context.client.call({ path: '/mesh', answer: meshAnswer }), ({ mesh }) => details(mesh))

interface UpdateOptions {
  readonly name?: string
  readonly domain?: string
  readonly controlRange?: string
  readonly controlRange6?: string
  readonly ephemeralGrace?: number
}

const updateMesh = (io: CliIo): Command =>
  new Command('update')
    .description('change what holds for the whole mesh')
    .option('--name <name>', 'its name')
    .option('--domain <domain>', 'DNS domain under which hosts have names', parseText(domain))
    .option('--control-range <prefix>', 'IPv4 control range; moves only while there are no hosts')
    .option('--control-range6 <prefix>', 'IPv6 control range; moves only while there are no hosts')
    .option('--ephemeral-grace <seconds>', 'how long an ephemeral node may be away', parseNumber(ephemeralGraceSeconds))
    .addOption(dryRunOption())
    .action(async (options: UpdateOptions, command: Command) => {
      const context = await contextOf(io, command)
      const { name, controlRange, controlRange6, ephemeralGrace } = options
      const fields = {
        name,
        domain: options.domain,
        controlRange4: controlRange,
        controlRange6,
        ephemeralGraceSeconds: ephemeralGrace,
      }
      const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
      await change(context, { method: 'PATCH', path: '/mesh', body, answer: meshAnswer }, ({ mesh }) => details(mesh))
    })

const divergedText = ({ diverged }: MeshView): string =>
  diverged === 0 ? '' : `, ${diverged} of them not as configured: meshfold host list says why`

const details = (mesh: MeshView): string =>
  [
    ['mesh', `${mesh.name} (${mesh.meshId})`],
    ['domain', mesh.domain],
    ['revision', `${mesh.asOf.revision}, epoch ${mesh.asOf.epoch}`],
    ['networks', String(mesh.networks)],
    ['hosts', `${mesh.hosts}, ${mesh.online} online here${divergedText(mesh)}`],
    ['nodes', String(mesh.nodes)],
    ['control ranges', `${mesh.controlRange4} ${mesh.controlRange6}`],
    ['grace', `${mesh.ephemeralGraceSeconds} s for ephemeral nodes`],
    ['fingerprint', mesh.serverFingerprint],
    ...(mesh.publicUrl === null ? [] : [['public URL', mesh.publicUrl]]),
  ]
    .map(([title = '', text = '']) => `${title.padEnd(14)} ${plain(text)}\n`)
    .join('')
