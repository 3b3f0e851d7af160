/**
 * Which sets a network's nodes and clients are in, and which class each node is of: what policies, filters and configs are made
 * of, kept up to date in one place and at the price of the change. A node takes part as `membership.ts` says, a client while it
 * is enabled.
 */
import type { Draft } from 'immer'
import { type ContentHash, emptyHash, hashText, toggleHash } from '../values/content-hash.js'
import {
  type ClientId,
  hostPrefix,
  type IpPrefix,
  type MemberId,
  type NetworkId,
  type NodeId,
  prefixContains,
  prefixContainsAddress,
  prefixesOverlap,
  type UserId,
} from '../values/index.js'
import {
  emptyLargeMap,
  largeMapDelete,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapRead,
  largeMapSet,
} from './large-map.js'
import type {
  ClassKey,
  Client,
  MemberRecord,
  MemberSetKey,
  MeshState,
  Network,
  Node,
  Policy,
  Selector,
} from './mesh-state.js'
import { takesPart } from './takes-part.js'

/** The set that a selector names, for those kinds whose members come and go. */
export const memberSetKey = (
  kind: 'user' | 'group' | 'tag' | 'gateway-clients' | 'prefix',
  name: string,
): MemberSetKey => `${kind}:${name}`

/** Everything that a member answers for: what filters let through for it, and paths lead to. Sorted by kind, then as kept. */
export const memberPrefixes = (member: Node | Client): readonly IpPrefix[] =>
  'publicKey' in member
    ? [...member.addresses, ...member.additionalAddresses, ...member.prefixesBehind]
    : [member.address4, member.address6].flatMap((address) => (address === null ? [] : [hostPrefix(address)]))

/** One member's line in the sets that it is in: what their hashes are made of. */
export const memberEntryText = (memberId: MemberId, prefixes: readonly IpPrefix[]): string =>
  JSON.stringify([memberId, prefixes])

/**
 * To be called by each recipe after it changed anything that sets or classes depend on: whether the member takes part, its
 * addresses, tags, owner, gateway, and before it is taken out of the state (`removeMember`).
 */
export const refreshMember = (draft: Draft<MeshState>, memberId: MemberId): void => {
  const member = largeMapRead(draft.nodes, memberId as NodeId) ?? largeMapRead(draft.clients, memberId as ClientId)
  const network = networkOf(draft, member)
  if (network !== undefined) settleRecord(network, memberId, memberRecordOf(draft as MeshState, memberId))
}

/** What a network should keep of a member; `null`: nothing, because it takes no part. */
export const memberRecordOf = (state: MeshState, memberId: MemberId): WantedRecord | null => {
  const node = largeMapRead(state.nodes, memberId as NodeId)
  if (node !== undefined) {
    const network = largeMapGet(state.networks, node.networkId)
    return network !== undefined && takesPart(node) ? nodeRecord(state, network, node) : null
  }
  const client = largeMapRead(state.clients, memberId as ClientId)
  const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
  return client?.enabled && network !== undefined ? clientRecord(state, network, client) : null
}

/** To be called before a node or client is taken out of the state. */
export const removeMember = (draft: Draft<MeshState>, networkId: NetworkId, memberId: MemberId): void => {
  const network = largeMapGet(draft.networks, networkId)
  if (network !== undefined) settleRecord(network, memberId, null)
}

/** To be called after a user's groups changed: everything that the user owns changes sets. */
export const refreshMembersOfUser = (draft: Draft<MeshState>, userId: UserId): void => {
  for (const hostId of largeMapGet(draft.indexes.hostIdsByOwner, userId) ?? [])
    for (const nodeId of largeMapGet(draft.hosts, hostId)?.nodeIds ?? []) refreshMember(draft, nodeId)
  for (const clientId of largeMapGet(draft.indexes.clientIdsByOwner, userId) ?? []) refreshMember(draft, clientId)
}

/** To be called when a policy comes (`by` 1) or goes (`by` -1): nodes that it names become classes of their own, or cease to be. */
export const countNamedNodes = (draft: Draft<MeshState>, policy: Policy, by: 1 | -1): void => {
  const network = largeMapGet(draft.networks, policy.networkId)
  if (network === undefined) return
  for (const selector of [...policy.sources, ...policy.destinations]) {
    if (selector.kind === 'node') {
      const uses = (largeMapGet(network.namedNodeIds, selector.nodeId) ?? 0) + by
      if (uses > 0) largeMapSet(network.namedNodeIds, selector.nodeId, uses)
      else largeMapDelete(network.namedNodeIds, selector.nodeId)
      refreshMember(draft, selector.nodeId)
    }
    if (selector.kind === 'prefix') countNamedPrefix(draft, network, selector, by)
  }
}

