/** Who may be a router of an egress: a node of its network whose host can do what that takes (E1, E2, E8, E4). */
import { prefixFamily } from '../../values/index.js'
import { isInternetEgress } from '../egress-queries.js'
import { hasInternetGateway } from '../gateway-queries.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Egress, EgressRouter, Host, MeshState, Network } from '../mesh-state.js'

/** Whether all of them are nodes of the network, each named once. */
export const routersProblem = (
  state: MeshState,
  network: Network,
  routers: readonly EgressRouter[],
): MeshError | undefined => {
  const named = new Set<EgressRouter['nodeId']>()
  for (const { nodeId } of routers) {
    const node = largeMapGet(state.nodes, nodeId)
    if (node === undefined) return { code: 'node-unknown', nodeId }
    if (node.networkId !== network.networkId) {
      const home = largeMapGet(state.networks, node.networkId)?.name ?? node.networkId
      return { code: 'egress-router-elsewhere', nodeId, networkName: network.name, home }
    }
    if (named.has(nodeId)) return { code: 'egress-router-twice', nodeId, name: node.name }
    named.add(nodeId)
  }
  return undefined
}

/** Why a node's host can't route this. */
export const routerProblem = (
  state: MeshState,
  { nodeId }: EgressRouter,
  egress: Pick<Egress, 'ranges' | 'virtualRanges' | 'nat'>,
): MeshError | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  if (host === undefined) return { code: 'node-unknown', nodeId }
  return capabilityProblem(host, egress) ?? (isInternetEgress(egress) ? internetProblem(state, host) : undefined)
}

const capabilityProblem = (
  { hostId, name, capabilities }: Host,
  { ranges, virtualRanges, nat }: Pick<Egress, 'ranges' | 'virtualRanges' | 'nat'>,
): MeshError | undefined => {
  const ranges6 = ranges.filter((range) => prefixFamily(range) === 6)
  const needed = [
    'forward' as const,
    ...(nat && ranges6.length < ranges.length ? ['nat' as const] : []),
    ...(virtualRanges === null ? [] : ['prefix-map' as const]),
  ]
  const capability = needed.find((each) => !capabilities.includes(each))
  if (capability !== undefined) return { code: 'egress-router-unable', hostId, name, capability }
  return nat && ranges6.length > 0 && !capabilities.includes('nat66')
    ? { code: 'nat66-unsupported', hostId, name, ranges: ranges6 }
    : undefined
}

/** The router of /0 is an internet gateway in all but name (E4): Linux (D1), and no user of another one (D3). */
const internetProblem = (state: MeshState, { hostId, name, system }: Host): MeshError | undefined => {
  if (system.os !== 'linux') return { code: 'internet-egress-needs-linux', hostId, name, os: system.os }
  return hasInternetGateway(state, hostId) ? { code: 'internet-egress-chained', hostId, name } : undefined
}
