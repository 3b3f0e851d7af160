/**
 * What a host says of where it can be reached: addresses of its own interfaces, less those that would lead others astray. Pure.
 */
import {
  type EndpointCandidate,
  endpointAddress,
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
  /** Where others say that they see this host. */
  readonly seenAt: readonly UdpEndpoint[]
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

/**
 * Declared ones first, then own ones that the whole internet can reach, then where others see this host, then own ones that only a site can
 * reach. What others say is checked as own addresses are: nobody can make a mesh knock at a tunnel's door.
 */
export function ownEndpoints(
  addresses: readonly UnderlayAddress[],
  rules: EndpointRules,
): readonly EndpointCandidate[] {
  const local = [...usableUnderlay(addresses, rules)]
    .sort((a, b) => reach(a.address) - reach(b.address) || compareText(a.address, b.address))
    .map(({ address }) => ({ endpoint: udpEndpointOf(address, rules.listenPort), origin: 'local' }) as const)
  const isWide = ({ endpoint }: EndpointCandidate) => reach(endpointAddress(endpoint)) < 2
  const candidates: readonly EndpointCandidate[] = [
    ...rules.declaredEndpoints.map((endpoint) => ({ endpoint, origin: 'declared' }) as const),
    ...local.filter(isWide),
    ...seenElsewhere(addresses, rules).map((endpoint) => ({ endpoint, origin: 'observed' }) as const),
    ...local.filter((candidate) => !isWide(candidate)),
  ]
  const told = new Set<UdpEndpoint>()
  return candidates
    .filter(({ endpoint }) => !told.has(endpoint) && told.add(endpoint) !== undefined)
    .slice(0, maxEndpointCandidates)
}

/** An own address with another port is a neighbour that passes packets on: of no use to others. */
const seenElsewhere = (addresses: readonly UnderlayAddress[], rules: EndpointRules): readonly UdpEndpoint[] =>
  rules.seenAt.filter((endpoint) => {
    const address = endpointAddress(endpoint)
    return (
      endpointRefusal(endpoint) === undefined &&
      !addresses.some((own) => own.address === address) &&
      !isInside(address, rules.excludedPrefixes) &&
      !isInside(address, rules.meshPrefixes)
    )
  })

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
