/**
 * Who may look at what: decided here, for snapshots, patches and tables alike. A host looks at itself, at the networks that it takes
 * part in, and at their members.
 */
import { largeMapGet, largeMapHas, largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import {
  type FragmentId,
  hostFragmentId,
  membersFragmentId,
  namesFragmentId,
  nodeFragmentId,
  parseFragmentId,
  selfFragmentId,
} from './fragment.js'
import { membershipsOf } from './project-fragments.js'

/** The networks that a host takes part in, sorted. */
export const networksSeenBy = (state: MeshState, viewer: HostId): readonly NetworkId[] => {
  const host = largeMapGet(state.hosts, viewer)
  return host === undefined
    ? []
    : membershipsOf(state, host)
        .map(({ network }) => network.networkId)
        .sort()
}

/** Whether `viewer` may hold the fragment now. */
export const canSee = (state: MeshState, viewer: HostId, id: FragmentId): boolean => {
  const parsed = parseFragmentId(id)
  if (parsed === undefined || !largeMapHas(state.hosts, viewer)) return false
  switch (parsed.kind) {
    case 'self':
      return parsed.about === viewer
    case 'host':
      return parsed.about !== viewer && shareNetwork(state, viewer, parsed.about as HostId)
    case 'node': {
      const node = largeMapGet(state.nodes, parsed.about as NodeId)
      return (
        node !== undefined && isMember(state, node.networkId, node.nodeId) && seesNetwork(state, viewer, node.networkId)
      )
    }
    case 'members':
    case 'names':
      return seesNetwork(state, viewer, parsed.about as NetworkId)
    case 'gateways':
      return false
  }
}

/** Whether two hosts take part in one network at least. */
export const shareNetwork = (state: MeshState, one: HostId, other: HostId): boolean => {
  const seen = networksSeenBy(state, one)
  return seen.length > 0 && networksSeenBy(state, other).some((networkId) => seen.includes(networkId))
}

/** Every fragment that `viewer` may hold, each once. */
export function* visibleFragmentIds(state: MeshState, viewer: HostId): Generator<FragmentId> {
  if (!largeMapHas(state.hosts, viewer)) return
  yield selfFragmentId(viewer)
  const hostsSeen = new Set<HostId>([viewer])
  for (const networkId of networksSeenBy(state, viewer)) yield* fragmentIdsOfNetwork(state, networkId, hostsSeen)
}

/** A network's fragments, its nodes', and its hosts' except those in `hostsSeen`, which grows. */
export function* fragmentIdsOfNetwork(
  state: MeshState,
  networkId: NetworkId,
  hostsSeen: Set<HostId>,
): Generator<FragmentId> {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return
  for (const nodeId of largeMapKeys(network.members)) yield nodeFragmentId(nodeId)
  for (const hostId of largeMapValues(network.members)) {
    if (hostsSeen.has(hostId)) continue
    hostsSeen.add(hostId)
    yield hostFragmentId(hostId)
  }
  yield membersFragmentId(networkId)
  yield namesFragmentId(networkId)
}

const isMember = (state: MeshState, networkId: NetworkId, nodeId: NodeId): boolean => {
  const network = largeMapGet(state.networks, networkId)
  return network !== undefined && largeMapHas(network.members, nodeId)
}

const seesNetwork = (state: MeshState, viewer: HostId, networkId: NetworkId): boolean => {
  const host = largeMapGet(state.hosts, viewer)
  return host?.nodeIds.some((nodeId) => isMember(state, networkId, nodeId)) ?? false
}
