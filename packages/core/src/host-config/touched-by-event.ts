import { emptyLargeMap, type LargeMap, largeMapEntries, largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import { memberSetKey } from '../mesh/members.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState, PairId, Policy } from '../mesh/mesh-state.js'
import { pairIdOf } from '../mesh/mesh-state.js'
import type {
  ClientId,
  EgressId,
  GroupId,
  HostId,
  MemberId,
  NetworkId,
  NodeId,
  PolicyId,
  UserId,
} from '../values/index.js'
import { membersOfSet } from './project-sets.js'

/** What a step may have changed: a superset, cheap to find. What really changed is found by comparing. */
export interface Touched {
  readonly hosts: Set<HostId>
  readonly nodes: Set<NodeId>
  readonly clients: Set<ClientId>
  readonly egresses: Set<EgressId>
  readonly pairs: Set<PairId>
  readonly networks: Set<NetworkId>
  readonly users: Set<UserId>
  /** Policies as they were and as they are, by network; a switched default is one too. */
  readonly policies: Map<NetworkId, (Policy | 'everyone')[]>
  /** Whether names may have another suffix. */
  readonly domain: boolean
}

/**
 * Everything that the events name, before and after. An event speaks of things by their ids, in fields that are called alike in all
 * events, so a new event is answered as soon as it is written.
 */
export const touchedBy = (before: MeshState, after: MeshState, events: readonly MeshEvent[]): Touched => {
  const touched: Touched = {
    hosts: new Set(),
    nodes: new Set(),
    clients: new Set(),
    egresses: new Set(),
    pairs: new Set(),
    networks: new Set(),
    users: new Set(),
    policies: new Map(),
    domain: before.mesh?.settings.domain !== after.mesh?.settings.domain,
  }
  const states = [before, after]
  for (const event of events) {
    for (const [field, value] of Object.entries(event)) fieldReaders[field]?.(touched, value as never, states)
    if ('everyoneAllowed' in event && 'networkId' in event) addPolicy(touched, event.networkId, 'everyone')
    if ('resolvers' in event) addUsersOf(touched, states, event.hostId)
  }
  if (touched.domain) for (const [networkId] of largeMapEntries(after.networks)) touched.networks.add(networkId)
  addWhatHangsOn(touched, states)
  return touched
}

const addPolicy = (touched: Touched, networkId: NetworkId, policy: Policy | 'everyone'): void => {
  const known = touched.policies.get(networkId)
  if (known === undefined) touched.policies.set(networkId, [policy])
  else known.push(policy)
}

const addMember = (touched: Touched, memberId: MemberId): void => {
  touched.nodes.add(memberId as NodeId)
  touched.clients.add(memberId as ClientId)
}

const addUser = (touched: Touched, userId: UserId | null): void => {
  if (userId !== null) touched.users.add(userId)
}

const addNodes = (touched: Touched, nodeIds: readonly NodeId[]): void => {
  for (const nodeId of nodeIds) touched.nodes.add(nodeId)
}

const addNamed = (touched: Touched, state: MeshState, policy: Policy): void => {
  const network = largeMapGet(state.networks, policy.networkId)
  for (const selector of [...policy.sources, ...policy.destinations]) {
    if (selector.kind === 'node') touched.nodes.add(selector.nodeId)
    if (selector.kind !== 'prefix' || network === undefined) continue
    for (const memberId of membersOfSet(network, memberSetKey('prefix', selector.prefix))) addMember(touched, memberId)
  }
}

/** What each field that names things touches. Fields that aren't here name nothing. */
const fieldReaders: Readonly<Record<string, (touched: Touched, value: never, states: readonly MeshState[]) => void>> = {
  hostId: (touched, hostId: HostId) => touched.hosts.add(hostId),
  nodeId: (touched, nodeId: NodeId) => touched.nodes.add(nodeId),
  nodeIds: (touched, nodeIds: readonly NodeId[]) => {
    addNodes(touched, nodeIds)
    const [one, other] = nodeIds
    if (nodeIds.length === 2 && one !== undefined && other !== undefined) touched.pairs.add(pairIdOf(one, other))
  },
  gatewayId: (touched, nodeId: NodeId) => touched.nodes.add(nodeId),
  gatewayIds: addNodes,
  memberId: addMember,
  clientId: (touched, clientId: ClientId) => touched.clients.add(clientId),
  egressId: (touched, egressId: EgressId, states) => {
    touched.egresses.add(egressId)
    for (const state of states)
      for (const { nodeId } of largeMapGet(state.egresses, egressId)?.routers ?? []) touched.nodes.add(nodeId)
  },
  pairId: (touched, pairId: PairId) => touched.pairs.add(pairId),
  networkId: (touched, networkId: NetworkId) => touched.networks.add(networkId),
  userId: addUser,
  ownerUserId: addUser,
  groupId: (touched, groupId: GroupId, states) => {
    for (const state of states)
      for (const userId of largeMapGet(state.groups, groupId)?.userIds ?? []) touched.users.add(userId)
  },
  policyId: (touched, policyId: PolicyId, states) => {
    for (const state of states) {
      const policy = largeMapGet(state.policies, policyId)
      if (policy === undefined) continue
      addPolicy(touched, policy.networkId, policy)
      // Whom a policy names by id or address is a class of its own, and in a set of its own, for as long as it does.
      for (const other of states) addNamed(touched, other, policy)
    }
  },
}

/** Hosts have nodes, users own hosts and clients, nodes are ends of pairs and routers, egresses have routers, and back. */
const addWhatHangsOn = (touched: Touched, states: readonly MeshState[]): void => {
  for (const state of states) {
    for (const userId of touched.users) {
      for (const hostId of largeMapGet(state.indexes.hostIdsByOwner, userId) ?? []) touched.hosts.add(hostId)
      for (const clientId of largeMapGet(state.indexes.clientIdsByOwner, userId) ?? []) touched.clients.add(clientId)
    }
    for (const hostId of touched.hosts)
      for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) touched.nodes.add(nodeId)
    for (const pairId of touched.pairs) {
      const pair = largeMapGet(state.autoRelays, pairId)
      if (pair !== undefined) addNodes(touched, [...pair.nodeIds, ...pair.gatewayIds])
    }
  }
}

