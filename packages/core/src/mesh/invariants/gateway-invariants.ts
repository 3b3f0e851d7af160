/** What holds of gateways, relays, auto-relayed pairs and internet gateways, and what each knows of the others. */
import type { HostId, NodeId } from '../../values/index.js'
import { maxGateways } from '../gateway-codecs.js'
import {
  hasRelay,
  internetGatewayOf,
  isActiveGateway,
  isInternetGateway,
  nodesUsingInternetGateway,
} from '../gateway-queries.js'
import { largeMapGet, largeMapHas, largeMapValues } from '../large-map.js'
import type { AutoRelay, Gateway, Host, MeshState, Network, Node, PairId } from '../mesh-state.js'
import { breach, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

export const gatewayBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const nodes = [...largeMapValues(state.nodes)]
  const pairs = [...largeMapValues(state.autoRelays)]
  const gateways = [...largeMapValues(state.gateways)]
  return [
    ...gateways.flatMap((gateway) => placeBreaches(state, gateway)),
    ...gateways.flatMap((gateway) => userBreaches(gateway, nodes, pairs)),
    ...[...largeMapValues(state.networks)].flatMap((network) => networkBreaches(network, gateways, nodes)),
    ...nodes.flatMap((node) => nodeBreaches(state, node, pairs)),
    ...pairs.flatMap((pair) => pairBreaches(state, pair)),
    ...[...largeMapValues(state.hosts)].flatMap((host) => hostBreaches(state, host)),
  ]
}

const placeBreaches = (state: MeshState, { nodeId, networkId, hostId }: Gateway): readonly InvariantBreach[] => {
  const node = largeMapGet(state.nodes, nodeId)
  return node?.networkId === networkId && node.hostId === hostId ? [] : [breach('gateway-is-node', nodeId)]
}

const userBreaches = (
  { nodeId, relayedNodeIds, pairIds, usedBy }: Gateway,
  nodes: readonly Node[],
  pairs: readonly AutoRelay[],
): readonly InvariantBreach[] => {
  const relayed = nodes.filter(({ relay }) => relay?.gatewayIds.includes(nodeId))
  const relayedPairs = pairs.filter(({ gatewayIds }) => gatewayIds.includes(nodeId))
  const isFirst = (gatewayIds: readonly NodeId[] | undefined) => gatewayIds?.[0] === nodeId
  const load =
    relayed.filter(({ relay }) => isFirst(relay?.gatewayIds)).length +
    relayedPairs.filter(({ gatewayIds }) => isFirst(gatewayIds)).length
  return [
    ...indexBreaches('nodes-of-gateway', relayedNodeIds, hostsByNode(relayed)),
    ...indexBreaches('pairs-of-gateway', pairIds, new Map(relayedPairs.map(({ pairId }) => [pairId, true as const]))),
    ...(usedBy === load ? [] : [breach('load-of-gateway', `${nodeId}: ${usedBy} instead of ${load}`)]),
  ]
}

const hostsByNode = (
  all: readonly { readonly nodeId: NodeId; readonly hostId: HostId }[],
): ReadonlyMap<NodeId, HostId> => new Map(all.map(({ nodeId, hostId }) => [nodeId, hostId]))

const networkBreaches = (
  { networkId, gatewayIds, relayedNodeIds }: Network,
  gateways: readonly Gateway[],
  nodes: readonly Node[],
): readonly InvariantBreach[] => {
  const here = (each: { readonly networkId: string }) => each.networkId === networkId
  return [
    ...indexBreaches('gateways-of-network', gatewayIds, hostsByNode(gateways.filter(here))),
    ...indexBreaches('relayed-of-network', relayedNodeIds, hostsByNode(nodes.filter(here).filter(hasRelay))),
  ]
}

const nodeBreaches = (state: MeshState, node: Node, pairs: readonly AutoRelay[]): readonly InvariantBreach[] => {
  const { nodeId, relay } = node
  const pairIds = pairs.filter(({ nodeIds }) => nodeIds.includes(nodeId)).map(({ pairId }): PairId => pairId)
  const leads = relay?.gatewayIds.some((gatewayId) => isInternetGateway(state, gatewayId)) ?? false
  return [
    ...(sameContent(node.pairIds, pairIds.sort()) ? [] : [breach('pairs-of-node', nodeId)]),
    ...(relay === null ? [] : relayBreaches(state, node, relay)),
    ...(node.routeAllTraffic && !leads && relay?.mode !== 'auto' ? [breach('route-all-leads-somewhere', nodeId)] : []),
  ]
}

