/**
 * What a held fragment is held for: the own part leads to networks, classes and rules, those to sets and egresses, sets to nodes,
 * nodes to hosts. It mirrors `visibility.ts` from what an agent holds, so that it can drop by itself what it may no longer see.
 */
import type { EgressId, HostId, MemberId, NetworkId, NodeId } from '../values/index.js'
import type { Fragment, FragmentId, FragmentKind, FragmentOf } from './fragment.js'
import {
  classFragmentId,
  clientsFragmentId,
  egressFragmentId,
  hostFragmentId,
  internetFragmentId,
  membersFragmentId,
  networkFragmentId,
  nodeFragmentId,
  relayingFragmentId,
  routerFragmentId,
  selfFragmentId,
  setFragmentId,
} from './fragment-id.js'
import type { HeldFragment } from './held-fragment.js'
import type { MembershipPart } from './membership-part.js'
import type { SetName } from './rule-parts.js'
import { setNamesIn } from './rule-sets.js'
import { foundIn, missingFrom } from './sorted-lists.js'

export interface HeldFragments {
  readonly viewer: HostId
  readonly fragments: ReadonlyMap<FragmentId, HeldFragment>
  readonly nodesByHost: ReadonlyMap<HostId, ReadonlySet<NodeId>>
}

export const heldOf = <K extends FragmentKind>(
  table: Pick<HeldFragments, 'fragments'>,
  id: FragmentId,
  kind: K,
): FragmentOf<K> | undefined => {
  const fragment = table.fragments.get(id)?.fragment
  return fragment?.kind === kind ? (fragment as FragmentOf<K>) : undefined
}

const membershipHeld = (table: HeldFragments, networkId: NetworkId): MembershipPart | undefined =>
  heldOf(table, selfFragmentId(table.viewer), 'self')?.memberships.find((part) => part.networkId === networkId)

/** Whether something that is held leads to the fragment. */
export const isLedTo = (table: HeldFragments, fragment: Fragment): boolean => {
  if (fragment.kind === 'self') return fragment.hostId === table.viewer
  if (fragment.kind === 'host') return isDirectPeer(table, fragment.hostId)
  const part = membershipHeld(table, fragment.networkId)
  return part !== undefined && isLedToIn(table, part, fragment)
}

const isLedToIn = (
  table: HeldFragments,
  part: MembershipPart,
  fragment: Exclude<Fragment, { kind: 'self' | 'host' }>,
): boolean => {
  switch (fragment.kind) {
    case 'network':
    case 'names':
    case 'dns':
      return true
    case 'class':
      return fragment.classKey === part.classKey
    case 'members':
      return looksAt(table, part, 'everyone')
    case 'set':
      return (
        part.looksAt.includes(fragment.key) || rulesOf(table, part).some((rules) => setNamesIn(rules).has(fragment.key))
      )
    case 'relaying':
      return part.isGateway
    case 'internet':
      return part.isInternetGateway
    case 'clients':
      return part.via === null && heldOf(table, nodeFragmentId(fragment.gatewayId), 'node')?.isGateway === true
    case 'client':
      return part.isGateway && fragment.gatewayId === part.nodeId
    case 'egress':
      return part.isGateway || usedEgresses(table, part).includes(fragment.egressId)
    case 'router':
      return part.routerOf.includes(fragment.egressId)
    case 'pair':
      return part.pairIds.includes(fragment.pairId)
    case 'node':
      return isNodeLedTo(table, part, fragment.nodeId)
  }
}

const classHeld = (table: HeldFragments, part: MembershipPart): FragmentOf<'class'> | undefined =>
  heldOf(table, classFragmentId(part.networkId, part.classKey), 'class')

const looksAt = (table: HeldFragments, part: MembershipPart, name: SetName): boolean =>
  part.via === null && (part.looksAt.includes(name) || (classHeld(table, part)?.peers.includes(name) ?? false))

const usedEgresses = (table: HeldFragments, part: MembershipPart): readonly EgressId[] => [
  ...part.routerOf,
  ...part.egressIds,
  ...(classHeld(table, part)?.egressIds ?? []),
]

/** Own clients' rules name sets as well; whoever has clients is a gateway, which are few. */
const rulesOf = (table: HeldFragments, part: MembershipPart): readonly Fragment[] => [
  ...(part.isGateway ? clientsOf(table, part) : []),
  ...[
    classFragmentId(part.networkId, part.classKey),
    relayingFragmentId(part.networkId),
    internetFragmentId(part.networkId),
    ...part.routerOf.map(routerFragmentId),
  ].flatMap((id) => table.fragments.get(id)?.fragment ?? []),
]

const clientsOf = (table: HeldFragments, { networkId }: MembershipPart): readonly Fragment[] =>
  [...table.fragments.values()].flatMap(({ fragment }) =>
    fragment.kind === 'client' && fragment.networkId === networkId ? [fragment] : [],
  )

