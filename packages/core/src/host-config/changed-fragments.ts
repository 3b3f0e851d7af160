/**
 * From events to what changed in the fragments, and who looks at it. The cost grows with the facts that changed, not with the
 * mesh: entities are compared one by one, sets are never built, only what came and went.
 */

import { largeMapGet, largeMapValues } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import { changedSets } from './changed-sets.js'
import { type FragmentId, hostFragmentId, nodeFragmentId, selfFragmentId } from './fragment.js'
import type { FragmentChange, FragmentChanges, VisibilityChange } from './fragment-change.js'
import { fragmentVersion } from './fragment-version.js'
import { type Move, memberIn, membershipMoves } from './membership-moves.js'
import { projectFragment } from './project-fragments.js'
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

const visibilityChange = (before: MeshState, after: MeshState, hostId: HostId): readonly VisibilityChange[] => {
  const was = networksSeenBy(before, hostId)
  const is = networksSeenBy(after, hostId)
  const gained = is.filter((networkId) => !was.includes(networkId))
  const lost = was.filter((networkId) => !is.includes(networkId))
  return gained.length === 0 && lost.length === 0 ? [] : [{ hostId, gained, lost }]
}
