/**
 * Fragments that are kept with the one thing of the state that they are made of, for as long as that stays as it is. A snapshot, or a
 * newcomer's first patch, is made of thousands of these: with their texts kept as well (`fragment-text.ts`), it is put together.
 */
import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { Host, MeshState, Network } from '../mesh/mesh-state.js'
import { endpointAddress, type HostId, type NodeId, prefixContainsAddress } from '../values/index.js'
import type { HostFragment, MembersFragment, NamesFragment, NodeFragment } from './fragment.js'
import { type Membership, viaOf } from './member-roles.js'
import { addressesOf } from './project-self.js'

/** `undefined`: there is no such host. */
export const keptHostFragment = (state: MeshState, hostId: HostId): HostFragment | undefined => {
  const host = largeMapGet(state.hosts, hostId)
  return host === undefined ? undefined : (hostFragments.get(host) ?? keep(hostFragments, host, hostFragmentOf(host)))
}

const hostFragments = new WeakMap<object, HostFragment>()

const hostFragmentOf = (host: Host): HostFragment => {
  const { hostId, name, wireguardKey, identityKey, controlAddress4, controlAddress6 } = host
  const isExcluded = (address: ReturnType<typeof endpointAddress>) =>
    host.excludedPrefixes.some((prefix) => prefixContainsAddress(prefix, address))
  const endpoints =
    host.excludedPrefixes.length === 0
      ? host.endpoints
      : host.endpoints.filter(({ endpoint, origin }) => origin !== 'local' || !isExcluded(endpointAddress(endpoint)))
  return { kind: 'host', hostId, name, wireguardKey, identityKey, controlAddress4, controlAddress6, endpoints }
}

/** Of a node that takes part. Whether it is a gateway, and which of its own are there, its record alone doesn't tell. */
export const keptNodeFragment = (state: MeshState, membership: Membership): NodeFragment => {
  const { node, network } = membership
  const via = viaOf(state, membership)
  const isGateway = isActiveGateway(state, network, node.nodeId)
  const known = nodeFragments.get(node)
  if (known !== undefined && known.isGateway === isGateway && isSameList(known.via, via)) return known
  const { nodeId, hostId, networkId } = node
  const addresses = addressesOf(node)
  return keep(nodeFragments, node, { kind: 'node', nodeId, hostId, networkId, addresses, via, isGateway })
}

const isSameList = (one: readonly NodeId[] | null, other: readonly NodeId[] | null): boolean =>
  one === other ||
  (one !== null && other !== null && one.length === other.length && one.every((id, at) => id === other[at]))

const nodeFragments = new WeakMap<object, NodeFragment>()

/** Who takes part in a network. */
export const keptMembersFragment = ({ networkId, members }: Network, make: () => MembersFragment): MembersFragment => {
  const known = membersFragments.get(members)
  return known?.networkId === networkId ? known : keep(membersFragments, members, make())
}

const membersFragments = new WeakMap<object, MembersFragment>()

/** A network's hash of names is another object whenever a name is another. */
export const keptNamesFragment = (
  { networkId, namesHash }: Network,
  suffix: string,
  make: () => NamesFragment,
): NamesFragment => {
  const known = namesFragments.get(namesHash)
  return known?.networkId === networkId && known.suffix === suffix ? known : keep(namesFragments, namesHash, make())
}

const namesFragments = new WeakMap<object, NamesFragment>()

const keep = <A>(kept: WeakMap<object, A>, key: object, value: A): A => {
  kept.set(key, value)
  return value
}
