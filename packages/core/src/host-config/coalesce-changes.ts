import type { NodeId } from '../values/index.js'
import type { FragmentId, NameEntry } from './fragment.js'
import type { Change, PatchChange } from './fragment-change.js'

/** Folds changes of many steps into one for each fragment, with the same result. */
export const coalesceChanges = (changes: readonly PatchChange[]): readonly PatchChange[] => {
  const byFragment = new Map<FragmentId, Change>()
  for (const { fragment, change } of changes) {
    const earlier = byFragment.get(fragment)
    byFragment.set(fragment, earlier === undefined ? change : followedBy(earlier, change))
  }
  return [...byFragment]
    .filter(([, change]) => !changesNothing(change))
    .map(([fragment, change]) => ({ fragment, change }))
}

const followedBy = (earlier: Change, later: Change): Change => {
  if (later.op === 'members' && earlier.op === 'members') return membersFollowedBy(earlier, later)
  if (later.op === 'names' && earlier.op === 'names') return namesFollowedBy(earlier, later)
  if (later.op === 'members' && earlier.op === 'put' && earlier.content.kind === 'members')
    return {
      op: 'put',
      to: later.to,
      content: { ...earlier.content, nodeIds: changedIds(earlier.content.nodeIds, later) },
    }
  if (later.op === 'names' && earlier.op === 'put' && earlier.content.kind === 'names')
    return {
      op: 'put',
      to: later.to,
      content: { ...earlier.content, entries: changedEntries(earlier.content.entries, later) },
    }
  return later
}

type MembersChange = Extract<Change, { op: 'members' }>
type NamesChange = Extract<Change, { op: 'names' }>

const membersFollowedBy = (earlier: MembersChange, later: MembersChange): Change => {
  const presence = new Map<NodeId, { readonly first: boolean; last: boolean }>()
  for (const step of [earlier, later]) {
    for (const nodeId of step.remove) note(presence, nodeId, false)
    for (const nodeId of step.add) note(presence, nodeId, true)
  }
  // Came and went again (or went and came back) is no change of a set of ids.
  const kept = [...presence].filter(([, { first, last }]) => first === last)
  return {
    op: 'members',
    from: earlier.from,
    to: later.to,
    add: kept
      .filter(([, { last }]) => last)
      .map(([nodeId]) => nodeId)
      .sort(),
    remove: kept
      .filter(([, { last }]) => !last)
      .map(([nodeId]) => nodeId)
      .sort(),
  }
}

const note = (
  presence: Map<NodeId, { readonly first: boolean; last: boolean }>,
  nodeId: NodeId,
  present: boolean,
): void => {
  const known = presence.get(nodeId)
  if (known === undefined) presence.set(nodeId, { first: present, last: present })
  else known.last = present
}

const namesFollowedBy = (earlier: NamesChange, later: NamesChange): Change => {
  const added = new Map(earlier.add.map((entry) => [entry.nodeId, entry]))
  const removed = new Set(earlier.remove)
  for (const nodeId of later.remove) if (!added.delete(nodeId)) removed.add(nodeId)
  for (const entry of later.add) added.set(entry.nodeId, entry)
  return {
    op: 'names',
    from: earlier.from,
    to: later.to,
    add: [...added.values()].sort(byNodeId),
    remove: [...removed].sort(),
  }
}

/** The ids after a change; both lists sorted, the answer too. */
export const changedIds = (
  ids: readonly NodeId[],
  { add, remove }: Pick<MembersChange, 'add' | 'remove'>,
): readonly NodeId[] => {
  const changed = ids.slice()
  for (const nodeId of remove) {
    const at = positionOf(changed, nodeId, identity)
    if (changed[at] === nodeId) changed.splice(at, 1)
  }
  for (const nodeId of add) {
    const at = positionOf(changed, nodeId, identity)
    if (changed[at] !== nodeId) changed.splice(at, 0, nodeId)
  }
  return changed
}

/** The entries after a change; sorted by node id before and after. */
export const changedEntries = (
  entries: readonly NameEntry[],
  { add, remove }: Pick<NamesChange, 'add' | 'remove'>,
): readonly NameEntry[] => {
  const changed = entries.slice()
  for (const nodeId of remove) {
    const at = positionOf(changed, nodeId, idOfEntry)
    if (changed[at]?.nodeId === nodeId) changed.splice(at, 1)
  }
  for (const entry of add) {
    const at = positionOf(changed, entry.nodeId, idOfEntry)
    changed.splice(at, changed[at]?.nodeId === entry.nodeId ? 1 : 0, entry)
  }
  return changed
}

/** Where the id stands, or would stand, in a sorted list. */
const positionOf = <A>(sorted: readonly A[], id: NodeId, idOf: (item: A) => NodeId): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (idOf(sorted[middle] as A) < id) low = middle + 1
    else high = middle
  }
  return low
}

const changesNothing = (change: Change): boolean =>
  (change.op === 'members' || change.op === 'names') && change.add.length === 0 && change.remove.length === 0

const identity = (nodeId: NodeId): NodeId => nodeId
const idOfEntry = (entry: NameEntry): NodeId => entry.nodeId
const byNodeId = (a: NameEntry, b: NameEntry): number => (a.nodeId < b.nodeId ? -1 : a.nodeId > b.nodeId ? 1 : 0)
