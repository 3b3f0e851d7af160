/**
 * Which routes into the mesh lead around what is reached by the underlay: places that WireGuard's own packets go to (E5), where the tunnel
 * would lead into itself, and ranges that the host routes itself (E10). Kept up peer by peer: a change costs what it changed, however many
 * peers there are.
 */
import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import { isPublicAddress } from '../mesh/listeners.js'
import {
  endpointAddress,
  type IpAddress,
  type IpPrefix,
  PrefixTable,
  prefixContains,
  prefixFirst,
  prefixLast,
} from '../values/index.js'
import type { Replaced } from './config-step.js'
import type { HostConfig, PeerConfig } from './host-config.js'

/** What of a config says which ranges there are. */
export type RangeParts = Pick<HostConfig, 'own' | 'routes' | 'ranges' | 'routing'>

/** The prefixes of routes around the underlay, in the order of routes. */
export const aroundUnderlay = (parts: RangeParts, peers: Iterable<PeerConfig>): readonly IpPrefix[] =>
  new AroundUnderlay().reset(parts, peers)

/** Prefixes beyond the mesh's own ranges, in which no endpoint may lie. */
export const prefixesBeyondMesh = ({ routes, ranges }: Pick<HostConfig, 'routes' | 'ranges'>): readonly IpPrefix[] =>
  routes.flatMap(({ prefix }) => (ranges.includes(prefix) ? [] : [prefix]))

/** Ranges beyond the mesh that every packet takes the tunnel to: the rest of them. */
export const rangesInMesh = (config: Pick<HostConfig, 'routes' | 'ranges' | 'aroundUnderlay'>): readonly IpPrefix[] =>
  prefixesBeyondMesh(config).filter((prefix) => !config.aroundUnderlay.includes(prefix))

export class AroundUnderlay {
  #prefixes: readonly IpPrefix[] = []
  /** Around the underlay whatever peers say. */
  #always: ReadonlySet<IpPrefix> = new Set()
  /** All others. */
  #asked = new PrefixTable<IpPrefix>([])
  readonly #places = new Map<IpPrefix, number>()
  #around: readonly IpPrefix[] = []

  /** Everything anew. */
  reset(parts: RangeParts, peers: Iterable<PeerConfig>): readonly IpPrefix[] {
    this.#prefixes = prefixesBeyondMesh(parts)
    this.#always = new Set(this.#prefixes.filter((prefix) => isAroundAnyway(parts, prefix)))
    const asked = this.#prefixes.filter((prefix) => !this.#always.has(prefix))
    this.#asked = new PrefixTable(asked.map((prefix) => [prefix, prefix]))
    this.#places.clear()
    if (asked.length > 0) for (const peer of peers) this.#count(peer, 1)
    this.#renew()
    return this.#around
  }

  /** These peers are others than before; the same list again where that changes nothing. */
  update(peers: Iterable<Replaced<PeerConfig>>): readonly IpPrefix[] {
    let isOther = false
    for (const { was, is } of peers)
      for (const [peer, by] of [[was, -1] as const, [is, 1] as const])
        if (peer !== undefined && this.#count(peer, by)) isOther = true
    if (isOther) this.#renew()
    return this.#around
  }

  /** Answers whether something lies in a prefix in which nothing lay, or the other way round. */
  #count(peer: PeerConfig, by: 1 | -1): boolean {
    let isOther = false
    for (const address of placesOf(peer))
      for (const { value } of this.#asked.around(address)) {
        const before = this.#places.get(value) ?? 0
        this.#places.set(value, before + by)
        if (before === 0 || before + by === 0) isOther = true
      }
    return isOther
  }

  #renew(): void {
    const around = this.#prefixes.filter((prefix) => this.#always.has(prefix) || (this.#places.get(prefix) ?? 0) > 0)
    const isSame = around.length === this.#around.length && around.every((prefix, at) => prefix === this.#around[at])
    if (!isSame) this.#around = around
  }
}

/**
 * Peers and clients roam: anywhere on the internet, and among private addresses to where this host itself is. What they are told by is
 * known only once their packets get through.
 */
const isAroundAnyway = ({ own, routing }: RangeParts, prefix: IpPrefix): boolean =>
  isPublicAddress(prefixFirst(prefix)) ||
  isPublicAddress(prefixLast(prefix)) ||
  own.localPrefixes.some((local) => prefixContains(prefix, local)) ||
  isAroundOwnRange({ routing }, prefix)

/** Whether a route has all of a range that the host routes itself (E10). */
export const isAroundOwnRange = ({ routing }: Pick<HostConfig, 'routing'>, prefix: IpPrefix): boolean =>
  routing.some(({ ranges }) => ranges.some((range) => prefixContains(prefix, range)))

/**
 * Where a peer is reached. Of one that is known elsewhere the addresses of its own LANs don't count, unless one of them comes first: a
 * range around such a LAN leads there through the tunnel, and where it does they are not tried.
 */
const placesOf = ({ endpoints }: PeerConfig): readonly IpAddress[] => {
  const isKnown = ({ endpoint, origin }: EndpointCandidate) =>
    origin !== 'local' || isPublicAddress(endpointAddress(endpoint))
  const isElsewhere = endpoints.some(isKnown)
  return endpoints.flatMap((each, at) =>
    !isElsewhere || at === 0 || isKnown(each) ? [endpointAddress(each.endpoint)] : [],
  )
}
