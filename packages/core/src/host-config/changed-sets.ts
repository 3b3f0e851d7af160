/** What came into sets and went out of them. The sets themselves are never built. */
import { largeMapGet } from '../mesh/large-map.js'
import { nameEntryText } from '../mesh/membership.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { NetworkId, NodeId } from '../values/index.js'
import { type Fragment, type FragmentId, membersFragmentId, namesFragmentId } from './fragment.js'
import type { FragmentChange } from './fragment-change.js'
import { fragmentVersion, membersVersion, namesVersion } from './fragment-version.js'
import { type Move, type Moves, memberIn } from './membership-moves.js'
import { namesSuffix, projectNameEntry, projectNames } from './project-fragments.js'
import type { Touched } from './touched-by-event.js'

export const changedSets = (
  before: MeshState,
  after: MeshState,
  touched: Touched,
  moves: Moves,
): readonly FragmentChange[] => {
  const renamed = [...touched.nodes].filter((nodeId) => isRenamed(before, after, nodeId))
  const networkIds = new Set([
    ...touched.networks,
    ...[...moves.came, ...moves.went].map(({ networkId }) => networkId),
    ...renamed.flatMap((nodeId) => memberIn(after, nodeId)?.networkId ?? []),
  ])
  return [...networkIds].flatMap((networkId) => {
    const nodesOf = (list: readonly Move[]) =>
      list.filter((move) => move.networkId === networkId).map(({ nodeId }) => nodeId)
    const [came, went] = [nodesOf(moves.came), nodesOf(moves.went)]
    const renamedHere = renamed.filter((nodeId) => memberIn(after, nodeId)?.networkId === networkId)
    return [
      ...changedMembers(before, after, networkId, came, went),
      ...changedNames(before, after, networkId, [...came, ...renamedHere].sort(), [...went, ...renamedHere].sort()),
    ]
  })
}

const changedMembers = (
  before: MeshState,
  after: MeshState,
  networkId: NetworkId,
  came: readonly NodeId[],
  went: readonly NodeId[],
): readonly FragmentChange[] => {
  const was = largeMapGet(before.networks, networkId)
  const is = largeMapGet(after.networks, networkId)
  if (was === undefined || is === undefined) return []
  return setChange(membersFragmentId(networkId), networkId, {
    op: 'members',
    from: membersVersion(was.membersHash),
    to: membersVersion(is.membersHash),
    add: without(came, new Set(went)),
    remove: without(went, new Set(came)),
  })
}

const changedNames = (
  before: MeshState,
  after: MeshState,
  networkId: NetworkId,
  added: readonly NodeId[],
  removed: readonly NodeId[],
): readonly FragmentChange[] => {
  const was = largeMapGet(before.networks, networkId)
  const is = largeMapGet(after.networks, networkId)
  if (was === undefined || is === undefined) return []
  const suffix = namesSuffix(after, is)
  if (namesSuffix(before, was) !== suffix) return wholeNames(after, networkId)
  return setChange(namesFragmentId(networkId), networkId, {
    op: 'names',
    from: namesVersion(was.namesHash, suffix),
    to: namesVersion(is.namesHash, suffix),
    add: added.flatMap((nodeId) => projectNameEntry(after, nodeId) ?? []),
    remove: removed,
  })
}

const without = (nodeIds: readonly NodeId[], others: ReadonlySet<NodeId>): readonly NodeId[] =>
  nodeIds.filter((nodeId) => !others.has(nodeId)).sort()

/** Whether a node that stayed where it was has another name or other addresses than before. */
const isRenamed = (before: MeshState, after: MeshState, nodeId: NodeId): boolean => {
  const [was, is] = [memberIn(before, nodeId), memberIn(after, nodeId)]
  if (was === undefined || is === undefined || was.networkId !== is.networkId || was.hostId !== is.hostId) return false
  const [entryBefore, entryAfter] = [projectNameEntry(before, nodeId), projectNameEntry(after, nodeId)]
  return (
    entryBefore !== undefined && entryAfter !== undefined && nameEntryText(entryBefore) !== nameEntryText(entryAfter)
  )
}

const setChange = (
  fragment: FragmentId,
  networkId: NetworkId,
  change: Extract<FragmentChange['change'], { op: 'members' | 'names' }>,
): readonly FragmentChange[] =>
  change.add.length === 0 && change.remove.length === 0
    ? []
    : [{ fragment, audience: { kind: 'networks', networkIds: [networkId] }, change }]

const wholeNames = (after: MeshState, networkId: NetworkId): readonly FragmentChange[] => {
  const content: Fragment | undefined = projectNames(after, networkId)
  if (content === undefined) return []
  return [
    {
      fragment: namesFragmentId(networkId),
      audience: { kind: 'networks', networkIds: [networkId] },
      change: { op: 'put', to: fragmentVersion(content), content },
    },
  ]
}
