/** A host's config as a flat list of things with facts, in words: what two configs are compared by, and what people are shown. */

import type { ChosenPaths } from '../host-config/chosen-paths.js'
import {
  type ForwardRule,
  type HostConfig,
  type InputRule,
  internetPathKey,
  type NatRule,
  type Path,
  type PathKey,
} from '../host-config/host-config.js'
import type { Traffic } from '../mesh/mesh-state.js'
import type { HostId, PolicyId } from '../values/index.js'
import type { ThingKind } from './state-things.js'
import type { ThingNames } from './thing-names.js'

/** What a config has parts of, in the order in which they are told. */
export const configParts = [
  'interface',
  'peer',
  'client',
  'route',
  'path',
  'full tunnel',
  'lets in',
  'passes on',
  'set',
  'translation',
  'name',
  'resolver',
  'refused',
] as const

/** A part of a config: `lets in` and `passes on` are its filter's rules, `set` the addresses that those name. */
export type ConfigPart = (typeof configParts)[number]

/** One thing that a config holds. */
export interface ConfigItem {
  readonly part: ConfigPart
  readonly what: string
  /** Tells it from others of its part: two hosts may have one name. */
  readonly key: string
  readonly facts: readonly string[]
}

/** Everything that a host's system would see of it. */
export const configItems = (config: HostConfig, chosen: ChosenPaths, names: ThingNames): readonly ConfigItem[] => [
  ...interfaceItems(config),
  ...peerItems(config, chosen),
  ...config.routes.map(({ prefix, preferredSource }) =>
    item('route', prefix, [`from ${preferredSource ?? 'any address'}`]),
  ),
  ...[...config.paths.values()].flatMap((path) => pathItem(config, path, names)),
  ...tunnelItems(config),
  ...ruleItems(config, names),
  ...[...config.filter.sets].map(([name, prefixes]) => item('set', setText(config, names)(name), prefixes)),
  ...config.nat.map(natItem),
  ...nameItems(config),
  ...config.refused.map(({ part, reason }) => item('refused', part, [reason])),
]

const item = (part: ConfigPart, what: string, facts: readonly string[], key: string = what): ConfigItem => ({
  part,
  what,
  key,
  facts,
})

const interfaceItems = ({ own }: HostConfig): readonly ConfigItem[] => [
  item('interface', 'addresses', [
    ...own.memberships.flatMap(({ addresses }) => addresses),
    own.controlAddress4,
    own.controlAddress6,
  ]),
  item('interface', 'WireGuard key', [own.wireguardKey]),
  item('interface', 'listen port', [String(own.listenPort)]),
  item('interface', 'MTU', [String(own.mtuBytes)]),
]

const peerItems = (config: HostConfig, chosen: ChosenPaths): readonly ConfigItem[] => [
  ...[...config.peers.values()].map((peer) =>
    item(
      'peer',
      peer.name,
      [
        ...(chosen.allowedIps.get(peer.hostId) ?? []),
        ...peer.endpoints.map(({ endpoint }) => `at ${endpoint}`),
        `key ${peer.wireguardKey}`,
        ...(peer.keepaliveSeconds === 0 ? [] : [`keepalive ${peer.keepaliveSeconds} s`]),
      ],
      peer.hostId,
    ),
  ),
  ...[...config.clients.values()].map(({ clientId, name, prefixes, wireguardKey }) =>
    item('client', name, [...prefixes, `key ${wireguardKey}`], clientId),
  ),
]

/** Direct paths say no more than the peers do. */
const pathItem = (config: HostConfig, { key, to }: Path, names: ThingNames): readonly ConfigItem[] => {
  const hops = 'gateways' in to ? to.gateways : 'routers' in to ? to.routers : undefined
  if (hops === undefined) return []
  return [
    item(
      'path',
      `to ${destinationText(key, names)}`,
      hops.map(({ hostId }, at) => `${at + 1}. ${hostName(config, hostId)}`),
    ),
  ]
}

const destinationText = (key: PathKey, names: ThingNames): string => {
  const text = named(key, names)
  const [, kind, name] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  if (kind === undefined) return 'the internet'
  if (kind === 'node') return `${name}`
  return kind === 'clients' ? `clients of ${name}` : `${kind} ${name}`
}

const hostName = (config: HostConfig, hostId: HostId): string =>
  hostId === config.own.hostId ? 'itself' : (config.peers.get(hostId)?.name ?? hostId)

const tunnelItems = (config: HostConfig): readonly ConfigItem[] => {
  const { fullTunnel } = config
  return fullTunnel === null
    ? []
    : [
        item('full tunnel', 'internet traffic', [
          ...fullTunnel.families.map((family) => `IPv${family}`),
          `${fullTunnel.settings.whenGatewayGone === 'block' ? 'blocked' : 'outside'} while no gateway is there`,
          `local network ${fullTunnel.settings.localNetwork}`,
          `DNS ${fullTunnel.settings.dns === 'keep' ? 'outside' : 'inside'}`,
        ]),
        item('full tunnel', 'stays outside', [...fullTunnel.outside, ...fullTunnel.outsidePrefixes]),
        ...gatewayDnsItems(config),
      ]
}

