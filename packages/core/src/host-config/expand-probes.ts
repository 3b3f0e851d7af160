/**
 * Whom a host measures. Users of a list measure what is in it, and a router those that go before it: four at most each. Direct peers alone
 * can be asked, and of routers those alone that are reached directly: whether a relayed one is there, nobody else can tell.
 *
 * Of a range with one router nothing depends on whether that one lives, but where a wider range carries it then (E6): so its router is
 * measured, and the wider one's too. With only the one to ask, a host that is offline itself would take it for dead; and when all routers of
 * the range died at once, only the wider one's still answers.
 */
import {
  type HostId,
  type IpPrefix,
  type NetworkId,
  prefixContains,
  prefixLength,
  sortedPrefixes,
} from '../values/index.js'
import type { Hop, HostConfig, Path } from './host-config.js'
import { pathKey } from './host-config.js'

const mostOfAList = 4

export const expandProbes = (config: Pick<HostConfig, 'own' | 'paths' | 'routing' | 'peers'>): readonly HostId[] => {
  const { paths, routing, peers } = config
  const probes = new Set<HostId>()
  const routers = (hops: readonly Hop[]) =>
    hops.filter(({ nodeId }) => paths.get(pathKey('node', nodeId))?.to.kind !== 'relayed')
  const add = (hops: readonly Hop[]) => {
    for (const { hostId } of hops.slice(0, mostOfAList)) if (peers.has(hostId)) probes.add(hostId)
  }
  for (const { to } of paths.values()) {
    if (to.kind === 'own-gateway' || to.kind === 'internet' || to.kind === 'pair') add(to.gateways)
    if ((to.kind === 'leaving' || to.kind === 'routed') && to.routers.length > 1) add(routers(to.routers))
  }
  for (const { before } of routing) add(routers(before))
  for (const list of listsOfNested(config)) add(routers(list))
  return [...probes].sort()
}

/** A range of a network, and whose it is. */
interface Range {
  readonly prefix: IpPrefix
  readonly networkId: NetworkId
  readonly routers: readonly Hop[]
  readonly fallsBack: boolean
}

/** The routers of each range that a wider one carries when they are down, and those of the wider one. */
const listsOfNested = (config: Pick<HostConfig, 'own' | 'paths' | 'routing'>): ReadonlySet<readonly Hop[]> => {
  const lists = new Set<readonly Hop[]>()
  const ranges = new Map<IpPrefix, Range>()
  for (const range of ownRanges(config)) ranges.set(range.prefix, range)
  for (const path of config.paths.values()) for (const range of rangesOf(path)) ranges.set(range.prefix, range)
  // In this order a range comes after all those around it.
  let around: readonly Range[] = []
  for (const prefix of sortedPrefixes(ranges.keys())) {
    const range = ranges.get(prefix)
    if (range === undefined) continue
    around = around.filter((each) => prefixContains(each.prefix, prefix))
    const wider = around.findLast(({ networkId }) => networkId === range.networkId)
    if (range.fallsBack && wider !== undefined) {
      lists.add(range.routers)
      lists.add(wider.routers)
    }
    around = [...around, range]
  }
  return lists
}

const rangesOf = ({ networkId, prefixes, to }: Path): readonly Range[] =>
  to.kind === 'leaving' || to.kind === 'routed'
    ? prefixes.map((prefix) => ({ prefix, networkId, routers: to.routers, fallsBack: to.fallbackToWider }))
    : []

/** What this host routes itself it uses through nobody: it carries others' ranges, and asks nobody whether it is there. */
const ownRanges = ({ own, routing }: Pick<HostConfig, 'own' | 'routing'>): readonly Range[] =>
  routing.flatMap(({ egressId, ranges }) => {
    const networkId = own.memberships.find(({ routerOf }) => routerOf.includes(egressId))?.networkId
    return networkId === undefined
      ? []
      : ranges
          // Nothing falls back to all there is.
          .filter((prefix) => prefixLength(prefix) > 0)
          .map((prefix) => ({ prefix, networkId, routers: [], fallsBack: false }))
  })
