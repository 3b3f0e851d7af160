/**
 * Gateways, relays and auto-relayed pairs in the state, and what gateways, nodes and networks know of each other through them, kept
 * together: recipes come here.
 */
import type { NodeId } from '../values/index.js'
import { emptyLargeMap, largeMapDelete, largeMapGet, largeMapHas, largeMapSet } from './large-map.js'
import type { AutoRelay, Gateway, MeshDraft, NodeRelay, PairId } from './mesh-state.js'
import { sortedWith, sortedWithout } from './sorted-ids.js'

/** Nothing without its node, or when it is one already. */
export const putGateway = (
  draft: MeshDraft,
  facts: Pick<Gateway, 'nodeId' | 'networkId' | 'hostId' | 'createdAtEpochMs' | 'autoRelay'>,
): void => {
  const { nodeId } = facts
  const network = largeMapGet(draft.networks, facts.networkId)
  if (network === undefined || !largeMapHas(draft.nodes, nodeId) || largeMapHas(draft.gateways, nodeId)) return
  largeMapSet(draft.gateways, nodeId, {
    ...facts,
    internet: false,
    relayedNodeIds: emptyLargeMap(),
    pairIds: emptyLargeMap(),
    usedBy: 0,
    clientIds: emptyLargeMap(),
  })
  largeMapSet(network.gatewayIds, nodeId, facts.hostId)
}

export const dropGateway = (draft: MeshDraft, nodeId: NodeId): void => {
  const gateway = largeMapGet(draft.gateways, nodeId)
  if (gateway === undefined) return
  const network = largeMapGet(draft.networks, gateway.networkId)
  if (network !== undefined) largeMapDelete(network.gatewayIds, nodeId)
  largeMapDelete(draft.gateways, nodeId)
}

/** Gives a node another relay, or none. */
export const setRelay = (draft: MeshDraft, nodeId: NodeId, relay: NodeRelay | null): void => {
  const node = largeMapGet(draft.nodes, nodeId)
  if (node === undefined) return
  const { hostId, networkId } = node
  const gatewayIds = relay?.gatewayIds ?? []
  for (const [at, gatewayId] of (node.relay?.gatewayIds ?? []).entries()) {
    const gateway = largeMapGet(draft.gateways, gatewayId)
    if (gateway === undefined || !largeMapHas(gateway.relayedNodeIds, nodeId)) continue
    if (!gatewayIds.includes(gatewayId)) largeMapDelete(gateway.relayedNodeIds, nodeId)
    if (at === 0) gateway.usedBy -= 1
  }
  for (const [at, gatewayId] of gatewayIds.entries()) {
    const gateway = largeMapGet(draft.gateways, gatewayId)
    if (gateway === undefined) continue
    if (!largeMapHas(gateway.relayedNodeIds, nodeId)) largeMapSet(gateway.relayedNodeIds, nodeId, hostId)
    if (at === 0) gateway.usedBy += 1
  }
  node.relay = relay === null ? null : { ...relay, gatewayIds: [...relay.gatewayIds] }
  const network = largeMapGet(draft.networks, networkId)
  if (network === undefined) return
  if (gatewayIds.length > 0) {
    if (!largeMapHas(network.relayedNodeIds, nodeId)) largeMapSet(network.relayedNodeIds, nodeId, hostId)
  } else largeMapDelete(network.relayedNodeIds, nodeId)
}

/** Puts a pair in, or in the place of the one with its id. Nothing without both its ends. */
export const putPair = (draft: MeshDraft, pair: AutoRelay): void => {
  const { pairId, nodeIds, gatewayIds } = pair
  if (!nodeIds.every((nodeId) => largeMapHas(draft.nodes, nodeId))) return
  dropPair(draft, pairId)
  largeMapSet(draft.autoRelays, pairId, { ...pair, nodeIds: [...nodeIds], gatewayIds: [...gatewayIds] })
  for (const nodeId of nodeIds) changePairIds(draft, nodeId, (ids) => sortedWith(ids, [pairId]))
  for (const [at, gatewayId] of gatewayIds.entries()) {
    const gateway = largeMapGet(draft.gateways, gatewayId)
    if (gateway === undefined) continue
    largeMapSet(gateway.pairIds, pairId, true)
    if (at === 0) gateway.usedBy += 1
  }
}

export const dropPair = (draft: MeshDraft, pairId: PairId): void => {
  const pair = largeMapGet(draft.autoRelays, pairId)
  if (pair === undefined) return
  for (const [at, gatewayId] of pair.gatewayIds.entries()) {
    const gateway = largeMapGet(draft.gateways, gatewayId)
    if (gateway === undefined || !largeMapHas(gateway.pairIds, pairId)) continue
    largeMapDelete(gateway.pairIds, pairId)
    if (at === 0) gateway.usedBy -= 1
  }
  for (const nodeId of pair.nodeIds) changePairIds(draft, nodeId, (ids) => sortedWithout(ids, [pairId]))
  largeMapDelete(draft.autoRelays, pairId)
}

const changePairIds = (draft: MeshDraft, nodeId: NodeId, change: (ids: readonly PairId[]) => PairId[]): void => {
  const node = largeMapGet(draft.nodes, nodeId)
  if (node !== undefined) node.pairIds = change(node.pairIds)
}
