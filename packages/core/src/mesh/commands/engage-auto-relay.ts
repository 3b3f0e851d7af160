import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { type NodeId, nodeIdCodec } from '../../values/index.js'
import { pathEvidenceCodec, someGatewayIdsCodec } from '../gateway-codecs.js'
import { hasRelay } from '../gateway-queries.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import { type MeshState, type Network, type Node, pairIdOf } from '../mesh-state.js'
import { takesPart } from '../takes-part.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { gatewayListProblem, nameOf } from './gateway-target-rules.js'

/** Two nodes can't connect directly, and use gateways that both have proven (C3, C4). `[]` when they do, whichever end says so. */
export type EngageAutoRelay = t.TypeOf<typeof engageAutoRelayCodec>

export const engageAutoRelayCodec = commandCodec('EngageAutoRelay', {
  /** In any order. */
  oneNodeId: nodeIdCodec,
  otherNodeId: nodeIdCodec,
  /** Best first. */
  gatewayIds: someGatewayIdsCodec,
  evidence: pathEvidenceCodec,
})

export const decideEngageAutoRelay = (command: EngageAutoRelay, state: ExistingMesh): Decision => {
  const { oneNodeId, otherNodeId, gatewayIds, evidence, atEpochMs } = command
  const one = largeMapGet(state.nodes, oneNodeId)
  if (one === undefined) return refuse({ code: 'node-unknown', nodeId: oneNodeId })
  const other = largeMapGet(state.nodes, otherNodeId)
  if (other === undefined) return refuse({ code: 'node-unknown', nodeId: otherNodeId })
  if (largeMapHas(state.autoRelays, pairIdOf(oneNodeId, otherNodeId))) return alreadySo
  const network = largeMapGet(state.networks, one.networkId)
  const problem =
    autoRelayEndsProblem(state, one, other) ??
    (network === undefined ? undefined : pairGatewaysProblem(state, network, [oneNodeId, otherNodeId], gatewayIds))
  if (problem !== undefined) return refuse(problem)
  // The end with the lower host id owns the choice.
  const nodeIds = one.hostId < other.hostId ? ([oneNodeId, otherNodeId] as const) : ([otherNodeId, oneNodeId] as const)
  return E.right([{ type: 'AutoRelayEngaged', atEpochMs, nodeIds, gatewayIds, evidence }])
}

/** Why these two can't be the ends of an auto-relayed pair (C3). */
export const autoRelayEndsProblem = (state: MeshState, one: Node, other: Node): MeshError | undefined =>
  endsProblem(one, other) ?? endProblem(state, one) ?? endProblem(state, other)

const endsProblem = (one: Node, other: Node): MeshError | undefined => {
  if (one.nodeId === other.nodeId) return { code: 'auto-relay-needs-two-nodes', nodeId: one.nodeId }
  if (one.networkId === other.networkId) return undefined
  return { code: 'auto-relay-across-networks', nodeIds: [one.nodeId, other.nodeId] }
}

/** A path through a relayed end would hold a relay too many; a gateway is reached directly (C3). */
const endProblem = (state: MeshState, node: Node): MeshError | undefined => {
  const { nodeId, name } = node
  const unfit = (reason: 'never' | 'relayed' | 'gateway' | 'inactive') =>
    ({ code: 'auto-relay-end-unfit', nodeId, name, reason }) as const
  if (!takesPart(node)) return unfit('inactive')
  if (node.autoRelay === 'never') return unfit('never')
  if (largeMapHas(state.gateways, nodeId)) return unfit('gateway')
  return hasRelay(node) ? unfit('relayed') : undefined
}

const pairGatewaysProblem = (
  state: ExistingMesh,
  network: Network,
  ends: readonly [NodeId, NodeId],
  gatewayIds: readonly NodeId[],
): MeshError | undefined => {
  const problem = gatewayListProblem(state, network, ends[0], gatewayIds)
  if (problem !== undefined) return problem
  const closed = gatewayIds.find((gatewayId) => !largeMapGet(state.gateways, gatewayId)?.autoRelay)
  return closed === undefined ? undefined : { code: 'auto-relay-off', nodeId: closed, name: nameOf(state, closed) }
}
