import type { ClientId, HostName, MemberId, NodeId } from '../../values/index.js'
import { fullNameOf, recordNamed } from '../dns-queries.js'
import { largeMapGet } from '../large-map.js'
import type { Client, MeshState, Network, Node } from '../mesh-state.js'

/** The node or client with this id. */
export const memberOf = (state: MeshState, memberId: MemberId): Node | Client | undefined =>
  largeMapGet(state.nodes, memberId as NodeId) ?? largeMapGet(state.clients, memberId as ClientId)

/** Who of a network has a name: its nodes and its clients share them (B4). */
export const memberNamed = (network: Network, name: HostName): MemberId | undefined =>
  largeMapGet(network.nodeIdsByName, name) ?? largeMapGet(network.clientIdsByName, name)

const longestName = 63

/** The wanted name, or with -2, -3 … behind it; cut where it would get longer than a DNS label. */
export const freeMemberName = (state: MeshState, network: Network, wanted: HostName): HostName => {
  const isTaken = (name: HostName) =>
    memberNamed(network, name) !== undefined || recordNamed(state, fullNameOf(state, network, name)) !== undefined
  let name = wanted
  for (let number = 2; isTaken(name); number += 1) {
    const suffix = `-${number}`
    name = `${wanted.slice(0, longestName - suffix.length)}${suffix}` as HostName
  }
  return name
}
