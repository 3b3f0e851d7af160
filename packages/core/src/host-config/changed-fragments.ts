/**
 * From events to what changed in the fragments, and who looks at it. The cost grows with the facts that changed, not with the
 * mesh: entities are compared one by one, sets are never built, only what came and went.
 */

import { largeMapGet, largeMapHas, largeMapValues } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import {
  type Fragment,
  type FragmentId,
  hostFragmentId,
  membersFragmentId,
  namesFragmentId,
  nodeFragmentId,
  selfFragmentId,
} from './fragment.js'
import type { FragmentChange, FragmentChanges, VisibilityChange } from './fragment-change.js'
import { fragmentVersion, membersVersion, namesVersion } from './fragment-version.js'
import { namesSuffix, projectFragment, projectNameEntry, projectNames } from './project-fragments.js'
import { type Touched, touchedBy } from './touched-by-event.js'
import { networksSeenBy } from './visibility.js'

/** What the step from `before` to `after` changed; `events` are those in between, in order. */
export const changedFragments = (
  before: MeshState,
  after: MeshState,
  events: readonly MeshEvent[],
): FragmentChanges => {
  const touched = touchedBy(before, after, events)
  const moves = membershipMoves(before, after, touched.nodes)
  const movedHosts = new Set([...moves.came, ...moves.went].map((move) => move.hostId))
  return {
    asOf: { epoch: after.mesh?.epoch ?? 0, revision: after.revision },
    since: { epoch: before.mesh?.epoch ?? 0, revision: before.revision },
    changes: [
      ...changedSelves(before, after, touched, movedHosts),
      ...changedHosts(before, after, touched.hosts),
      ...moves.came.flatMap((move) => cameIntoView(after, move)),
      ...changedNodes(before, after, touched.nodes),
      ...changedSets(before, after, touched, moves),
    ],
    visibility: [...movedHosts].flatMap((hostId) => visibilityChange(before, after, hostId)),
  }
}

interface Move {
  readonly nodeId: NodeId
  readonly hostId: HostId
  readonly networkId: NetworkId
}
interface Moves {
  readonly came: readonly Move[]
  readonly went: readonly Move[]
}

const membershipMoves = (before: MeshState, after: MeshState, nodes: Iterable<NodeId>): Moves => {
  const came: Move[] = []
  const went: Move[] = []
  for (const nodeId of nodes) {
    const was = memberIn(before, nodeId)
    const is = memberIn(after, nodeId)
    if (was === undefined && is !== undefined) came.push(is)
    if (was !== undefined && is === undefined) went.push(was)
  }
  return { came, went }
}

const memberIn = (state: MeshState, nodeId: NodeId): Move | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || network === undefined || !largeMapHas(network.members, nodeId)) return undefined
  return { nodeId, hostId: node.hostId, networkId: node.networkId }
}

const changedSelves = (
  before: MeshState,
  after: MeshState,
  touched: Touched,
  movedHosts: ReadonlySet<HostId>,
): readonly FragmentChange[] => {
  const hostIds = new Set([...touched.hosts, ...movedHosts])
  for (const networkId of touched.networks) {
    const network = largeMapGet(after.networks, networkId)
    if (network !== undefined) for (const hostId of largeMapValues(network.members)) hostIds.add(hostId)
  }
  return [...hostIds].flatMap((hostId) => {
    const put = changedEntity(before, after, selfFragmentId(hostId))
    return put === undefined ? [] : [{ ...put, audience: { kind: 'host', hostId } } as const]
  })
}

const changedHosts = (before: MeshState, after: MeshState, hosts: Iterable<HostId>): readonly FragmentChange[] =>
  [...hosts].flatMap((hostId) => {
    const put = changedEntity(before, after, hostFragmentId(hostId))
    const networkIds = networksSeenBy(after, hostId)
    return put === undefined || networkIds.length === 0
      ? []
      : [{ ...put, audience: { kind: 'networks', networkIds } } as const]
  })