/** Nodes that a host is the gateway of, and those behind gateways among them (D6). */
const addUsersOf = (touched: Touched, states: readonly MeshState[], hostId: HostId): void => {
  const relayedBy = (state: MeshState, nodeIds: readonly NodeId[]) =>
    nodeIds.flatMap((nodeId) => [...largeMapKeys(largeMapGet(state.gateways, nodeId)?.relayedNodeIds ?? noNodes)])
  for (const state of states) {
    const users = relayedBy(state, largeMapGet(state.hosts, hostId)?.nodeIds ?? [])
    addNodes(touched, [...users, ...relayedBy(state, users)])
  }
}

const noNodes: LargeMap<NodeId, HostId> = emptyLargeMap()

/** A gateway or router that began or ceased to take part changes what hangs on it, events of its own or not. */
export const addDependentsOf = (touched: Touched, states: readonly MeshState[], nodeId: NodeId): void => {
  for (const state of states) {
    const gateway = largeMapGet(state.gateways, nodeId)
    if (gateway !== undefined) {
      for (const relayedId of largeMapKeys(gateway.relayedNodeIds)) touched.nodes.add(relayedId)
      for (const clientId of largeMapKeys(gateway.clientIds)) touched.clients.add(clientId)
      for (const pairId of largeMapKeys(gateway.pairIds)) touched.pairs.add(pairId)
    }
    for (const egressId of largeMapGet(state.nodes, nodeId)?.egressIds ?? []) touched.egresses.add(egressId)
  }
}