/** Whom it asks while a gateway carries it. */
const gatewayDnsItems = (config: HostConfig): readonly ConfigItem[] => {
  const path = config.paths.get(internetPathKey)
  if (path?.to.kind !== 'internet') return []
  return path.to.gateways.flatMap(({ nodeId, hostId }) => {
    const known = config.own.memberships.flatMap(({ tunnel }) => tunnel.gatewayDns)
    const servers = known.find((each) => each.nodeId === nodeId)?.servers
    return servers === undefined ? [] : [item('full tunnel', `DNS by ${hostName(config, hostId)}`, servers, hostId)]
  })
}

const ruleItems = (config: HostConfig, names: ThingNames): readonly ConfigItem[] => {
  const set = setText(config, names)
  const byWhom = (policyId: PolicyId | null, everyone: string) =>
    policyId === null ? everyone : `what policy "${names('policies', policyId) ?? policyId}" allows`
  const fromText = ({ from, within }: InputRule | ForwardRule) =>
    `from ${from.map(set).join(' or ')}${within === null ? '' : `, in ${set(within)}`}`
  const input = ({ policyId, to, traffic, ...rule }: InputRule) =>
    item('lets in', byWhom(policyId, 'everyone'), [
      fromText({ policyId, to, traffic, ...rule }),
      ...(set(to) === 'self' ? [] : [`to ${set(to)}`]),
      ...traffic.map(trafficText),
    ])
  const forward = (rule: ForwardRule) =>
    item('passes on', `${byWhom(rule.policyId, 'what everyone may send')}, ${rule.direction.replaceAll('-', ' ')}`, [
      fromText(rule),
      `to ${rule.to === null ? 'the internet' : rule.to.map(set).join(' or ')}`,
      ...rule.traffic.map(trafficText),
    ])
  return [...config.filter.input.map(input), ...config.filter.forward.map(forward)]
}

/** A set without its network where there is only one, with the network's name where there are more. */
const setText =
  ({ networks }: HostConfig, names: ThingNames) =>
  (name: string): string => {
    const network = networks.find(({ networkId }) => name.startsWith(`${networkId}/`))
    if (network === undefined) return named(name, names)
    const key = named(name.slice(network.networkId.length + 1), names)
    return networks.length === 1 ? key : `${key} in ${network.name}`
  }

const kindsOfKeys: ReadonlyMap<string, ThingKind> = new Map<string, ThingKind>([
  ['node', 'nodes'],
  ['client', 'clients'],
  ['clients', 'nodes'],
  ['gateway-clients', 'nodes'],
  ['network', 'networks'],
  ['egress', 'egresses'],
  ['ranges', 'egresses'],
  ['user', 'users'],
  ['group', 'groups'],
])

/** `node:web` for `node:node_abc`: keys of paths and sets begin with what their id is of. */
const named = (text: string, names: ThingNames): string => {
  const [, kind = '', id = '', rest = ''] = /^([a-z-]+):([\w-]+)(.*)$/s.exec(text) ?? []
  const kindOfThing = kindsOfKeys.get(kind)
  const name = kindOfThing && names(kindOfThing, id)
  return name === undefined ? text : `${kind}:${name}${rest}`
}

/** A policy's traffic in words. */
const trafficText = (traffic: Traffic): string => {
  if (!('ports' in traffic)) return traffic.protocol === 'any' ? 'any traffic' : traffic.protocol.toUpperCase()
  const ports = traffic.ports.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
  return `${traffic.protocol.toUpperCase()} ${ports.join(', ')}`.trim()
}

const natItem = (rule: NatRule): ConfigItem =>
  rule.kind === 'prefix-map'
    ? item('translation', rule.virtual, [`is ${rule.real}`])
    : item('translation', `masquerade to ${rule.to?.join(', ') ?? 'the internet'}`, [
        ...rule.from.map((prefix) => `from ${prefix}`),
        ...(rule.interfaceName === null ? [] : [`by ${rule.interfaceName}`]),
      ])

const nameItems = ({ names, dns }: HostConfig): readonly ConfigItem[] => [
  ...names.flatMap(({ suffix, entries }) =>
    entries.map(({ name, address4, address6 }) =>
      item(
        'name',
        `${name}.${suffix}`,
        [address4, address6].filter((address) => address !== null),
      ),
    ),
  ),
  ...dns.flatMap(({ records, resolvers }) => [
    ...records.map(({ name, addresses }) => item('name', name, addresses)),
    ...resolvers.map(({ name, servers, matchDomains }) =>
      item('resolver', name, [...servers, ...matchDomains.map((domain) => `for ${domain}`)]),
    ),
  ]),
]
