/** From state to the fragments that are sets: who takes part, who is in a set, what lies behind a gateway. */

import { isActiveGateway } from '../mesh/gateway-queries.js'
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import { memberEntryText, memberPrefixes } from '../mesh/members.js'
import type { MemberSetKey, MeshState, Network } from '../mesh/mesh-state.js'
import { type ContentHash, emptyHash, hashText, toggleHash } from '../values/content-hash.js'
import type { ClientId, MemberId, NetworkId, NodeId } from '../values/index.js'
import type { ClientsFragment, MemberEntry, MembersFragment, SetFragment } from './fragment.js'
import { keptMembersFragment } from './kept-fragments.js'

export const projectMembers = (state: MeshState, networkId: NetworkId): MembersFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  return keptMembersFragment(network, () => ({
    kind: 'members',
    networkId,
    nodeIds: [...largeMapKeys(network.members)].sort(),
  }))
}

/** A set of one: `node:<id>` or `client:<id>`. */
const singleMember = (key: MemberSetKey): MemberId | undefined => {
  if (key.startsWith('node:')) return key.slice(5) as NodeId
  return key.startsWith('client:') ? (key.slice(7) as ClientId) : undefined
}

export const isInSet = (network: Network, key: MemberSetKey, memberId: MemberId): boolean => {
  const single = singleMember(key)
  if (single !== undefined) return single === memberId && largeMapHas(network.memberRecords, memberId)
  return largeMapGet(network.memberRecords, memberId)?.sets.includes(key) ?? false
}

/** Who is in a set now, in no order. */
export function* membersOfSet(network: Network, key: MemberSetKey): Generator<MemberId> {
  const single = singleMember(key)
  if (single === undefined) {
    const set = largeMapGet(network.sets, key)
    if (set !== undefined) yield* largeMapKeys(set.memberIds)
  } else if (largeMapHas(network.memberRecords, single)) yield single
}

export const projectMemberEntry = (state: MeshState, memberId: MemberId): MemberEntry | undefined => {
  const member =
    largeMapGet(state.nodes, memberId as NodeId) ?? largeMapGet(state.clients, memberId as ClientId) ?? undefined
  return member === undefined ? undefined : { memberId, prefixes: memberPrefixes(member) }
}

export const projectSet = (state: MeshState, networkId: NetworkId, key: MemberSetKey): SetFragment | undefined => {
  const network = largeMapGet(state.networks, networkId)
  return network === undefined
    ? undefined
    : { kind: 'set', networkId, key, entries: entriesOf(state, membersOfSet(network, key)) }
}

export const setHash = (state: MeshState, networkId: NetworkId, key: MemberSetKey): ContentHash | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return undefined
  const single = singleMember(key)
  if (single === undefined) return largeMapGet(network.sets, key)?.hash ?? emptyHash
  return largeMapGet(network.memberRecords, single)?.entryHash ?? emptyHash
}

/** `undefined` for a node that is no gateway that takes part. */
export const projectClients = (state: MeshState, gatewayId: NodeId): ClientsFragment | undefined => {
  const network = networkOfGateway(state, gatewayId)
  if (network === undefined) return undefined
  const entries = entriesOf(state, clientsBehind(network, gatewayId))
  return { kind: 'clients', networkId: network.networkId, gatewayId, entries }
}

export const clientsHash = (state: MeshState, gatewayId: NodeId): ContentHash | undefined => {
  const network = networkOfGateway(state, gatewayId)
  return network === undefined ? undefined : setHash(state, network.networkId, `gateway-clients:${gatewayId}`)
}

/** Enabled clients of a gateway. */
const clientsBehind = (network: Network, gatewayId: NodeId): Generator<MemberId> =>
  membersOfSet(network, `gateway-clients:${gatewayId}`)

const networkOfGateway = (state: MeshState, gatewayId: NodeId): Network | undefined => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  const network = gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
  return network !== undefined && isActiveGateway(state, network, gatewayId) ? network : undefined
}

const entriesOf = (state: MeshState, memberIds: Iterable<MemberId>): readonly MemberEntry[] =>
  [...memberIds].sort().flatMap((memberId) => projectMemberEntry(state, memberId) ?? [])

/** An entry's share in its set's version. */
export const entryHash = ({ memberId, prefixes }: MemberEntry): ContentHash =>
  hashText(memberEntryText(memberId, prefixes))

export const entriesHash = (entries: readonly MemberEntry[]): ContentHash =>
  entries.reduce((set, entry) => toggleHash(set, entryHash(entry)), emptyHash)
