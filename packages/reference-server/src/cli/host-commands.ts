import { Command } from 'commander'
import { listenPort, mtuBytes } from '../api/api-codecs.js'
import { doneAnswer } from '../api/event-api.js'
import { type HostView, hostAnswer } from '../api/host-api.js'
import { type HostConfigAnswer, hostConfigAnswer } from '../api/host-config-api.js'
import { change, dryRunOption } from './change.js'
import { contextOf, print } from './cli-context.js'
import { agoText, byName, type CliIo, plain, table } from './cli-io.js'
import { examples } from './examples.js'
import { allHosts, findHostId, findPastHostId } from './find-by-name.js'
import { parseNumber, parsePast } from './parse-options.js'

export const hostCommands = (io: CliIo, nowEpochMs: () => number): Command => {
  const host = new Command('host').description('machines of the mesh')
  host
    .command('list')
    .description('list the hosts and how they are doing')
    .action(async (_options, command: Command) => {
      const context = await contextOf(io, command)
      print(context, { hosts: await allHosts(context.client) }, ({ hosts }) =>
        hosts.length === 0
          ? 'No hosts yet. Let one join: meshfold key create first --network NETWORK\n'
          : `${table(columns, byName(hosts).map(row(nowEpochMs())))}${byName(hosts).flatMap(troubleLine).join('')}`,
      )
    })
  host
    .command('show <host>')
    .description('everything known of one host')
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/hosts/${await findHostId(context.client, nameOrId)}`
      print(context, await context.client.call({ path, answer: hostAnswer }), ({ host: shown }) => details(shown))
    })
  host
    .command('config <host>')
    .description('the configuration of one host, as its agent puts it into effect, or did')
    .option('--at <when>', 'a revision, a date, or 30m, 24h, 7d ago (default: now)', parsePast(nowEpochMs))
    .action(async (nameOrId: string, { at }: { at?: string }, command: Command) => {
      const context = await contextOf(io, command)
      const hostId = await (at === undefined
        ? findHostId(context.client, nameOrId)
        : findPastHostId(context.client, nameOrId, at))
      const call = { path: `/hosts/${hostId}/config`, query: { at }, answer: hostConfigAnswer }
      print(context, await context.client.call(call), configText)
    })
  host.addCommand(updateHost(io))
  host
    .command('rotate-key <host>')
    .description('have a machine make itself another WireGuard key; clients of a gateway need new files afterwards')
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/hosts/${await findHostId(context.client, nameOrId)}/rotate-key`
      const answer = await context.client.call({ method: 'POST', path, answer: hostAnswer, reason: context.reason })
      print(
        context,
        answer,
        ({ host: { name, wireguardKey } }) => `Host ${name} has another WireGuard key: ${wireguardKey}\n`,
      )
    })
  host
    .command('remove <host>')
    .description('take a machine out of the mesh; its keys never come back')
    .addOption(dryRunOption())
    .action(async (nameOrId: string, _options, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/hosts/${await findHostId(context.client, nameOrId)}`
      const call = { method: 'DELETE', path, answer: doneAnswer } as const
      await change(context, call, () => `Host ${nameOrId} is out of the mesh.\n`)
    })
  return examples(host, [
    'meshfold host list',
    'meshfold host config alpha --json',
    'meshfold host update alpha --port 51900',
    'meshfold host rotate-key alpha --reason "its disk was copied"',
    'meshfold host remove alpha --reason "sold"',
  ])
}

interface UpdateOptions {
  readonly name?: string
  readonly port?: number
  readonly mtu?: number | null
}

const updateHost = (io: CliIo): Command =>
  new Command('update')
    .argument('<host>', 'name or id')
    .description('change what is wanted of a host')
    .option('--name <name>', 'its new name')
    .option('--port <port>', 'the UDP port it listens on', parseNumber(listenPort))
    .option('--mtu <bytes>', 'its MTU; auto: that of its networks', parseMtu)
    .addOption(dryRunOption())
    .action(async (nameOrId: string, { name, port, mtu }: UpdateOptions, command: Command) => {
      const context = await contextOf(io, command)
      const path = `/hosts/${await findHostId(context.client, nameOrId)}`
      const body = {
        ...(name === undefined ? {} : { name }),
        ...(port === undefined ? {} : { listenPort: port }),
        ...(mtu === undefined ? {} : { mtuBytes: mtu }),
      }
      await change(context, { method: 'PATCH', path, body, answer: hostAnswer }, ({ host }) => details(host))
    })

const parseMtu = (text: string): number | null => {
  if (text === 'auto') return null
  return parseNumber(mtuBytes, 'auto, or ')(text)
}

const columns = ['NAME', 'STATE', 'REVISION', 'ADDRESSES', 'ENDPOINTS', 'ID'] as const

const row =
  (nowEpochMs: number) =>
  ({ hostId, name, nodes, endpoints, presence }: HostView): readonly string[] => [
    name,
    stateText(presence, nowEpochMs),
    presence.acknowledged === null ? '-' : String(presence.acknowledged.revision),
    nodes.flatMap(({ address4, address6 }) => [address4, address6].filter((address) => address !== null)).join(' ') ||
      '-',
    endpoints.map(({ endpoint }) => endpoint).join(' ') || '-',
    hostId,
  ]

const stateText = (
  { online, lastContactEpochMs, outcome, drift }: HostView['presence'],
  nowEpochMs: number,
): string => {
  if (!online) return lastContactEpochMs === null ? 'not seen' : `away, seen ${agoText(lastContactEpochMs, nowEpochMs)}`
  if (outcome === 'failed') return 'online, failing'
  if (outcome === 'reverted') return 'online, diverged'
  return drift.length > 0 ? 'online, drifted' : 'online'
}

/** Why a host that is there is not as it should be, and the way out. */
const troubleOf = ({ online, outcome, detail }: HostView['presence']): readonly string[] => {
  if (!online || outcome === null || outcome === 'applied') return []
  const wayOut = outcome === 'reverted' ? ['change what cut it off, or run on the host: meshfold-agent retry'] : []
  return [...(detail === null ? [] : [detail]), ...wayOut]
}

const troubleLine = ({ name, presence }: HostView): readonly string[] => {
  const trouble = troubleOf(presence)
  return trouble.length === 0 ? [] : [`${plain(`${name}: ${trouble.join('; ')}`)}\n`]
}

const details = (host: HostView): string =>
  [
    ['name', host.name],
    ['id', host.hostId],
    ['system', `${host.system.os} ${host.system.osVersion} ${host.system.arch}, agent ${host.system.agentVersion}`],
    ['state', stateText(host.presence, Date.now())],
    ...troubleOf(host.presence).map((text, at) => [at === 0 ? 'because' : 'way out', text]),
    ...host.presence.drift.map((drift) => ['drift', drift]),
    ['listens on', String(host.listenPort)],
    [
      'reached at',
      host.endpoints.map(({ endpoint, origin }) => `${endpoint} (${origin})`).join(', ') || 'nowhere known',
    ],
    ['WireGuard key', host.wireguardKey],
    ['control', `${host.controlAddress4} ${host.controlAddress6}`],
    ...host.nodes.map((node) => [
      `in ${node.networkName}`,
      `${node.name}, ${[node.address4, node.address6].filter((address) => address !== null).join(' ')}, ${node.status}`,
    ]),
    ...host.nodes.flatMap((node) =>
      (node.gateway?.endpoints ?? []).map(({ endpoint, proof }) => [
        'gateway at',
        `${node.networkName}: ${endpoint} (${proof})`,
      ]),
    ),
  ]
    .map(([title = '', text = '']) => `${title.padEnd(14)} ${plain(text)}\n`)
    .join('')

const configText = ({ asOf, interface: own, peers }: HostConfigAnswer): string =>
  `As of revision ${asOf.revision}, epoch ${asOf.epoch}\n\n[Interface]\nListenPort = ${own.listenPort}\nMTU = ${own.mtuBytes}\nAddress = ${[...own.addresses, ...own.controlAddresses].join(', ')}\n${peers
    .map(
      (peer) =>
        `\n# ${peer.name}\n[Peer]\nPublicKey = ${peer.wireguardKey}\nEndpoint = ${peer.endpoints.join(' or ') || 'unknown'}\nAllowedIPs = ${peer.allowedIps.join(', ')}\n`,
    )
    .join('')}`
