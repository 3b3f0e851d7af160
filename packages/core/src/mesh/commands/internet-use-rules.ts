/**
 * Whether a host may use an internet gateway through one of its nodes: one at most whatever networks it is in (D2), none where it leads
 * to the internet itself (D3, E10), and none behind which a gateway of its would be, unless all its networks agree (D6).
 */
import type { HostName, NetworkName, NodeId } from '../../values/index.js'
import { routesInternet } from '../egress-queries.js'
import { isInternetGateway, nodesUsingInternetGateway } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Network } from '../mesh-state.js'

/** A host as these rules see it; one that is about to join is not in the state yet. */
export type InternetUser = Pick<Host, 'hostId' | 'name' | 'nodeIds'>

type Obstacle = 'second' | 'is-internet-gateway' | 'routes-internet' | 'gateway-behind'

const shownHosts = 10

/** What stands against it; `through`: the node whose gateway it would be, `null` before it joined. */
const obstacleTo = (
  state: MeshState,
  { hostId, nodeIds }: InternetUser,
  through: NodeId | null,
  joining: readonly Network[],
): Obstacle | undefined => {
  const others = nodeIds.filter((nodeId) => nodeId !== through)
  if (nodesUsingInternetGateway(state, others).length > 0) return 'second'
  if (nodeIds.some((nodeId) => isInternetGateway(state, nodeId))) return 'is-internet-gateway'
  if (routesInternet(state, hostId)) return 'routes-internet'
  const isGateway = nodeIds.some((nodeId) => largeMapHas(state.gateways, nodeId))
  return isGateway && refusingNetworks(state, nodeIds, joining).length > 0 ? 'gateway-behind' : undefined
}

/** Whether nothing stands against it: automatic lists leave out what does (D2). */
export const mayUseInternetGateway = (
  state: MeshState,
  host: InternetUser,
  through: NodeId | null,
  joining: readonly Network[] = [],
): boolean => obstacleTo(state, host, through, joining) === undefined

/** Why these hosts can't use an internet gateway, each through the node beside it. */
export const internetUseProblem = (
  state: MeshState,
  users: readonly { readonly host: InternetUser; readonly through: NodeId | null }[],
  joining: readonly Network[] = [],
): MeshError | undefined => {
  const found = users.flatMap(({ host, through }) => {
    const obstacle = obstacleTo(state, host, through, joining)
    return obstacle === undefined ? [] : [{ host, obstacle }]
  })
  const first = found[0]?.obstacle
  if (first === undefined) return undefined
  const alike = found.filter(({ obstacle }) => obstacle === first).map(({ host }) => host)
  const hosts = { hosts: namesOf(alike), count: alike.length }
  if (first === 'second') return { code: 'internet-gateway-second', ...hosts }
  if (first !== 'gateway-behind') return { code: 'internet-gateway-chained', ...hosts, reason: first }
  const networkNames = alike.flatMap(({ nodeIds }) => refusingNetworks(state, nodeIds, joining))
  return { code: 'gateway-behind-internet-gateway', ...hosts, networkNames: unique(networkNames) }
}

/** Why a host that uses an internet gateway, or doesn't, can't have a gateway as well, or be in one more network. */
export const gatewayBehindProblem = (
  state: MeshState,
  host: InternetUser,
  becoming: { readonly isGateway: boolean; readonly joining: readonly Network[] },
): MeshError | undefined => {
  const { nodeIds } = host
  const isGateway = becoming.isGateway || nodeIds.some((nodeId) => largeMapHas(state.gateways, nodeId))
  if (!isGateway || nodesUsingInternetGateway(state, nodeIds).length === 0) return undefined
  const networkNames = refusingNetworks(state, nodeIds, becoming.joining)
  if (networkNames.length === 0) return undefined
  return {
    code: 'gateway-behind-internet-gateway',
    hosts: [host.name],
    count: 1,
    networkNames: unique(networkNames),
  }
}

/** Networks, of those that a host is in or joins, where no gateway may be behind an internet gateway. */
const refusingNetworks = (
  state: MeshState,
  nodeIds: readonly NodeId[],
  joining: readonly Network[],
): readonly NetworkName[] => {
  const present = nodeIds.flatMap((nodeId) => {
    const networkId = largeMapGet(state.nodes, nodeId)?.networkId
    return networkId === undefined ? [] : (largeMapGet(state.networks, networkId) ?? [])
  })
  return [...present, ...joining]
    .filter(({ settings }) => settings.gatewayBehindInternetGateway === 'refuse')
    .map(({ name }) => name)
}

const namesOf = (hosts: readonly InternetUser[]): readonly HostName[] =>
  unique(hosts.map(({ name }) => name)).slice(0, shownHosts)

const unique = <Name extends string>(names: readonly Name[]): readonly Name[] => [...new Set(names)].sort()
