/** What one asks of egresses: rules, policies and configs come here. */
import {
  comparePrefixes,
  type EgressId,
  type HostId,
  type IpPrefix,
  type NetworkId,
  type NodeId,
  prefixLength,
} from '../values/index.js'
import { isInternetGateway } from './gateway-queries.js'
import { largeMapGet, largeMapHas, largeMapKeys } from './large-map.js'
import type { Egress, EgressRouter, MeshState, Network } from './mesh-state.js'

/** The ranges by which others reach an egress: the virtual ones, where it has such (E8). */
export const egressRangesSeen = (egress: Pick<Egress, 'ranges' | 'virtualRanges'>): readonly IpPrefix[] =>
  egress.virtualRanges ?? egress.ranges

/** Whether an egress is a way to the internet (E4). */
export const isInternetEgress = ({ ranges }: Pick<Egress, 'ranges'>): boolean =>
  ranges.some((range) => prefixLength(range) === 0)

/** In the order of their ids. */
export const egressesOfNetwork = (state: MeshState, networkId: NetworkId): readonly Egress[] => {
  const ids = largeMapGet(state.networks, networkId)?.egressIds
  if (ids === undefined || ids.size === 0) return []
  return [...largeMapKeys(ids)].sort().flatMap((id) => largeMapGet(state.egresses, id) ?? [])
}

/** Preferred ones first: by metric, then by node id, the same for everybody (E6). */
export const routersInOrder = ({ routers }: Pick<Egress, 'routers'>): readonly EgressRouter[] =>
  [...routers].sort((one, other) => one.metric - other.metric || (one.nodeId < other.nodeId ? -1 : 1))

/** Whether a host is the router of an egress of /0, in any of its networks: then it uses no internet gateway (D3, E10). */
export const routesInternet = (state: MeshState, hostId: HostId): boolean =>
  nodeIdsOf(state, hostId).some((nodeId) =>
    (largeMapGet(state.nodes, nodeId)?.egressIds ?? []).some((egressId) => {
      const egress = largeMapGet(state.egresses, egressId)
      return egress !== undefined && isInternetEgress(egress)
    }),
  )

/** Whether others reach the internet through a host: its own traffic takes no such way then, so that none is chained (D3). */
export const isWayToInternet = (state: MeshState, hostId: HostId): boolean =>
  routesInternet(state, hostId) || nodeIdsOf(state, hostId).some((nodeId) => isInternetGateway(state, nodeId))

/** A range that a host doesn't use, because another of its networks exports the same one. */
export interface ShadowedEgress {
  readonly egressId: EgressId
  readonly networkId: NetworkId
  readonly range: IpPrefix
  /** The one that the host uses instead. */
  readonly by: { readonly egressId: EgressId; readonly networkId: NetworkId }
}

/**
 * Ranges that two of a host's networks both export: the lower metric wins, then the network's name (A4). What the host routes
 * itself wins before all, because it reaches that by its underlay (E10); what nobody routes exports nothing. Networks in which the
 * host takes no part don't count. Sorted by range, then in the order of preference.
 */
export const shadowedEgresses = (state: MeshState, hostId: HostId): readonly ShadowedEgress[] => {
  const preferred = exportsTo(state, hostId).sort(byPreference)
  const winners = new Map<IpPrefix, Export>()
  const shadowed: ShadowedEgress[] = []
  for (const each of preferred)
    for (const range of egressRangesSeen(each.egress)) {
      const winner = winners.get(range)
      if (winner === undefined) winners.set(range, each)
      else if (!each.isOwn) shadowed.push({ ...idsOf(each.egress), range, by: idsOf(winner.egress) })
    }
  return shadowed.sort((one, other) => comparePrefixes(one.range, other.range))
}

interface Export {
  readonly egress: Egress
  readonly network: Network
  readonly metric: number
  /** Whether the host is a router of it. */
  readonly isOwn: boolean
}

const exportsTo = (state: MeshState, hostId: HostId): Export[] =>
  nodeIdsOf(state, hostId).flatMap((nodeId) => {
    const node = largeMapGet(state.nodes, nodeId)
    const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
    if (network === undefined || !largeMapHas(network.members, nodeId)) return []
    return egressesOfNetwork(state, network.networkId).flatMap((egress) => {
      const [first] = routersInOrder(egress)
      if (first === undefined) return []
      return [{ egress, network, metric: first.metric, isOwn: egress.routers.some((each) => each.nodeId === nodeId) }]
    })
  })

const byPreference = (one: Export, other: Export): number => {
  if (one.isOwn !== other.isOwn) return one.isOwn ? -1 : 1
  if (one.metric !== other.metric) return one.metric - other.metric
  if (one.network !== other.network) return one.network.name < other.network.name ? -1 : 1
  return one.egress.egressId < other.egress.egressId ? -1 : 1
}

const idsOf = ({ egressId, networkId }: Egress) => ({ egressId, networkId })

const nodeIdsOf = (state: MeshState, hostId: HostId): readonly NodeId[] =>
  largeMapGet(state.hosts, hostId)?.nodeIds ?? []
