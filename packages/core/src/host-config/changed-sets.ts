/** What came into sets and went out of them. The sets themselves are never built. */
import { largeMapGet, largeMapHas } from '../mesh/large-map.js'
import { nameEntryText } from '../mesh/membership.js'
import type { MemberRecord, MemberSetKey, MeshState, Network } from '../mesh/mesh-state.js'
import type { ClientId, MemberId, NetworkId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import type { Change, PatchChange } from './fragment-change.js'
import { clientsFragmentId, membersFragmentId, namesFragmentId, setFragmentId } from './fragment-id.js'
import { entitySetVersion, fragmentVersion, membersVersion, namesVersion } from './fragment-version.js'
import { carryMembers, carryNames } from './kept-fragments.js'
import { namesSuffix, projectNameEntry, projectNames } from './project-fragments.js'
import { clientsHash, projectClients, projectMemberEntry, setHash } from './project-sets.js'
import type { Touched } from './touched-by-event.js'

export const changedSets = (before: MeshState, after: MeshState, touched: Touched): readonly PatchChange[] => {
  const byNetwork = membersByNetwork([before, after], touched)
  const networkIds = new Set([...byNetwork.keys(), ...touched.networks])
  return [...networkIds].flatMap((networkId) => {
    const was = largeMapGet(before.networks, networkId)
    const is = largeMapGet(after.networks, networkId)
    if (was === undefined || is === undefined) return []
    const memberIds = [...(byNetwork.get(networkId) ?? [])].sort()
    return [
      ...changedMembers(was, is, memberIds as readonly NodeId[]),
      ...changedNames({ before, after, was, is }, memberIds),
      ...changedMemberSets({ before, after, was, is }, memberIds),
    ]
  })
}

interface Step {
  readonly before: MeshState
  readonly after: MeshState
  readonly was: Network
  readonly is: Network
}

const membersByNetwork = (
  states: readonly MeshState[],
  touched: Touched,
): ReadonlyMap<NetworkId, ReadonlySet<MemberId>> => {
  const members = new Map<NetworkId, Set<MemberId>>()
  const add = (networkId: NetworkId | undefined, memberId: MemberId) => {
    if (networkId === undefined) return
    const known = members.get(networkId)
    if (known === undefined) members.set(networkId, new Set([memberId]))
    else known.add(memberId)
  }
  for (const state of states) {
    for (const nodeId of touched.nodes) add(largeMapGet(state.nodes, nodeId)?.networkId, nodeId)
    for (const clientId of touched.clients) add(largeMapGet(state.clients, clientId)?.networkId, clientId)
  }
  return members
}

const changedMembers = (was: Network, is: Network, nodeIds: readonly NodeId[]): readonly PatchChange[] => {
  const add = nodeIds.filter((nodeId) => largeMapHas(is.members, nodeId) && !largeMapHas(was.members, nodeId))
  const remove = nodeIds.filter((nodeId) => largeMapHas(was.members, nodeId) && !largeMapHas(is.members, nodeId))
  carryMembers(was, is, { add, remove })
  const [from, to] = [membersVersion(was.membersHash), membersVersion(is.membersHash)]
  return setChange(membersFragmentId(is.networkId), { op: 'members', from, to, add, remove })
}

const changedNames = (step: Step, memberIds: readonly MemberId[]): readonly PatchChange[] => {
  const { before, after, was, is } = step
  const suffix = namesSuffix(after, is)
  if (namesSuffix(before, was) !== suffix) return wholeNames(after, is.networkId)
  const entryOf = (state: MeshState, network: Network, memberId: MemberId) =>
    largeMapHas(network.memberRecords, memberId) ? projectNameEntry(state, memberId) : undefined
  const textOf = (entry: ReturnType<typeof entryOf>) => (entry === undefined ? undefined : nameEntryText(entry))
  const changed = memberIds.filter((id) => textOf(entryOf(before, was, id)) !== textOf(entryOf(after, is, id)))
  const add = changed.flatMap((id) => entryOf(after, is, id) ?? [])
  const remove = changed.filter((id) => largeMapHas(was.memberRecords, id))
  carryNames(was, is, suffix, { add, remove })
  const [from, to] = [namesVersion(was.namesHash, suffix), namesVersion(is.namesHash, suffix)]
  return setChange(namesFragmentId(is.networkId), { op: 'names', from, to, add, remove })
}

/** Every set that one of the members was or is in, or is in with other prefixes. */
const changedMemberSets = (step: Step, memberIds: readonly MemberId[]): readonly PatchChange[] => {
  const { was, is } = step
  const movesBySet = new Map<MemberSetKey, { readonly came: MemberId[]; readonly went: MemberId[] }>()
  const movesOf = (key: MemberSetKey) => {
    const known = movesBySet.get(key) ?? { came: [], went: [] }
    movesBySet.set(key, known)
    return known
  }
  for (const memberId of memberIds) {
    const [earlier, later] = [largeMapGet(was.memberRecords, memberId), largeMapGet(is.memberRecords, memberId)]
    if (earlier === later) continue
    const sameEntry = earlier !== undefined && later !== undefined && isSameEntry(earlier, later)
    for (const key of keysOf(earlier, memberId))
      if (!sameEntry || !keysOf(later, memberId).includes(key)) movesOf(key).went.push(memberId)
    for (const key of keysOf(later, memberId))
      if (!sameEntry || !keysOf(earlier, memberId).includes(key)) movesOf(key).came.push(memberId)
  }
  return [...movesBySet].flatMap(([key, moves]) => changesOfSet(step, key, moves))
}

const changesOfSet = (
  { before, after, is }: Step,
  key: MemberSetKey,
  { came, went }: { readonly came: readonly MemberId[]; readonly went: readonly MemberId[] },
): readonly PatchChange[] => {
  const { networkId } = is
  const [from, to] = [setHash(before, networkId, key), setHash(after, networkId, key)]
  if (from === undefined || to === undefined) return []
  const change = {
    op: 'entries',
    from: entitySetVersion(from),
    to: entitySetVersion(to),
    add: came.flatMap((memberId) => projectMemberEntry(after, memberId) ?? []),
    remove: went,
  } as const
  const gatewayId = key.startsWith('gateway-clients:') ? (key.slice('gateway-clients:'.length) as NodeId) : undefined
  const ofGateway = gatewayId === undefined ? [] : changedClients(before, after, gatewayId, change)
  return [...setChange(setFragmentId(networkId, key), change), ...ofGateway]
}

/** A gateway that was none before shows its clients whole. */
const changedClients = (
  before: MeshState,
  after: MeshState,
  gatewayId: NodeId,
  change: Extract<Change, { op: 'entries' }>,
): readonly PatchChange[] => {
  const fragment = clientsFragmentId(gatewayId)
  if (clientsHash(before, gatewayId) !== undefined)
    return clientsHash(after, gatewayId) === undefined ? [] : setChange(fragment, change)
  const content = projectClients(after, gatewayId)
  return content === undefined ? [] : [{ fragment, change: { op: 'put', to: fragmentVersion(content), content } }]
}

const keysOf = (record: MemberRecord | undefined, memberId: MemberId): readonly MemberSetKey[] => {
  if (record === undefined) return []
  return [...record.sets, record.classKey === null ? `client:${memberId as ClientId}` : `node:${memberId as NodeId}`]
}

const isSameEntry = (one: MemberRecord, other: MemberRecord): boolean =>
  one.entryHash.high === other.entryHash.high && one.entryHash.low === other.entryHash.low

const wholeNames = (after: MeshState, networkId: NetworkId): readonly PatchChange[] => {
  const content = projectNames(after, networkId)
  if (content === undefined) return []
  return [{ fragment: namesFragmentId(networkId), change: { op: 'put', to: fragmentVersion(content), content } }]
}

const setChange = (fragment: FragmentId, change: Exclude<Change, { op: 'put' | 'forget' }>): readonly PatchChange[] =>
  change.from === change.to || change.add.length + change.remove.length === 0 ? [] : [{ fragment, change }]