const countNamedPrefix = (
  draft: Draft<MeshState>,
  network: Draft<Network>,
  { prefix }: Extract<Selector, { kind: 'prefix' }>,
  by: 1 | -1,
): void => {
  const known = network.namedPrefixes.find((each) => each.prefix === prefix)
  if (known === undefined) network.namedPrefixes.push({ prefix, uses: by })
  else known.uses += by
  network.namedPrefixes = network.namedPrefixes.filter(({ uses }) => uses > 0)
  if ((known !== undefined && known.uses > 0) || coversNetwork(network, prefix)) return
  // A prefix says nothing of who is in it: all that have addresses there are looked at, when it is first and last named.
  if (rangesOf(network).some((range) => prefixesOverlap(range, prefix)))
    for (const [address, memberId] of largeMapEntries(network.holders))
      if (prefixContainsAddress(prefix, address)) refreshMember(draft, memberId)
  for (const clientId of largeMapKeys(network.clientIds)) refreshMember(draft, clientId)
}

/** Whether a prefix holds one of the network's ranges: then it says nothing of who is who, and makes no set. */
export const coversNetwork = (network: Pick<Network, 'range4' | 'range6'>, prefix: IpPrefix): boolean =>
  rangesOf(network).some((range) => prefixContains(prefix, range))

const rangesOf = ({ range4, range6 }: Pick<Network, 'range4' | 'range6'>): readonly IpPrefix[] =>
  [range4, range6].filter((range) => range !== null)

interface WantedRecord {
  readonly sets: readonly MemberSetKey[]
  readonly entryHash: ContentHash
  readonly classKey: ClassKey | null
  readonly extraPrefixes: readonly IpPrefix[]
  readonly hostId: Node['hostId'] | null
}

const nodeRecord = (state: MeshState, network: Network, node: Node): WantedRecord => {
  const ownerUserId = largeMapRead(state.hosts, node.hostId)?.ownerUserId ?? null
  const prefixes = memberPrefixes(node)
  const named = namedPrefixesOf(network, prefixes)
  return {
    sets: [...tagSets(node), ...ownerSets(state, ownerUserId), ...prefixSets(named)],
    entryHash: hashText(memberEntryText(node.nodeId, prefixes)),
    classKey: classKeyOf(network, node, ownerUserId, named),
    extraPrefixes: [],
    hostId: node.hostId,
  }
}

const clientRecord = (state: MeshState, network: Network, client: Client): WantedRecord => {
  return {
    sets: setsOfClient(state, network, client),
    entryHash: hashText(memberEntryText(client.clientId, memberPrefixes(client))),
    classKey: null,
    extraPrefixes: [...client.additionalAddresses, ...client.prefixesBehind],
    hostId: null,
  }
}

/** The sets that a client is in while it is enabled. */
export const setsOfClient = (state: MeshState, network: Network, client: Client): readonly MemberSetKey[] => [
  memberSetKey('gateway-clients', client.gatewayId),
  ...tagSets(client),
  ...ownerSets(state, client.ownerUserId),
  ...prefixSets(namedPrefixesOf(network, memberPrefixes(client))),
]

const tagSets = ({ tags }: Pick<Node | Client, 'tags'>): readonly MemberSetKey[] =>
  tags.map((tag) => memberSetKey('tag', tag))

const ownerSets = (state: MeshState, userId: UserId | null): readonly MemberSetKey[] => {
  if (userId === null) return []
  const groupIds = largeMapRead(state.users, userId)?.groupIds ?? []
  return [memberSetKey('user', userId), ...groupIds.map((groupId) => memberSetKey('group', groupId))]
}

/** Of the prefixes that policies name, those that a member has addresses in and others have not; sorted. */
const namedPrefixesOf = (network: Network, prefixes: readonly IpPrefix[]): readonly IpPrefix[] =>
  network.namedPrefixes.length === 0
    ? []
    : network.namedPrefixes
        .map(({ prefix }) => prefix)
        .filter((named) => prefixes.some((prefix) => prefixesOverlap(named, prefix)) && !coversNetwork(network, named))
        .sort()

