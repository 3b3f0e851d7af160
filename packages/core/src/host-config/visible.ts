/** The same as `canSee`, from another side: everything that one host may see. */
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import type { MeshState, PairId } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
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
  relayingFragmentId,
  routerFragmentId,
  selfFragmentId,
  setFragmentId,
} from './fragment-id.js'
import { viewOfClass } from './member.js'
import { activeGateways, gatewayAt, type Membership, membershipOf, membershipsOfHost, viaOf } from './member-roles.js'
import { looksAtBesides } from './project-self.js'
import { isInSet, membersOfSet } from './project-sets.js'
import type { OwnPeers, SetName } from './rule-parts.js'
import { egressIdsUsedBy, isReachedDirectly, routersUsedBy, ruleSetsOf } from './visibility.js'

/** Is told each fragment that a host may hold, once: thousands of nodes and hosts by what they are, so that nobody spells their ids. */
export interface Beholder {
  readonly other: (id: FragmentId) => void
  readonly node: (membership: Membership) => void
  readonly host: (hostId: HostId) => void
}

/** Every fragment that `viewer` may hold, each once. */
export const visibleFragmentIds = (state: MeshState, viewer: HostId): readonly FragmentId[] => {
  const ids: FragmentId[] = []
  showVisible(state, viewer, {
    other: (id) => ids.push(id),
    node: ({ node }) => ids.push(nodeFragmentId(node.nodeId)),
    host: (hostId) => ids.push(hostFragmentId(hostId)),
  })
  return ids
}

/** Shows everything that `viewer` may see, in the order of `visibleFragmentIds`. */
export const showVisible = (state: MeshState, viewer: HostId, beholder: Beholder): void => {
  if (!largeMapHas(state.hosts, viewer)) return
  beholder.other(selfFragmentId(viewer))
  const hostsSeen = new Set<HostId>([viewer])
  for (const membership of membershipsOfHost(state, viewer)) {
    for (const id of idsInNetwork(state, membership)) beholder.other(id)
    for (const id of idsOfGateway(state, membership)) beholder.other(id)
    showNodes(state, membership, hostsSeen, beholder)
  }
}

function* idsInNetwork(state: MeshState, viewer: Membership): Generator<FragmentId> {
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

const showNodes = (state: MeshState, viewer: Membership, hostsSeen: Set<HostId>, beholder: Beholder): void => {
  const isRelayed = viaOf(state, viewer) !== null
  const show = (subject: Membership) => {
    const { nodeId, hostId } = subject.node
    if (hostId === viewer.node.hostId) return
    beholder.node(subject)
    if (!isRelayed && gatewayAt(state, subject) !== undefined) beholder.other(clientsFragmentId(nodeId))
    // That the viewer looks at it is why it is here.
    if (hostsSeen.has(hostId) || !isReachedDirectly(viewer, { via: viaOf(state, subject) })) return
    hostsSeen.add(hostId)
    beholder.host(hostId)
  }
  const { network } = viewer
  const nodeIds = nodesLookedAt(state, viewer)
  if (nodeIds !== 'everyone') {
    for (const nodeId of new Set(nodeIds)) {
      const subject = membershipOf(state, nodeId)
      if (subject !== undefined) show(subject)
    }
    return
  }
  beholder.other(membersFragmentId(network.networkId))
  for (const nodeId of largeMapKeys(network.members)) {
    const node = largeMapGet(state.nodes, nodeId)
    if (node !== undefined) show({ network, node })
  }
}

/** Some may come more than once. */
const nodesLookedAt = (state: MeshState, viewer: Membership): Iterable<NodeId> | 'everyone' => {
  const via = viaOf(state, viewer)
  if (via !== null) return via
  const { peers, ownPeers } = viewOfClass(state, viewer)
  // Own peers are looked through one by one: those of them that are not the own user's are left out.
  const names = [...peers, ...looksAtBesides(state, viewer)]
  return names.includes('everyone') ? 'everyone' : nodesOfSets(state, viewer, names, ownPeers)
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