const relayBreaches = (
  state: MeshState,
  { nodeId, networkId }: Node,
  { mode, gatewayIds }: NonNullable<Node['relay']>,
): readonly InvariantBreach[] => {
  const network = largeMapGet(state.networks, networkId)
  const isOf = (gatewayId: NodeId) => largeMapGet(state.gateways, gatewayId)?.networkId === networkId
  const isGateway = largeMapHas(state.gateways, nodeId)
  const fits =
    isList(gatewayIds) &&
    !gatewayIds.includes(nodeId) &&
    gatewayIds.every(isOf) &&
    (mode === 'manual' ? gatewayIds.length > 0 : network !== undefined && areActive(state, network, gatewayIds))
  const isBehind = mode === 'manual' && gatewayIds.every((gatewayId) => isInternetGateway(state, gatewayId))
  return [
    ...(fits ? [] : [breach('relay-is-of-gateways', `${nodeId}: ${mode} ${gatewayIds.join()}`)]),
    ...(isGateway && !isBehind ? [breach('gateway-not-relayed', nodeId)] : []),
  ]
}

const isList = (gatewayIds: readonly NodeId[]): boolean =>
  gatewayIds.length <= maxGateways && new Set(gatewayIds).size === gatewayIds.length

const areActive = (state: MeshState, network: Network, gatewayIds: readonly NodeId[]): boolean =>
  gatewayIds.every((gatewayId) => isActiveGateway(state, network, gatewayId))

const pairBreaches = (
  state: MeshState,
  { pairId, nodeIds, networkId, gatewayIds }: AutoRelay,
): readonly InvariantBreach[] => {
  const ends = nodeIds.map((nodeId) => largeMapGet(state.nodes, nodeId))
  const isFit = (end: Node | undefined) =>
    end?.networkId === networkId &&
    end.autoRelay === 'allowed' &&
    !hasRelay(end) &&
    !largeMapHas(state.gateways, end.nodeId)
  const network = largeMapGet(state.networks, networkId)
  const isOpen = (gatewayId: NodeId) => largeMapGet(state.gateways, gatewayId)?.autoRelay === true
  const gatewaysFit =
    network !== undefined &&
    gatewayIds.length > 0 &&
    isList(gatewayIds) &&
    areActive(state, network, gatewayIds) &&
    gatewayIds.every(isOpen)
  const [owner, other] = ends
  return [
    ...(ends.every(isFit) ? [] : [breach('pair-of-direct-nodes', pairId)]),
    ...(gatewaysFit ? [] : [breach('pair-has-gateways', `${pairId}: ${gatewayIds.join()}`)]),
    ...((owner?.hostId ?? '') < (other?.hostId ?? '') ? [] : [breach('pair-owner-first', pairId)]),
  ]
}

/** One internet gateway at most (D2), none for one (D3), none behind which a gateway would be that may not (D6), one tunnel (D4). */
const hostBreaches = (state: MeshState, { hostId, nodeIds }: Host): readonly InvariantBreach[] => {
  const using = nodesUsingInternetGateway(state, nodeIds)
  const nodes = nodeIds.flatMap((nodeId) => largeMapGet(state.nodes, nodeId) ?? [])
  const uses = `${hostId} uses ${using.map((nodeId) => internetGatewayOf(state, nodeId)?.gatewayId).join()}`
  const isGateway = nodeIds.some((nodeId) => largeMapHas(state.gateways, nodeId))
  const allAgree = nodes.every(
    ({ networkId }) => largeMapGet(state.networks, networkId)?.settings.gatewayBehindInternetGateway === 'cascade',
  )
  return [
    ...(using.length > 1 ? [breach('one-internet-gateway', uses)] : []),
    ...(using.length > 0 && nodeIds.some((nodeId) => isInternetGateway(state, nodeId))
      ? [breach('no-gateway-chain', uses)]
      : []),
    ...(using.length > 0 && isGateway && !allAgree ? [breach('no-gateway-behind', uses)] : []),
    ...(nodes.filter(({ routeAllTraffic }) => routeAllTraffic).length > 1 ? [breach('one-full-tunnel', hostId)] : []),
  ]
}
