/**
 * A host uses one way to the internet at most (D2). Egresses of /0 count where no internet gateway is assigned (E4): every node of
 * their network uses them but their routers, hosts that route /0 elsewhere, and gateways, unless those may cascade. What changes
 * by itself later, such as a gateway that goes, is not refused: of two egresses of /0 one then shadows the other (A4).
 */
import type { NetworkId, NodeId } from '../../values/index.js'
import { egressesOfNetwork, isInternetEgress, isWayToInternet } from '../egress-queries.js'
import { hasInternetGateway } from '../gateway-queries.js'
import { largeMapEntries, largeMapGet, largeMapHas, largeMapValues } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { EgressRouter, Host, MeshState, Network } from '../mesh-state.js'

const shownHosts = 10

/** Why a network can't have an egress of /0 with these routers: hosts of it have one in another network. Looks at its nodes. */
export const twoInternetEgressesProblem = (
  state: MeshState,
  network: Network,
  routers: readonly EgressRouter[],
): MeshError | undefined => {
  const elsewhere = networksWithInternetEgress(state)
  elsewhere.delete(network.networkId)
  if (elsewhere.size === 0) return undefined
  const routerIds = new Set(routers.map(({ nodeId }) => nodeId))
  const hosts = [...largeMapEntries(network.nodeIds)].flatMap(([nodeId, hostId]): Host[] => {
    const host = largeMapGet(state.hosts, hostId)
    if (host === undefined || host.nodeIds.length < 2 || routerIds.has(nodeId)) return []
    const usesBoth = mayUse(state, network, nodeId) && usedBy(state, host, elsewhere) > 0 && goesItsOwnWay(state, host)
    return usesBoth ? [host] : []
  })
  return hosts.length === 0 ? undefined : refusal(network, hosts)
}

/** Why a host can't join these networks: it would use egresses of /0 in two of all that it is in. */
export const joiningInternetProblem = (
  state: MeshState,
  host: Pick<Host, 'hostId' | 'name' | 'nodeIds'>,
  joining: readonly Network[],
): MeshError | undefined => {
  const withExit = joining.filter(({ networkId }) => hasInternetEgress(state, networkId))
  const [first] = withExit
  if (first === undefined || !goesItsOwnWay(state, host)) return undefined
  const present = host.nodeIds.length === 0 ? 0 : usedBy(state, host, networksWithInternetEgress(state))
  return present + withExit.length < 2 ? undefined : refusal(first, [host])
}

const refusal = ({ name }: Network, hosts: readonly Pick<Host, 'name'>[]): MeshError => ({
  code: 'internet-egresses-two',
  networkName: name,
  hosts: hosts
    .map((host) => host.name)
    .sort()
    .slice(0, shownHosts),
  count: hosts.length,
})

/** Neither through an internet gateway, nor by its own underlay because it is the way of others. */
const goesItsOwnWay = (state: MeshState, { hostId }: Pick<Host, 'hostId'>): boolean =>
  !hasInternetGateway(state, hostId) && !isWayToInternet(state, hostId)

/** In how many of these networks the host may use the egress of /0. */
const usedBy = (state: MeshState, { nodeIds }: Pick<Host, 'nodeIds'>, networkIds: ReadonlySet<NetworkId>): number =>
  nodeIds.filter((nodeId) => {
    const networkId = largeMapGet(state.nodes, nodeId)?.networkId
    const network = networkId === undefined ? undefined : largeMapGet(state.networks, networkId)
    return network !== undefined && networkIds.has(network.networkId) && mayUse(state, network, nodeId)
  }).length

const mayUse = (state: MeshState, network: Network, nodeId: NodeId): boolean =>
  !largeMapHas(state.gateways, nodeId) || network.settings.gatewayBehindInternetGateway === 'cascade'

const hasInternetEgress = (state: MeshState, networkId: NetworkId): boolean =>
  egressesOfNetwork(state, networkId).some(isInternetEgress)

const networksWithInternetEgress = (state: MeshState): Set<NetworkId> => {
  const networkIds = new Set<NetworkId>()
  for (const egress of largeMapValues(state.egresses)) if (isInternetEgress(egress)) networkIds.add(egress.networkId)
  return networkIds
}
