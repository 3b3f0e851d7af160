/** The same as `canSee`, from its two other sides: everything that one host may see, and every host that may see one thing. */
import {
  emptyLargeMap,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapValues,
} from '../mesh/large-map.js'
import type { MeshState, Network, PairId } from '../mesh/mesh-state.js'
import type { ClientId, EgressId, HostId, NodeId } from '../values/index.js'
import type { FragmentId, OwnPeers, SetName } from './fragment.js'
import {
  classFragmentId,
  clientFragmentId,
  clientsFragmentId,
  dnsFragmentId,
  egressFragmentId,
  hostFragmentId,
  internetFragmentId,
  membersFragmentId,
  namesFragmentId,
  networkFragmentId,
  nodeFragmentId,
  pairFragmentId,
  parseFragmentId,
  relayingFragmentId,
  routerFragmentId,
  selfFragmentId,
  setFragmentId,
} from './fragment-id.js'
import { activeGateways, gatewayAt, type Membership, membershipOf, membershipsOfHost, viaOf } from './member-roles.js'
import { looksAtBesides } from './project-self.js'
import { isInSet, membersOfSet } from './project-sets.js'
import {
  canSee,
  egressIdsUsedBy,
  isReachedDirectly,
  networkOfFragment,
  routersUsedBy,
  ruleSetsOf,
  viewOfClass,
} from './visibility.js'

/** Every fragment that `viewer` may hold, each once. */
export function* visibleFragmentIds(state: MeshState, viewer: HostId): Generator<FragmentId> {
  if (!largeMapHas(state.hosts, viewer)) return
  yield selfFragmentId(viewer)
  const hostsSeen = new Set<HostId>([viewer])
  for (const membership of membershipsOfHost(state, viewer)) yield* idsInNetwork(state, membership, hostsSeen)
}

function* idsInNetwork(state: MeshState, viewer: Membership, hostsSeen: Set<HostId>): Generator<FragmentId> {
  const { network, node } = viewer
  const { networkId } = network
  yield networkFragmentId(networkId)
  yield namesFragmentId(networkId)
  yield dnsFragmentId(networkId)
  const classKey = largeMapGet(network.memberRecords, node.nodeId)?.classKey
  if (classKey != null) yield classFragmentId(networkId, classKey)
  const setNames = new Set<SetName>()
  for (const names of ruleSetsOf(state, viewer)) for (const name of names) setNames.add(name)
  for (const name of setNames) yield setFragmentId(networkId, name)
  for (const egressId of egressIdsUsedBy(state, viewer)) yield egressFragmentId(egressId)
  for (const egressId of node.egressIds) yield routerFragmentId(egressId)
  yield* idsOfGateway(state, viewer)
  yield* idsOfNodes(state, viewer, hostsSeen)
}

function* idsOfGateway(state: MeshState, viewer: Membership): Generator<FragmentId> {
  const gateway = gatewayAt(state, viewer)
  const { networkId, memberRecords } = viewer.network
  const pairIds = new Set<PairId>(viewer.node.pairIds)
  if (gateway !== undefined) {
    yield relayingFragmentId(networkId)
    if (gateway.internet) yield internetFragmentId(networkId)
    for (const clientId of largeMapKeys(gateway.clientIds))
      if (largeMapHas(memberRecords, clientId)) yield clientFragmentId(clientId)
    for (const pairId of largeMapKeys(gateway.pairIds)) pairIds.add(pairId)
  }
  for (const pairId of pairIds) yield pairFragmentId(pairId)
}

function* idsOfNodes(state: MeshState, viewer: Membership, hostsSeen: Set<HostId>): Generator<FragmentId> {
  const { network } = viewer
  const isRelayed = viaOf(state, viewer) !== null
  const seen = new Set<NodeId>()
  const looked = nodesLookedAt(state, viewer)
  if (looked.everyone && !isRelayed) yield membersFragmentId(network.networkId)
  for (const nodeId of looked.nodeIds) {
    if (seen.has(nodeId)) continue
    seen.add(nodeId)
    const subject = membershipOf(state, nodeId)
    if (subject === undefined || subject.node.hostId === viewer.node.hostId) continue
    yield nodeFragmentId(nodeId)
    if (!isRelayed && gatewayAt(state, subject) !== undefined) yield clientsFragmentId(nodeId)
    // That the viewer looks at it is why it is here.
    if (hostsSeen.has(subject.node.hostId) || !isReachedDirectly(state, viewer, subject)) continue
    hostsSeen.add(subject.node.hostId)
    yield hostFragmentId(subject.node.hostId)
  }
}

interface LookedAt {
  readonly everyone: boolean
  /** Perhaps more than once each. */
  readonly nodeIds: Iterable<NodeId>
}

