/** A host's config as a flat list of things with facts, in words: what two configs are compared by, and what people are shown. */

import type { ChosenPaths } from '../host-config/chosen-paths.js'
import type { ForwardRule, HostConfig, InputRule, NatRule, Path } from '../host-config/host-config.js'
import type { Traffic } from '../mesh/mesh-state.js'
import type { HostId, PolicyId } from '../values/index.js'

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
  /** Tells it from others of its part. */
  readonly what: string
  readonly facts: readonly string[]
}

/** What a policy is called. */
export type PolicyNames = (policyId: PolicyId) => string

/** Everything that a host's system would see of it. */
export const configItems = (
  config: HostConfig,
  chosen: ChosenPaths,
  policyName: PolicyNames,
): readonly ConfigItem[] => [
  ...interfaceItems(config),
  ...peerItems(config, chosen),
  ...config.routes.map(({ prefix, preferredSource }) =>
    item('route', prefix, [`from ${preferredSource ?? 'any address'}`]),
  ),
  ...[...config.paths.values()].flatMap((path) => pathItem(config, path)),
  ...tunnelItems(config),
  ...ruleItems(config, policyName),
  ...[...config.filter.sets].map(([name, prefixes]) => item('set', setText(config)(name), prefixes)),
  ...config.nat.map(natItem),
  ...nameItems(config),
  ...config.refused.map(({ part, reason }) => item('refused', part, [reason])),
]

const item = (part: ConfigPart, what: string, facts: readonly string[]): ConfigItem => ({ part, what, facts })

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
    item('peer', peer.name, [
      ...(chosen.allowedIps.get(peer.hostId) ?? []),
      ...peer.endpoints.map(({ endpoint }) => `at ${endpoint}`),
      `key ${peer.wireguardKey}`,
      ...(peer.keepaliveSeconds === 0 ? [] : [`keepalive ${peer.keepaliveSeconds} s`]),
    ]),
  ),
  ...[...config.clients.values()].map(({ name, prefixes, wireguardKey }) =>
    item('client', name, [...prefixes, `key ${wireguardKey}`]),
  ),
]

/** Direct paths say no more than the peers do. */
const pathItem = (config: HostConfig, { key, to }: Path): readonly ConfigItem[] => {
  const hops = 'gateways' in to ? to.gateways : 'routers' in to ? to.routers : undefined
  if (hops === undefined) return []
  return [
    item(
      'path',
      key,
      hops.map(({ hostId }, at) => `${at + 1}. ${hostName(config, hostId)}`),
    ),
  ]
}

const hostName = (config: HostConfig, hostId: HostId): string =>
  hostId === config.own.hostId ? 'itself' : (config.peers.get(hostId)?.name ?? hostId)

const tunnelItems = ({ fullTunnel }: HostConfig): readonly ConfigItem[] =>
  fullTunnel === null
    ? []
    : [
        item('full tunnel', 'internet traffic', [
          ...fullTunnel.families.map((family) => `IPv${family}`),
          `${fullTunnel.settings.whenGatewayGone === 'block' ? 'blocked' : 'outside'} while no gateway is there`,
          `local network ${fullTunnel.settings.localNetwork}`,
          `DNS ${fullTunnel.settings.dns === 'keep' ? 'outside' : 'inside'}`,
        ]),
        item('full tunnel', 'stays outside', [...fullTunnel.outside, ...fullTunnel.outsidePrefixes]),
      ]

const ruleItems = (config: HostConfig, policyName: PolicyNames): readonly ConfigItem[] => {
  const set = setText(config)
  const byWhom = (policyId: PolicyId | null) =>
    policyId === null ? 'everyone' : `what policy "${policyName(policyId)}" allows`
  const fromText = ({ from, within }: InputRule | ForwardRule) =>
    `from ${from.map(set).join(' or ')}${within === null ? '' : `, in ${set(within)}`}`
  const input = ({ policyId, to, traffic, ...rule }: InputRule) =>
    item('lets in', byWhom(policyId), [
      fromText({ policyId, to, traffic, ...rule }),
      ...(set(to) === 'self' ? [] : [`to ${set(to)}`]),
      ...traffic.map(trafficText),
    ])
  const forward = (rule: ForwardRule) =>
    item('passes on', `${byWhom(rule.policyId)}, ${rule.direction.replaceAll('-', ' ')}`, [
      fromText(rule),
      `to ${rule.to === null ? 'the internet' : rule.to.map(set).join(' or ')}`,
      ...rule.traffic.map(trafficText),
    ])
  return [...config.filter.input.map(input), ...config.filter.forward.map(forward)]
}

/** A set without its network where there is only one, with the network's name where there are more. */
const setText =
  ({ networks }: HostConfig) =>
  (name: string): string => {
    const network = networks.find(({ networkId }) => name.startsWith(`${networkId}/`))
    if (network === undefined) return name
    const key = name.slice(network.networkId.length + 1)
    return networks.length === 1 ? key : `${key} in ${network.name}`
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
