/** From a config to the names that its host shall know (G8), and the servers that are asked for the rest of them (D5). */
import type { ChosenPaths } from '../host-config/chosen-paths.js'
import type { DnsFragment, NamesFragment } from '../host-config/fragment.js'
import { type HostConfig, internetPathKey } from '../host-config/host-config.js'
import { type HostId, type IpAddress, ipFamilyOf, prefixContainsAddress, prefixLength } from '../values/index.js'
import { type DesiredNames, everyDomain, type NameLine, noNames, type WantedResolver } from './host-names.js'
import type { PolicyRouting } from './policy-routing.js'

/** What of a config names are made of. */
export type NamesParts = Pick<HostConfig, 'own' | 'names' | 'dns' | 'paths' | 'ranges' | 'routes' | 'fullTunnel'>

/** What of a host's state besides its config says whom it asks. */
export interface NamesPlace {
  /** What goes through the mesh now, though the host's own routes say otherwise. */
  readonly routing: PolicyRouting
  /** By whom paths go now. */
  readonly hops: ChosenPaths['hops']
}

/** Names, and whom to ask for others. */
export const namesOf = (config: NamesParts, place: NamesPlace): DesiredNames =>
  config.own.capabilities.includes('names')
    ? { lines: linesOf(config), resolvers: resolversOf(config, place) }
    : noNames

/**
 * Every member under its full name, and under its own name alone, as a search list would find it: in the first network by
 * name that has it. The host itself has no such short name: what it is called at home is its own affair.
 */
const linesOf = ({ own, names, dns }: NamesParts): readonly NameLine[] => {
  const ownNodes = new Set<string>(own.memberships.map(({ nodeId }) => nodeId))
  const short = new Set(['localhost'])
  const lines: NameLine[] = []
  for (const { suffix, entries } of [...names].sort(bySuffix)) {
    const found: string[] = []
    for (const { memberId, name, address4, address6 } of entries) {
      const full = `${name}.${suffix}`
      const isShort = !ownNodes.has(memberId) && !short.has(name)
      for (const address of [address4, address6])
        if (address !== null) lines.push({ address, names: isShort ? [full, name] : [full] })
      found.push(name)
    }
    for (const name of found) short.add(name)
  }
  for (const { records } of dns)
    for (const { name, addresses } of records) for (const address of addresses) lines.push({ address, names: [name] })
  return lines
}

const bySuffix = (one: NamesFragment, other: NamesFragment): number =>
  one.suffix < other.suffix ? -1 : one.suffix > other.suffix ? 1 : 0

/** A host is no server of its own: what it serves others it knows by itself. */
const resolversOf = (config: NamesParts, place: NamesPlace): readonly WantedResolver[] => {
  const { own, routes, dns } = config
  const mine = new Set<IpAddress>(own.memberships.flatMap(({ addresses }) => addresses))
  const into = [...routes, ...place.routing.routes.filter(({ to }) => to === 'mesh')].map(({ prefix }) => prefix)
  const leadsTo = (server: IpAddress) => into.some((prefix) => prefixContainsAddress(prefix, server))
  const asked = new Set<string>()
  const resolverOf = (servers: readonly IpAddress[], domains: readonly string[]): readonly WantedResolver[] => {
    const others = servers.filter((server) => !mine.has(server))
    const free = domains.filter((domain) => !asked.has(domain))
    if (others.length === 0 || free.length === 0) return []
    for (const domain of free) asked.add(domain)
    return [{ servers: others, domains: free, isInMesh: others.every(leadsTo) }]
  }
  const ofNetworks = dns.flatMap(({ resolvers }) => resolvers)
  return [
    ...resolverOf(serversOfTunnel(config, place), [everyDomain]),
    ...ofNetworks.flatMap(({ servers, matchDomains }) => resolverOf(servers, matchDomains)),
  ]
}

/**
 * Of the network whose gateway takes all traffic, or else of that gateway, while something is taken at all; none where the node keeps its
 * own resolver.
 */
const serversOfTunnel = (config: NamesParts, { routing, hops }: NamesPlace): readonly IpAddress[] => {
  const { dns, paths, fullTunnel } = config
  const isTaken = routing.routes.some(({ table, prefix }) => table === 'tunnel' && prefixLength(prefix) === 0)
  if (fullTunnel?.settings.dns !== 'tunnel' || !isTaken) return []
  const networkId = paths.get(internetPathKey)?.networkId
  const ofNetwork = dns.find((each) => each.networkId === networkId)?.servers ?? []
  return ofNetwork.length > 0 ? ofNetwork : serversOfGateway(config, hops.get(internetPathKey))
}

/**
 * What the gateway asks that is taken now. While there is none, the first one's: in a closed tunnel nobody else may hear of names. Left out
 * is what would be asked elsewhere than behind the gateway: in the mesh, on the own LAN, or past the tunnel.
 */
const serversOfGateway = ({ own, paths, ranges, fullTunnel }: NamesParts, hop: HostId | undefined) => {
  const path = paths.get(internetPathKey)
  const { gatewayDns = [] } = own.memberships.find(({ networkId }) => networkId === path?.networkId)?.tunnel ?? {}
  const gateways = path?.to.kind === 'internet' ? path.to.gateways : []
  const taken = gateways.find(({ hostId }) => hostId === hop)
  const dnsOf = taken === undefined ? gatewayDns[0] : gatewayDns.find(({ nodeId }) => nodeId === taken.nodeId)
  const elsewhere = [...ranges, ...(fullTunnel?.outsidePrefixes ?? [])]
  return (dnsOf?.servers ?? []).filter(
    (server) =>
      fullTunnel?.families.includes(ipFamilyOf(server)) &&
      !elsewhere.some((prefix) => prefixContainsAddress(prefix, server)),
  )
}

/** Makes names anew only when what they are made of is another: a list of thousands stays the same object otherwise. */
export class NamesMaker {
  #names: readonly NamesFragment[] = []
  #dns: readonly DnsFragment[] = []
  #ownText = ''
  #made: DesiredNames = noNames

  /** The same object again for the same names. */
  make(config: NamesParts, place: NamesPlace): DesiredNames {
    const { own, names, dns } = config
    const ownText = JSON.stringify([
      own.capabilities.includes('names'),
      own.memberships.map(({ nodeId }) => nodeId),
      resolversOf(config, place),
    ])
    if (ownText === this.#ownText && areSame(names, this.#names) && areSame(dns, this.#dns)) return this.#made
    this.#ownText = ownText
    this.#names = names
    this.#dns = dns
    this.#made = namesOf(config, place)
    return this.#made
  }
}

const areSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((item, at) => item === other[at])