const nodesLookedAt = (state: MeshState, viewer: Membership): LookedAt => {
  const via = viaOf(state, viewer)
  if (via !== null) return { everyone: false, nodeIds: via }
  const { peers, ownPeers } = viewOfClass(state, viewer)
  // Own peers are looked through one by one: those of them that are not the own user's are left out.
  const names = [...peers, ...looksAtBesides(state, viewer)]
  if (names.includes('everyone')) return { everyone: true, nodeIds: largeMapKeys(viewer.network.members) }
  return { everyone: false, nodeIds: nodesOfSets(state, viewer, names, ownPeers) }
}

function* nodesOfSets(
  state: MeshState,
  viewer: Membership,
  names: readonly SetName[],
  ownPeers: OwnPeers | null,
): Generator<NodeId> {
  const { network } = viewer
  for (const name of ownPeers?.sets ?? [])
    for (const memberId of name === 'everyone' ? largeMapKeys(network.members) : membersOfSet(network, name))
      if (largeMapHas(network.members, memberId as NodeId) && isInSet(network, ownPeers?.within ?? '', memberId))
        yield memberId as NodeId
  for (const name of names)
    for (const memberId of membersOfSet(network, name))
      if (largeMapHas(network.members, memberId as NodeId)) yield memberId as NodeId
  for (const [nodeId] of activeGateways(state, network)) yield nodeId
  yield* routersUsedBy(state, viewer)
}

/** Every host that may see the fragment, at a cost that grows with their number. Some may come twice. */
export function* viewersOfFragment(state: MeshState, id: FragmentId): Generator<HostId> {
  const parsed = parseFragmentId(id)
  if (parsed === undefined) return
  const { kind, about, key } = parsed
  if (kind === 'self') {
    if (largeMapHas(state.hosts, about as HostId)) yield about as HostId
    return
  }
  if (kind === 'host') {
    for (const subject of membershipsOfHost(state, about as HostId)) yield* directPeersOf(state, subject)
    return
  }
  const networkId = networkOfFragment(state, parsed)
  const network = networkId === undefined ? undefined : largeMapGet(state.networks, networkId)
  if (network === undefined) return
  switch (kind) {
    case 'network':
    case 'names':
    case 'dns':
      yield* largeMapValues(network.members)
      return
    case 'node':
    case 'clients': {
      const subject = membershipOf(state, about as NodeId)
      if (subject !== undefined)
        for (const hostId of thoseWhoLookAt(state, subject)) if (canSee(state, hostId, id)) yield hostId
      return
    }
    case 'class':
      yield* largeMapValues(largeMapGet(network.classes, key)?.nodeIds ?? noMembers)
      return
    case 'client':
      yield* hostsOfNodes(state, [largeMapGet(state.clients, about as ClientId)?.gatewayId])
      return
    case 'router':
      yield* hostsOfNodes(
        state,
        largeMapGet(state.egresses, about as EgressId)?.routers.map(({ nodeId }) => nodeId) ?? [],
      )
      return
    case 'pair': {
      const pair = largeMapGet(state.autoRelays, about as PairId)
      yield* hostsOfNodes(state, [...(pair?.nodeIds ?? []), ...(pair?.gatewayIds ?? [])])
      return
    }
    case 'relaying':
    case 'internet':
    case 'members':
    case 'set':
    case 'egress':
      yield* hostsThatSee(state, network, id, undefined)
  }
}

const noMembers = emptyLargeMap()

/** By class where that decides, one by one for gateways, routers and relayed nodes. */
function* hostsThatSee(
  state: MeshState,
  network: Network,
  id: FragmentId,
  except: HostId | undefined,
): Generator<HostId> {
  for (const { nodeIds } of largeMapValues(network.classes)) {
    let plain: boolean | undefined
    for (const [nodeId, hostId] of largeMapEntries(nodeIds)) {
      if (hostId === except) continue
      const membership = membershipOf(state, nodeId)
      if (membership === undefined) continue
      if (isPlain(state, membership)) {
        plain ??= canSee(state, hostId, id)
        if (!plain) continue
        yield hostId
      } else if (canSee(state, hostId, id)) yield hostId
    }
  }
}

/** Whether a node sees what its class sees, but itself. */
const isPlain = (state: MeshState, membership: Membership): boolean =>
  membership.node.relay === null && membership.node.egressIds.length === 0 && gatewayAt(state, membership) === undefined

function* directPeersOf(state: MeshState, subject: Membership): Generator<HostId> {
  const via = viaOf(state, subject)
  if (via === null) {
    for (const hostId of thoseWhoLookAt(state, subject)) yield hostId
    return
  }
  yield* hostsOfNodes(state, via)
}

/** Hosts whose nodes look at the subject: by class, and gateways, routers and relayed nodes one by one. */
function* thoseWhoLookAt(state: MeshState, subject: Membership): Generator<HostId> {
  const { node, network } = subject
  yield* hostsThatSee(state, network, nodeFragmentId(node.nodeId), node.hostId)
}

function* hostsOfNodes(state: MeshState, nodeIds: readonly (NodeId | undefined)[]): Generator<HostId> {
  for (const nodeId of nodeIds) {
    const membership = nodeId === undefined ? undefined : membershipOf(state, nodeId)
    if (membership !== undefined) yield membership.node.hostId
  }
}