const isNodeLedTo = (table: HeldFragments, part: MembershipPart, nodeId: NodeId): boolean => {
  const { networkId, via } = part
  if (nodeId === part.nodeId) return false
  if (via !== null) return via.includes(nodeId)
  const peers = [...part.looksAt, ...(classHeld(table, part)?.peers ?? [])]
  if (peers.includes('everyone'))
    return includesId(heldOf(table, membersFragmentId(networkId), 'members')?.nodeIds ?? [], nodeId, asItIs)
  if (heldOf(table, networkFragmentId(networkId), 'network')?.gatewayIds.includes(nodeId)) return true
  const isIn = (name: SetName) =>
    includesId(heldOf(table, setFragmentId(networkId, name), 'set')?.entries ?? [], nodeId, idOfEntry)
  const ownPeers = classHeld(table, part)?.ownPeers ?? null
  if (ownPeers !== null && isIn(ownPeers.within) && ownPeers.sets.some((name) => name === 'everyone' || isIn(name)))
    return true
  return peers.some(isIn) || usedEgresses(table, part).some((egressId) => isRouter(table, egressId, nodeId))
}

const isRouter = (table: HeldFragments, egressId: EgressId, nodeId: NodeId): boolean =>
  heldOf(table, egressFragmentId(egressId), 'egress')?.routers.some((router) => router.nodeId === nodeId) ?? false

const isDirectPeer = (table: HeldFragments, hostId: HostId): boolean => {
  for (const nodeId of table.nodesByHost.get(hostId) ?? []) {
    const node = heldOf(table, nodeFragmentId(nodeId), 'node')
    if (node === undefined) continue
    const own = membershipHeld(table, node.networkId)
    if (own !== undefined && (node.via === null || node.via.includes(own.nodeId))) return true
  }
  return false
}

/**
 * What the old content led to and the new one may not: to be looked at again. `'all'`: everything. `takenOut`: all that a set has no
 * longer, where somebody knows.
 */
export const inDoubt = (
  table: HeldFragments,
  was: Fragment | undefined,
  is: Fragment | undefined,
  takenOut?: readonly MemberId[],
): readonly FragmentId[] | 'all' => {
  switch (was?.kind) {
    case 'self':
      return is?.kind === 'self' && leadsOf(is) === leadsOf(was) ? [] : 'all'
    case 'class': {
      const now = is?.kind === 'class' ? is : undefined
      const samePeers = JSON.stringify(was.ownPeers) === JSON.stringify(now?.ownPeers)
      if (!samePeers || was.peers.some((name) => !now?.peers.includes(name))) return 'all'
      return [...lostSets(was, is), ...missing(was.egressIds, now?.egressIds).map(egressFragmentId)]
    }
    case 'relaying':
    case 'internet':
    case 'client':
    case 'router':
      return lostSets(was, is)
    case 'members': {
      const left = takenOut ?? missingFrom(was.nodeIds, is?.kind === 'members' ? is.nodeIds : [], asItIs)
      return left.map((nodeId) => nodeFragmentId(nodeId as NodeId))
    }
    case 'set': {
      const left = takenOut ?? missingFrom(was.entries, is?.kind === 'set' ? is.entries : [], idOfEntry).map(idOfEntry)
      return left.map((nodeId) => nodeFragmentId(nodeId as NodeId))
    }
    case 'network':
      return missing(was.gatewayIds, is?.kind === 'network' ? is.gatewayIds : []).map(nodeFragmentId)
    case 'egress': {
      const nodeIds = was.routers.map(({ nodeId }) => nodeId)
      return missing(nodeIds, is?.kind === 'egress' ? is.routers.map(({ nodeId }) => nodeId) : []).map(nodeFragmentId)
    }
    case 'node':
      return [hostFragmentId(was.hostId), clientsFragmentId(was.nodeId)].filter((id) => table.fragments.has(id))
    default:
      return []
  }
}

const leadsOf = ({ memberships }: FragmentOf<'self'>): string =>
  JSON.stringify(memberships.map(({ addresses: _addresses, tunnel: _tunnel, ownLan: _ownLan, ...leads }) => leads))

const lostSets = (was: FragmentOf<'class' | 'relaying' | 'internet' | 'client' | 'router'>, is: Fragment | undefined) =>
  missing([...setNamesIn(was)], is === undefined ? [] : [...setNamesIn(is)]).map((name) =>
    setFragmentId(was.networkId, name),
  )

const missing = <A>(was: readonly A[], is: readonly A[] | undefined): readonly A[] => {
  const kept = new Set(is)
  return was.filter((item) => !kept.has(item))
}

const includesId = <A>(sorted: readonly A[], id: string, idOf: (item: A) => string): boolean =>
  foundIn(sorted, id, idOf) !== undefined

const asItIs = (id: string): string => id
const idOfEntry = (entry: { readonly memberId: string }): string => entry.memberId
