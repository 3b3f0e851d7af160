/** The same as `canSee`, from another side: every host that may see one thing. */
import { emptyLargeMap, largeMapEntries, largeMapGet, largeMapHas, largeMapValues } from '../mesh/large-map.js'
import type { MeshState, Network, PairId } from '../mesh/mesh-state.js'
import type { ClientId, EgressId, HostId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import { nodeFragmentId, parseFragmentId } from './fragment-id.js'
import { gatewayAt, type Membership, membershipOf, membershipsOfHost, viaOf } from './member-roles.js'
import { canSee, networkOfFragment } from './visibility.js'

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
