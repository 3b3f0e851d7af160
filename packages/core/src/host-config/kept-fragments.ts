/**
 * Fragments that are kept with the one thing of the state that they are made of, for as long as that stays as it is. A snapshot, or a
 * newcomer's first patch, is made of thousands of these: with their texts kept as well (`fragment-text.ts`), it is put together.
 */
import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { Host, MeshState, Network } from '../mesh/mesh-state.js'
import { endpointAddress, type HostId, type NodeId, prefixContainsAddress } from '../values/index.js'
import type { HostFragment, MembersFragment, NameEntry, NamesFragment, NodeFragment } from './fragment.js'
import { type Membership, viaOf } from './member-roles.js'
import { addressesOf } from './project-self.js'
import { foundIn, positionOf } from './sorted-lists.js'

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
  const identityKey = via === null ? null : (largeMapGet(state.hosts, hostId)?.identityKey ?? null)
  return keep(nodeFragments, node, { kind: 'node', nodeId, hostId, networkId, addresses, via, identityKey, isGateway })
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

/** What came into a list and went out of it. */
interface Moves<A> {
  readonly add: readonly A[]
  readonly remove: readonly string[]
}

/** Where somebody was told who took part before a step, the same is known after it but for who came and went. */
export const carryMembers = (was: Network, is: Network, moves: Moves<NodeId>): void => {
  const known = membersFragments.get(was.members)
  if (known?.networkId !== is.networkId || is.members === was.members || !areFew(moves)) return
  keep(membersFragments, is.members, { ...known, nodeIds: moved(known.nodeIds, moves, (nodeId) => nodeId) })
}

/** The same for names. */
export const carryNames = (was: Network, is: Network, suffix: string, moves: Moves<NameEntry>): void => {
  const known = namesFragments.get(was.namesHash)
  if (known?.networkId !== is.networkId || known.suffix !== suffix || !areFew(moves)) return
  if (is.namesHash === was.namesHash) return
  keep(namesFragments, is.namesHash, { ...known, entries: moved(known.entries, moves, ({ memberId }) => memberId) })
}

/** Each costs a shift of the rest of the list: for many it is made anew when somebody asks. */
const areFew = ({ add, remove }: Moves<unknown>): boolean => add.length + remove.length <= 32

const moved = <A>(sorted: readonly A[], { add, remove }: Moves<A>, idOf: (item: A) => string): readonly A[] => {
  const list = [...sorted]
  const placeOf = (id: string) => positionOf(list, id, idOf)
  for (const id of remove) if (foundIn(list, id, idOf) !== undefined) list.splice(placeOf(id), 1)
  for (const item of add) list.splice(placeOf(idOf(item)), 0, item)
  return list
}

const keep = <A>(kept: WeakMap<object, A>, key: object, value: A): A => {
  kept.set(key, value)
  return value
}
