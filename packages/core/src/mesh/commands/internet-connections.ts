/** Nodes connected to an internet gateway by command: their relay is that gateway (D4, D7). */
import type { EpochMs, NodeId } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Network, Node } from '../mesh-state.js'
import { gatewayListProblem } from './gateway-target-rules.js'
import { internetUseProblem } from './internet-use-rules.js'
import { changeRelay } from './relay-changes.js'
import type { Unfolding } from './unfolding.js'

/** Whether a node was assigned to a gateway, which is the one in use. */
export const isConnected = (state: MeshState, gatewayId: NodeId, nodeId: NodeId): boolean => {
  const relay = largeMapGet(state.nodes, nodeId)?.relay
  return relay?.mode === 'manual' && relay.gatewayIds[0] === gatewayId
}

/** Connects them, or says why one can't be. Those that are connected stay as they are. */
export const connectNodes = (
  unfolding: Unfolding,
  gatewayId: NodeId,
  nodeIds: readonly NodeId[],
  atEpochMs: EpochMs,
): MeshError | undefined => {
  const state = unfolding.state()
  const fresh = [...new Set(nodeIds)].filter((nodeId) => !isConnected(state, gatewayId, nodeId))
  const problem = eachProblem(state, gatewayId, fresh) ?? usersProblem(state, fresh)
  if (problem !== undefined) return problem
  const gatewayIds = [gatewayId]
  for (const nodeId of fresh.sort()) {
    const cause = 'internet-gateway'
    changeRelay(unfolding, { type: 'RelayAssigned', atEpochMs, nodeId, mode: 'manual', gatewayIds, cause })
  }
  return undefined
}

const eachProblem = (state: MeshState, gatewayId: NodeId, nodeIds: readonly NodeId[]): MeshError | undefined => {
  const networkId = largeMapGet(state.gateways, gatewayId)?.networkId
  const network: Network | undefined = networkId === undefined ? undefined : largeMapGet(state.networks, networkId)
  if (network === undefined) return { code: 'gateway-unknown', nodeId: gatewayId }
  for (const nodeId of nodeIds) {
    const node = largeMapGet(state.nodes, nodeId)
    if (node === undefined) return { code: 'node-unknown', nodeId }
    if (node.networkId !== network.networkId) return { code: 'gateway-elsewhere', nodeId, networkName: network.name }
    const problem = gatewayListProblem(state, network, nodeId, [gatewayId])
    if (problem !== undefined) return problem
  }
  return undefined
}

/** All hosts that would have two at once, so that they are named in one go (D2). */
const usersProblem = (state: MeshState, nodeIds: readonly NodeId[]): MeshError | undefined =>
  internetUseProblem(
    state,
    nodeIds.flatMap((nodeId) => {
      const host = hostOf(state, largeMapGet(state.nodes, nodeId))
      return host === undefined ? [] : [{ host, through: nodeId }]
    }),
  )

const hostOf = (state: MeshState, node: Node | undefined): Host | undefined =>
  node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)

/** Takes the gateway out of their lists; with a standby they are relayed by that. Refused for nodes that chose by themselves. */
export const disconnectNodes = (
  unfolding: Unfolding,
  gatewayId: NodeId,
  nodeIds: readonly NodeId[],
  atEpochMs: EpochMs,
): MeshError | undefined => {
  for (const nodeId of [...new Set(nodeIds)].sort()) {
    const node = largeMapGet(unfolding.state().nodes, nodeId)
    if (node === undefined) return { code: 'node-unknown', nodeId }
    if (node.relay === null || !node.relay.gatewayIds.includes(gatewayId)) continue
    if (node.relay.mode === 'auto') return { code: 'relay-automatic', nodeId, name: node.name }
    const gatewayIds = node.relay.gatewayIds.filter((id) => id !== gatewayId)
    const { sequence } = node.relay
    if (gatewayIds.length === 0)
      changeRelay(unfolding, { type: 'RelayUnassigned', atEpochMs, nodeId, cause: 'command' })
    else {
      const cause = 'internet-gateway'
      changeRelay(unfolding, { type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence: null })
    }
  }
  return undefined
}
