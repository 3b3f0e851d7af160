import { Command, Option } from 'commander'
import { keepaliveSeconds, mtuBytes } from '../api/api-codecs.js'
import { doneAnswer } from '../api/event-api.js'
import { type NetworkView, networkAnswer, networksAnswer } from '../api/network-api.js'
import { change, dryRunOption } from './change.js'
import { contextOf, print } from './cli-context.js'
import { CliError, refused } from './cli-error.js'
import { byName, type CliIo, table } from './cli-io.js'
import { examples } from './examples.js'
import { findNetworkId } from './find-by-name.js'
import { collect, parseNumber } from './parse-options.js'

export const networkCommands = (io: CliIo): Command => {
  const network = new Command('network').description('networks of the mesh')
  network
    .command('list')
    .description('list the networks')
    .action(async (_options, command: Command) => {
      const context = await contextOf(io, command)
      const answer = await context.client.call({ path: '/networks', answer: networksAnswer })
      print(context, answer, ({ networks }) =>
        networks.length === 0
          ? 'No networks yet. Create one: meshfold network create office --range 10.66.0.0/24\n'
          : table(['NAME', 'RANGES', 'NODES', 'MTU', 'APPROVAL', 'ID'], byName(networks).map(row)),
      )
    })
  network.addCommand(settingsOptions(createNetwork(io)))
  network.addCommand(settingsOptions(updateNetwork(io)))
  network
    .command('remove <network>')
    .description('end a network; its hosts stay in the mesh')
    .option('--even-with-nodes', 'remove its nodes too')
    .addOption(dryRunOption())
    .action(async (nameOrId: string, { evenWithNodes }: { evenWithNodes?: boolean }, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/networks/${await findNetworkId(context.client, nameOrId)}`
      const call = { method: 'DELETE', path, query: { evenWithNodes }, answer: doneAnswer } as const
      await change(context, call, () => `Network ${nameOrId} is gone.\n`).catch(nameTheOption)
    })
  return examples(network, [
    'meshfold network create office --range 10.66.0.0/24 --range6 fd66::/64',
    'meshfold network list --json',
    'meshfold network update office --approval required',
    'meshfold network update office --private-underlay yes --dry-run',
  ])
}

/** The API says that they may be removed too, but not how it is said here. */
const nameTheOption = (thrown: unknown): never => {
  if (!(thrown instanceof CliError) || thrown.code !== 'network-has-nodes') throw thrown
  throw refused(thrown.code, `${thrown.message} For that give --even-with-nodes.`)
}

interface Settings {
  readonly range?: string
  readonly range6?: string
  readonly mtu?: number
  readonly keepalive?: number
  readonly approval?: 'automatic' | 'required'
  readonly dns?: readonly string[]
  readonly virtualPool?: string
  readonly virtualPool6?: string
  readonly privateUnderlay?: 'yes' | 'no'
  readonly gatewayBehindGateway?: 'refuse' | 'cascade'
}

const createNetwork = (io: CliIo): Command =>
  new Command('create')
    .argument('<name>', '1 to 32 of a-z, 0-9 and -')
    .description('create a network; give at least one range')
    .action(async (name: string, options: Settings, command: Command) => {
      const context = await contextOf(io, command)
      const body = { name, ...bodyOf(options) }
      await change(
        context,
        { method: 'POST', path: '/networks', body, answer: networkAnswer },
        ({ network }) => `Network ${network.name} is there: ${rangesOf(network)} (${network.networkId})\n`,
      )
    })

const updateNetwork = (io: CliIo): Command =>
  new Command('update')
    .argument('<network>', 'name or id')
    .description('change a network; name and ranges stay as they are once it had a node')
    .option('--name <name>', 'its new name')
    .action(async (nameOrId: string, options: Settings & { name?: string }, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/networks/${await findNetworkId(context.client, nameOrId)}`
      const body = { ...(options.name === undefined ? {} : { name: options.name }), ...bodyOf(options) }
      await change(context, { method: 'PATCH', path, body, answer: networkAnswer }, ({ network }) =>
        table(['NAME', 'RANGES', 'NODES', 'MTU', 'APPROVAL', 'ID'], [row(network)]),
      )
    })

const settingsOptions = (command: Command): Command =>
  command
    .option('--range <prefix>', 'IPv4 range, such as 10.66.0.0/24')
    .option('--range6 <prefix>', 'IPv6 range, such as fd66::/64')
    .option('--mtu <bytes>', 'MTU of its hosts', parseNumber(mtuBytes))
    .option('--keepalive <seconds>', 'of hosts behind NAT; 0: none', parseNumber(keepaliveSeconds))
    .option(
      '--dns <address>',
      'for clients without DNS servers of their own, and full tunnels; may be given again; none: no longer any',
      collect,
    )
    .option('--virtual-pool <prefix>', 'IPv4 range that virtual ranges of egresses are taken from')
    .option('--virtual-pool6 <prefix>', 'IPv6 range of that kind')
    .addOption(
      new Option(
        '--private-underlay <answer>',
        'whether hosts reach each other at private addresses: gateways need no public one then',
      ).choices(['yes', 'no']),
    )
    .addOption(
      new Option('--gateway-behind-gateway <kind>', 'what becomes of a gateway that uses an internet gateway').choices([
        'refuse',
        'cascade',
      ]),
    )
    .addOption(dryRunOption())
    .addOption(
      new Option('--approval <kind>', 'who may join without an administrator').choices(['automatic', 'required']),
    )

const bodyOf = (settings: Settings): object =>
  Object.fromEntries(
    Object.entries({
      range4: settings.range,
      range6: settings.range6,
      mtuBytes: settings.mtu,
      keepaliveSeconds: settings.keepalive,
      joinApproval: settings.approval,
      clientDns: settings.dns?.join() === 'none' ? [] : settings.dns,
      virtualPool4: settings.virtualPool,
      virtualPool6: settings.virtualPool6,
      privateUnderlay: settings.privateUnderlay && settings.privateUnderlay === 'yes',
      gatewayBehindInternetGateway: settings.gatewayBehindGateway,
    }).filter(([, value]) => value !== undefined),
  )

const rangesOf = ({ range4, range6 }: NetworkView): string =>
  [range4, range6].filter((range) => range !== null).join(', ')

const row = (network: NetworkView): readonly string[] => [
  network.name,
  rangesOf(network),
  `${network.members}/${network.nodes}`,
  String(network.mtuBytes),
  network.joinApproval,
  network.networkId,
]