const changedNodes = (before: MeshState, after: MeshState, nodes: Iterable<NodeId>): readonly FragmentChange[] =>
  [...nodes].flatMap((nodeId) => {
    const member = memberIn(after, nodeId)
    const put = member === undefined ? undefined : changedEntity(before, after, nodeFragmentId(nodeId))
    if (member === undefined || put === undefined) return []
    return [{ ...put, audience: { kind: 'networks', networkIds: [member.networkId] } } as const]
  })

/** A host that takes part anew is shown to those of the network who didn't see it before, changed or not. */
const cameIntoView = (after: MeshState, move: Move): readonly FragmentChange[] => {
  const content = projectFragment(after, hostFragmentId(move.hostId))
  if (content === undefined) return []
  const change = { op: 'put', to: fragmentVersion(content), content } as const
  return [
    {
      fragment: hostFragmentId(move.hostId),
      audience: { kind: 'new-viewers', networkId: move.networkId, hostId: move.hostId },
      change,
    },
  ]
}

const changedEntity = (
  before: MeshState,
  after: MeshState,
  fragment: FragmentId,
): Pick<FragmentChange, 'fragment' | 'change'> | undefined => {
  const is = projectFragment(after, fragment)
  if (is === undefined) return undefined
  const was = projectFragment(before, fragment)
  const to = fragmentVersion(is)
  if (was !== undefined && fragmentVersion(was) === to) return undefined
  return { fragment, change: { op: 'put', to, content: is } }
}

const changedSets = (
  before: MeshState,
  after: MeshState,
  touched: Touched,
  moves: Moves,
): readonly FragmentChange[] => {
  const networkIds = new Set([...touched.networks, ...moves.came.map(networkOf), ...moves.went.map(networkOf)])
  return [...networkIds].flatMap((networkId) => {
    const was = largeMapGet(before.networks, networkId)
    const is = largeMapGet(after.networks, networkId)
    if (was === undefined || is === undefined) return []
    const came = moves.came
      .filter((move) => move.networkId === networkId)
      .map(nodeOf)
      .sort()
    const went = moves.went
      .filter((move) => move.networkId === networkId)
      .map(nodeOf)
      .sort()
    const audience = { kind: 'networks', networkIds: [networkId] } as const
    const members = setChange(membersFragmentId(networkId), audience, {
      op: 'members',
      from: membersVersion(was.membersHash),
      to: membersVersion(is.membersHash),
      add: came,
      remove: went,
    })
    const suffixes = [namesSuffix(before, was), namesSuffix(after, is)] as const
    const names =
      suffixes[0] === suffixes[1]
        ? setChange(namesFragmentId(networkId), audience, {
            op: 'names',
            from: namesVersion(was.namesHash, suffixes[0]),
            to: namesVersion(is.namesHash, suffixes[1]),
            add: came.flatMap((nodeId) => projectNameEntry(after, nodeId) ?? []),
            remove: went,
          })
        : wholeNames(after, networkId, audience)
    return [...members, ...names]
  })
}

const setChange = (
  fragment: FragmentId,
  audience: FragmentChange['audience'],
  change: Extract<FragmentChange['change'], { op: 'members' | 'names' }>,
): readonly FragmentChange[] =>
  change.add.length === 0 && change.remove.length === 0 ? [] : [{ fragment, audience, change }]

const wholeNames = (
  after: MeshState,
  networkId: NetworkId,
  audience: FragmentChange['audience'],
): readonly FragmentChange[] => {
  const content: Fragment | undefined = projectNames(after, networkId)
  if (content === undefined) return []
  return [
    { fragment: namesFragmentId(networkId), audience, change: { op: 'put', to: fragmentVersion(content), content } },
  ]
}

const visibilityChange = (before: MeshState, after: MeshState, hostId: HostId): readonly VisibilityChange[] => {
  const was = networksSeenBy(before, hostId)
  const is = networksSeenBy(after, hostId)
  const gained = is.filter((networkId) => !was.includes(networkId))
  const lost = was.filter((networkId) => !is.includes(networkId))
  return gained.length === 0 && lost.length === 0 ? [] : [{ hostId, gained, lost }]
}

const networkOf = (move: Move): NetworkId => move.networkId
const nodeOf = (move: Move): NodeId => move.nodeId
