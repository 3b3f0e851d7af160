/**
 * What a host says of where it can be reached: addresses of its own interfaces, less those that would lead others astray. Pure.
 */
import {
  type EndpointCandidate,
  endpointRefusal,
  type IpAddress,
  type IpPrefix,
  ipFamilyOf,
  ipPrefix,
  maxEndpointCandidates,
  prefixContainsAddress,
  prefixFamily,
  type UdpEndpoint,
  type UnderlayAddress,
  udpEndpointOf,
} from '@meshfold/core'

/** What decides which addresses are told. */
export interface EndpointRules {
  readonly listenPort: number
  /** By the operator: come first and as they are. */
  readonly declaredEndpoints: readonly UdpEndpoint[]
  /** By the operator: addresses in them are not told. */
  readonly excludedPrefixes: readonly IpPrefix[]
  /** Of the mesh itself: a tunnel never runs through the tunnel. */
  readonly meshPrefixes: readonly IpPrefix[]
}

/** Prefixes of own interfaces that are reported at most. */
const MAX_LOCAL_PREFIXES = 64

/**
 * Interfaces whose addresses mean something on this machine only, or belong to another tunnel. `br-` and twelve hex digits is how
 * Docker calls its bridges; `br-lan` is many a router's LAN.
 */
const NOT_UNDERLAY =
  /^(docker\d|docker_gwbridge|br-[0-9a-f]{12}$|veth|cni|flannel|cali|cilium|lxc|lxd|virbr|podman|kube-|vmnet|vboxnet|wg\d|tun\d|tailscale|zt|nebula|utun)/

/** Whether other hosts might reach this one over the interface. */
export const isUnderlayInterface = (name: string): boolean => !NOT_UNDERLAY.test(name)

/** The underlay addresses that count: a change of one of them is a change of where this host is. */
export function usableUnderlay(
  addresses: readonly UnderlayAddress[],
  rules: Pick<EndpointRules, 'excludedPrefixes' | 'meshPrefixes'>,
): readonly UnderlayAddress[] {
  return addresses.filter(
    ({ interfaceName, address }) =>
      isUnderlayInterface(interfaceName) &&
      endpointRefusal(udpEndpointOf(address, 1)) === undefined &&
      !isInside(address, rules.excludedPrefixes) &&
      !isInside(address, rules.meshPrefixes),
  )
}

/** Declared ones first, then own ones, those that the whole internet can reach before those that only a site can. */
export function ownEndpoints(
  addresses: readonly UnderlayAddress[],
  rules: EndpointRules,
): readonly EndpointCandidate[] {
  const declared = rules.declaredEndpoints.map((endpoint) => ({ endpoint, origin: 'declared' }) as const)
  const told = new Set<UdpEndpoint>(rules.declaredEndpoints)
  const local = [...usableUnderlay(addresses, rules)]
    .sort((a, b) => reach(a.address) - reach(b.address) || compareText(a.address, b.address))
    .map(({ address }) => udpEndpointOf(address, rules.listenPort))
    .filter((endpoint) => !told.has(endpoint) && told.add(endpoint) !== undefined)
    .map((endpoint) => ({ endpoint, origin: 'local' }) as const)
  return [...declared, ...local].slice(0, maxEndpointCandidates)
}

/** The prefixes that this host is connected to besides the mesh, each once, sorted. */
export function ownPrefixes(
  addresses: readonly UnderlayAddress[],
  rules: Pick<EndpointRules, 'excludedPrefixes' | 'meshPrefixes'>,
): readonly IpPrefix[] {
  const prefixes = new Set(usableUnderlay(addresses, rules).map(({ connectedPrefix }) => connectedPrefix))
  return [...prefixes].sort(compareText).slice(0, MAX_LOCAL_PREFIXES)
}

const SITE_RANGES: readonly IpPrefix[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].map(ipPrefix)

/** 0: public IPv4, 1: public IPv6, then the same of a site. */
const reach = (address: IpAddress): number =>
  (isInside(address, SITE_RANGES) ? 2 : 0) + (ipFamilyOf(address) === 4 ? 0 : 1)

const isInside = (address: IpAddress, prefixes: readonly IpPrefix[]): boolean =>
  prefixes.some((prefix) => prefixFamily(prefix) === ipFamilyOf(address) && prefixContainsAddress(prefix, address))

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
