import { Command } from 'commander'
import { doneAnswer } from '../api/event-api.js'
import { type NodeView, nodeAnswer } from '../api/node-api.js'
import { change, dryRunOption } from './change.js'
import { contextOf, print } from './cli-context.js'
import { byName, type CliIo, table, timeText } from './cli-io.js'
import { examples } from './examples.js'
import { allNodes, findHostId, findNetworkId, findNodeId } from './find-by-name.js'
import { roleText, unprovenLines } from './gateway-text.js'
import { parseMoment } from './parse-options.js'

export const nodeCommands = (io: CliIo, nowEpochMs: () => number): Command => {
  const node = new Command('node').description("hosts' memberships in networks")
  node
    .command('list')
    .description('list the nodes')
    .option('--network <network>', 'of this network only')
    .action(async (options: { network?: string }, command: Command) => {
      const context = await contextOf(io, command)
      const { client } = context
      const networkId = options.network === undefined ? undefined : await findNetworkId(client, options.network)
      print(context, { nodes: await allNodes(client, networkId) }, ({ nodes }) => nodeTable(nodes))
    })
  node.addCommand(addNode(io, nowEpochMs))
  node.addCommand(changeNode(io, 'approve', 'let a waiting node take part'))
  node.addCommand(changeNode(io, 'connect', 'let a disconnected node take part again'))
  node.addCommand(changeNode(io, 'disconnect', 'put a node aside; it keeps its addresses'))
  node
    .command('expire')
    .argument('<node>', 'name, name.network or id')
    .argument('<moment>', '30m, 24h, 7d, a date, or never', parseMoment(nowEpochMs))
    .description('set when a node expires')
    .addOption(dryRunOption())
    .action(async (nameOrId: string, expiresAtEpochMs: number | null, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/nodes/${await findNodeId(context.client, nameOrId)}`
      const body = { expiresAtEpochMs }
      const call = { method: 'PATCH', path, body, answer: nodeAnswer } as const
      await change(context, call, ({ node: changed }) => nodeTable([changed]))
    })
  node
    .command('remove <node>')
    .description('take a node out of its network; its host stays in the mesh')
    .addOption(dryRunOption())
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/nodes/${await findNodeId(context.client, nameOrId)}`
      const call = { method: 'DELETE', path, answer: doneAnswer } as const
      await change(context, call, () => `Node ${nameOrId} is out of its network.\n`)
    })
  return examples(node, [
    'meshfold node list --network office',
    'meshfold node approve alpha.office',
    'meshfold node add office alpha --address 10.66.0.10',
    'meshfold node expire alpha.office 7d',
  ])
}

interface AddOptions {
  readonly name?: string
  readonly address?: string
  readonly address6?: string
  readonly ephemeral?: boolean
  readonly expires?: number | null
}

const addNode = (io: CliIo, nowEpochMs: () => number): Command =>
  new Command('add')
    .argument('<network>', 'name or id')
    .argument('<host>', 'name or id')
    .description('put a host into a network')
    .option('--name <name>', "its name there (default: the host's)")
    .option('--address <address>', 'its IPv4 address (default: the lowest free one)')
    .option('--address6 <address>', 'its IPv6 address (default: the lowest free one)')
    .option('--ephemeral', 'it is removed some time after it went away')
    .option('--expires <moment>', 'such as 24h, 7d or a date', parseMoment(nowEpochMs))
    .addOption(dryRunOption())
    .action(async (network: string, host: string, options: AddOptions, command: Command) => {
      const context = await contextOf(io, command)
      const { client } = context
      const [networkId, hostId] = [await findNetworkId(client, network), await findHostId(client, host)]
      const { name = null, address = null, address6 = null, ephemeral = false, expires = null } = options
      const body = { hostId, name, address4: address, address6, ephemeral, expiresAtEpochMs: expires }
      const path = `/networks/${networkId}/nodes`
      await change(context, { method: 'POST', path, body, answer: nodeAnswer }, ({ node }) => nodeTable([node]))
    })

const changeNode = (io: CliIo, verb: 'approve' | 'connect' | 'disconnect', description: string): Command =>
  new Command(verb)
    .argument('<node>', 'name, name.network or id')
    .description(description)
    .addOption(dryRunOption())
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/nodes/${await findNodeId(context.client, nameOrId)}/${verb}`
      await change(context, { method: 'POST', path, answer: nodeAnswer }, ({ node }) => nodeTable([node]))
    })

const nodeTable = (nodes: readonly NodeView[]): string =>
  nodes.length === 0
    ? 'No nodes yet. Let a host join: meshfold key create first --network NETWORK\n'
    : `${table(columns, byName(nodes).map(row))}${byName(nodes).flatMap(unprovenLines).join('')}`

const columns = ['NAME', 'NETWORK', 'ADDRESSES', 'STATUS', 'ROLE', 'THROUGH', 'EXPIRES', 'ID'] as const

const row = (node: NodeView): readonly string[] => [
  node.name,
  node.networkName,
  [node.address4, node.address6].filter((address) => address !== null).join(' '),
  node.awaySinceEpochMs === null ? node.status : `${node.status}, away`,
  roleText(node),
  throughText(node),
  node.expiresAtEpochMs === null ? 'never' : timeText(node.expiresAtEpochMs),
  node.nodeId,
]

/** The gateway in use first; those behind it wait for it to fail. */
const throughText = ({ relay }: NodeView): string => {
  if (relay === null) return 'direct'
  const names = relay.gateways.map(({ name }) => name).join(', then ')
  if (relay.mode === 'manual') return names
  return names === '' ? 'automatic: no gateway yet' : `${names} (automatic)`
}