const prefixSets = (prefixes: readonly IpPrefix[]): readonly MemberSetKey[] =>
  prefixes.map((prefix) => memberSetKey('prefix', prefix))

const classKeyOf = (
  network: Network,
  node: Node,
  ownerUserId: UserId | null,
  namedPrefixes: readonly IpPrefix[],
): ClassKey => {
  const namedId = largeMapHas(network.namedNodeIds, node.nodeId) ? node.nodeId : ''
  return `${node.tags.join(',')}|${ownerUserId ?? ''}|${namedId}|${namedPrefixes.join(',')}`
}

const settleRecord = (network: Draft<Network>, memberId: MemberId, wanted: WantedRecord | null): void => {
  const known = largeMapRead(network.memberRecords, memberId)
  if (known === undefined && wanted === null) return
  if (known !== undefined && wanted !== null && sameRecord(known, wanted)) return
  if (known !== undefined) {
    for (const key of known.sets) leaveSet(network, key, memberId, known.entryHash)
    if (known.classKey !== null) leaveClass(network, known.classKey, memberId as NodeId)
    for (const prefix of known.extraPrefixes) countExtraPrefix(network, prefix, -1)
    largeMapDelete(network.memberRecords, memberId)
  }
  if (wanted === null) return
  const { sets, entryHash, classKey, extraPrefixes, hostId } = wanted
  for (const key of sets) enterSet(network, key, memberId, entryHash)
  if (classKey !== null && hostId !== null) enterClass(network, classKey, memberId as NodeId, hostId)
  for (const prefix of extraPrefixes) countExtraPrefix(network, prefix, 1)
  largeMapSet(network.memberRecords, memberId, { sets, entryHash, classKey, extraPrefixes })
}

const countExtraPrefix = (network: Draft<Network>, prefix: IpPrefix, by: 1 | -1): void => {
  const uses = (largeMapGet(network.clientPrefixes, prefix) ?? 0) + by
  if (uses > 0) largeMapSet(network.clientPrefixes, prefix, uses)
  else largeMapDelete(network.clientPrefixes, prefix)
}

const sameRecord = (one: MemberRecord, other: MemberRecord): boolean =>
  one.classKey === other.classKey &&
  one.entryHash.high === other.entryHash.high &&
  one.entryHash.low === other.entryHash.low &&
  one.sets.length === other.sets.length &&
  one.sets.every((key, at) => other.sets[at] === key)

const enterSet = (network: Draft<Network>, key: MemberSetKey, memberId: MemberId, entry: ContentHash): void => {
  if (!largeMapHas(network.sets, key)) largeMapSet(network.sets, key, { memberIds: emptyLargeMap(), hash: emptyHash })
  const set = largeMapGet(network.sets, key)
  if (set === undefined) return
  largeMapSet(set.memberIds, memberId, true)
  set.hash = toggleHash(set.hash, entry)
}

/** An empty set is no set: the state after somebody came and went is the state before. */
const leaveSet = (network: Draft<Network>, key: MemberSetKey, memberId: MemberId, entry: ContentHash): void => {
  const set = largeMapGet(network.sets, key)
  if (set === undefined) return
  largeMapDelete(set.memberIds, memberId)
  set.hash = toggleHash(set.hash, entry)
  if (set.memberIds.size === 0) largeMapDelete(network.sets, key)
}

const enterClass = (network: Draft<Network>, key: ClassKey, nodeId: NodeId, hostId: Node['hostId']): void => {
  if (!largeMapHas(network.classes, key)) largeMapSet(network.classes, key, { nodeIds: emptyLargeMap() })
  const found = largeMapGet(network.classes, key)
  if (found !== undefined) largeMapSet(found.nodeIds, nodeId, hostId)
}

const leaveClass = (network: Draft<Network>, key: ClassKey, nodeId: NodeId): void => {
  const found = largeMapGet(network.classes, key)
  if (found === undefined) return
  largeMapDelete(found.nodeIds, nodeId)
  if (found.nodeIds.size === 0) largeMapDelete(network.classes, key)
}

const networkOf = (
  draft: Draft<MeshState>,
  member: { readonly networkId: NetworkId } | undefined,
): Draft<Network> | undefined => (member === undefined ? undefined : largeMapGet(draft.networks, member.networkId))
