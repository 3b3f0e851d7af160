import {
  type HostRoute,
  hostPrefix,
  type IpAddress,
  type IpFamily,
  type IpPrefix,
  ipPrefix,
  isIpv6Address,
  normaliseIpPrefix,
  parseIpAddress,
  parseIpPrefix,
  prefixContainsAddress,
  prefixFirst,
  type UnderlayAddress,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { isOfAnyMesh } from './marks.js'
import type { IpAddressEntry, IpLinkEntry, IpRouteEntry } from './parse-ip-json.js'
import { type Unreadable, unreadable } from './wireguard-device.js'

/** Numbers of rtnetlink.h, as `ip -N` prints them. */
const SCOPE_GLOBAL = '0'
const SCOPE_SITE = '200'
const TABLE_MAIN = '254'
const TYPE_UNICAST = '1'
const PROTOCOL_KERNEL = '2'

/** Of no use to other hosts although their scope may say global. */
const LOCAL_RANGES: readonly IpPrefix[] = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'].map(ipPrefix)

/** The addresses on the own interface. The kernel's own link-local one is not ours to report. */
export function readOwnAddresses(link: IpLinkEntry): E.Either<Unreadable, readonly IpAddress[]> {
  const addresses = new Set<IpAddress>()
  for (const entry of link.addr_info) {
    const address = readAddress(entry)
    if (E.isLeft(address)) return address
    if (!isLinkLocal(address.right)) addresses.add(address.right)
  }
  return E.right([...addresses])
}

/**
 * What other hosts might reach this one at: global addresses of the other interfaces that are up and have a carrier. Not that of another
 * mesh: where two hosts are in both, each tunnel would run through the other.
 */
export function readUnderlayAddresses(
  links: readonly IpLinkEntry[],
  ownInterface: string,
): E.Either<Unreadable, readonly UnderlayAddress[]> {
  const found: UnderlayAddress[] = []
  for (const link of links) {
    const isUsable = link.flags.includes('LOWER_UP') && link.flags.includes('UP') && !link.flags.includes('LOOPBACK')
    if (link.ifname === ownInterface || isOfAnyMesh(link) || !isUsable) continue
    for (const entry of link.addr_info.filter(isLasting)) {
      const address = readAddress(entry)
      if (E.isLeft(address)) return address
      const connectedPrefix = normaliseIpPrefix(`${entry.address ?? entry.local}/${entry.prefixlen}`)
      if (E.isLeft(connectedPrefix)) return unreadable(`an address of ${link.ifname} has no prefix`)
      if (LOCAL_RANGES.some((range) => prefixContainsAddress(range, address.right))) continue
      found.push({ interfaceName: link.ifname, address: address.right, connectedPrefix: connectedPrefix.right })
    }
  }
  return E.right(found)
}

/** A route with what tells it from its neighbours. */
export interface FoundRoute extends HostRoute {
  readonly device: string | undefined
}

/**
 * The routes of one family in the main table, without those that follow from the interface's own addresses: the kernel adds `A/128` for
 * an IPv6 address `A`. What it adds for an address with a wider prefix is reported, since we never put one there.
 */
export function readRoutes(
  family: IpFamily,
  entries: readonly IpRouteEntry[],
  ownAddresses: readonly IpAddress[],
): E.Either<Unreadable, readonly FoundRoute[]> {
  const routes: FoundRoute[] = []
  const implied = new Set(ownAddresses.map(hostPrefix))
  for (const entry of entries) {
    const isOrdinary = (entry.type ?? TYPE_UNICAST) === TYPE_UNICAST && (entry.table ?? TABLE_MAIN) === TABLE_MAIN
    if (!isOrdinary) continue
    const prefix = readDestination(family, entry.dst)
    if (E.isLeft(prefix)) return prefix
    const isKernels = entry.protocol === PROTOCOL_KERNEL
    if (isKernels && (implied.has(prefix.right) || isLinkLocal(prefixFirst(prefix.right)))) continue
    const source = entry.prefsrc === undefined ? E.right(null) : parseIpAddress(entry.prefsrc)
    if (E.isLeft(source)) return unreadable(`the source of the route to ${prefix.right} is no address`)
    const route = { prefix: prefix.right, preferredSource: source.right, metric: entry.metric ?? 0 }
    routes.push({ ...route, device: entry.dev })
  }
  return E.right(routes)
}

/** `default`, an address alone, or a prefix. */
export function readDestination(family: IpFamily, dst: string): E.Either<Unreadable, IpPrefix> {
  if (dst === 'default') return E.right(ipPrefix(family === 4 ? '0.0.0.0/0' : '::/0'))
  const address = parseIpAddress(dst)
  if (E.isRight(address)) return E.right(hostPrefix(address.right))
  const prefix = parseIpPrefix(dst)
  return E.isRight(prefix) ? prefix : unreadable('a route has no destination')
}

function readAddress(entry: IpAddressEntry): E.Either<Unreadable, IpAddress> {
  const address = parseIpAddress(entry.local)
  return E.isRight(address) ? address : unreadable('an address is none')
}

function isLasting(entry: IpAddressEntry): boolean {
  const isWide = entry.scope === SCOPE_GLOBAL || entry.scope === SCOPE_SITE
  const isPassing = entry.deprecated === true || entry.temporary === true
  const isUnproven = entry.tentative === true || entry.dadfailed === true
  return (entry.family === 'inet' || entry.family === 'inet6') && isWide && !isPassing && !isUnproven
}

function isLinkLocal(address: IpAddress): boolean {
  return isIpv6Address(address) && prefixContainsAddress(LINK_LOCAL, address)
}

const LINK_LOCAL = ipPrefix('fe80::/10')
