/** From policies to the fragments that carry rules. What they say is compiled in `policy/`; here it gets its shape. */

import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import { memberPrefixes } from '../mesh/members.js'
import type { ClassKey, Egress, MeshState } from '../mesh/mesh-state.js'
import { egressPrefixes } from '../policy/index.js'
import { type ClientId, comparePrefixes, type EgressId, type NetworkId } from '../values/index.js'
import type {
  ClassFragment,
  ClientFragment,
  EgressFragment,
  InternetFragment,
  RelayingFragment,
  RouterFragment,
} from './fragment.js'
import { classViewOf, clientRulesOf, egressViewOf, internetRulesOf, relayingOf } from './policy-view.js'

export const projectClass = (state: MeshState, networkId: NetworkId, classKey: ClassKey): ClassFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined || !largeMapHas(network.classes, classKey)) return undefined
  const { peers, ownPeers, rules, egressIds } = classViewOf(state, network, classKey)
  return { kind: 'class', networkId, classKey, peers, ownPeers, rules, egressIds }
}

export const projectRelaying = (state: MeshState, networkId: NetworkId): RelayingFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  return network && { kind: 'relaying', networkId, pairs: relayingOf(state, network) }
}

export const projectInternet = (state: MeshState, networkId: NetworkId): InternetFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  return network && { kind: 'internet', networkId, rules: internetRulesOf(state, network) }
}

/** Only enabled clients of gateways that take part have one. */
export const projectClient = (state: MeshState, clientId: ClientId): ClientFragment | undefined => {
  const client = largeMapGet(state.clients, clientId)
  const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
  const record = network === undefined ? undefined : largeMapGet(network.memberRecords, clientId)
  if (client === undefined || network === undefined || record === undefined) return undefined
  if (!isActiveGateway(state, network, client.gatewayId)) return undefined
  const { networkId, gatewayId, name, publicKey } = client
  return {
    kind: 'client',
    clientId,
    networkId,
    gatewayId,
    name,
    publicKey,
    prefixes: memberPrefixes(client),
    sets: [...record.sets].sort(),
    rules: clientRulesOf(state, network, client),
  }
}

/** Routers that take part, in the order in which they are preferred. */
export const activeRouters = (state: MeshState, egress: Egress): Egress['routers'] => {
  const network = largeMapGet(state.networks, egress.networkId)
  return network === undefined ? [] : egress.routers.filter(({ nodeId }) => largeMapHas(network.members, nodeId))
}

export const projectEgress = (state: MeshState, egressId: EgressId): EgressFragment | undefined => {
  const egress = largeMapGet(state.egresses, egressId)
  const network = egress === undefined ? undefined : largeMapGet(state.networks, egress.networkId)
  if (egress === undefined || network === undefined) return undefined
  const { networkId, nat, fallbackToWider } = egress
  return {
    kind: 'egress',
    egressId,
    networkId,
    prefixes: [...(egress.virtualRanges ?? egress.ranges)].sort(comparePrefixes),
    ownPrefixes: egressPrefixes(state, network, egress),
    routers: activeRouters(state, egress).map(({ nodeId, metric }) => ({ nodeId, metric })),
    kindOfPath: nat ? 'leaving' : 'routed',
    fallbackToWider,
  }
}

export const projectRouter = (state: MeshState, egressId: EgressId): RouterFragment | undefined => {
  const egress = largeMapGet(state.egresses, egressId)
  const network = egress === undefined ? undefined : largeMapGet(state.networks, egress.networkId)
  if (egress === undefined || network === undefined) return undefined
  const { networkId, ranges, virtualRanges, nat } = egress
  const { rules, reaches } = egressViewOf(state, network, egress)
  return {
    kind: 'router',
    egressId,
    networkId,
    ranges,
    virtualRanges,
    nat,
    routers: activeRouters(state, egress),
    rules,
    reaches,
  }
}
