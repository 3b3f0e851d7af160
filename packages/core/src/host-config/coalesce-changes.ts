import type { MemberId, NodeId } from '../values/index.js'
import type { Fragment, FragmentId } from './fragment.js'
import type { Change, PatchChange } from './fragment-change.js'
import { changedList } from './sorted-lists.js'

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
  if (later.op === 'put' || later.op === 'forget' || earlier.op === 'forget') return later
  if (earlier.op === 'put') return { op: 'put', to: later.to, content: changedContent(earlier.content, later) }
  if (later.op === 'members' && earlier.op === 'members') return membersFollowedBy(earlier, later)
  if (later.op === 'names' && earlier.op === 'names')
    return { op: 'names', from: earlier.from, to: later.to, ...entriesFollowedBy(earlier, later) }
  if (later.op === 'entries' && earlier.op === 'entries')
    return { op: 'entries', from: earlier.from, to: later.to, ...entriesFollowedBy(earlier, later) }
  return later
}

type MembersChange = Extract<Change, { op: 'members' }>
type SetChange = Exclude<Change, { op: 'put' | 'forget' }>

/** A set after a change to it; anything else stays as it is. */
export const changedContent = (content: Fragment, change: SetChange): Fragment => {
  if (content.kind === 'members' && change.op === 'members')
    return { ...content, nodeIds: changedList(content.nodeIds, change, identity) }
  if (content.kind === 'names' && change.op === 'names')
    return { ...content, entries: changedList(content.entries, change, idOfEntry) }
  if ((content.kind === 'set' || content.kind === 'clients') && change.op === 'entries')
    return { ...content, entries: changedList(content.entries, change, idOfEntry) }
  return content
}

const membersFollowedBy = (earlier: MembersChange, later: MembersChange): Change => {
  const presence = new Map<NodeId, { readonly first: boolean; last: boolean }>()
  for (const step of [earlier, later]) {
    for (const nodeId of step.remove) note(presence, nodeId, false)
    for (const nodeId of step.add) note(presence, nodeId, true)
  }
  // Came and went again (or went and came back) is no change of a set of ids.
  const kept = [...presence].filter(([, { first, last }]) => first === last)
  const idsWith = (present: boolean) =>
    kept
      .filter(([, { last }]) => last === present)
      .map(([nodeId]) => nodeId)
      .sort()
  return { op: 'members', from: earlier.from, to: later.to, add: idsWith(true), remove: idsWith(false) }
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

interface EntriesChange<Entry> {
  readonly add: readonly Entry[]
  readonly remove: readonly MemberId[]
}

const entriesFollowedBy = <Entry extends { readonly memberId: MemberId }>(
  earlier: EntriesChange<Entry>,
  later: EntriesChange<Entry>,
): EntriesChange<Entry> => {
  const added = new Map(earlier.add.map((entry) => [entry.memberId, entry]))
  const removed = new Set(earlier.remove)
  for (const memberId of later.remove) if (!added.delete(memberId)) removed.add(memberId)
  for (const entry of later.add) added.set(entry.memberId, entry)
  return { add: [...added.values()].sort(byMemberId), remove: [...removed].sort() }
}

const changesNothing = (change: Change): boolean =>
  change.op !== 'put' && change.op !== 'forget' && change.add.length === 0 && change.remove.length === 0

const identity = (nodeId: NodeId): NodeId => nodeId
const idOfEntry = (entry: { readonly memberId: MemberId }): MemberId => entry.memberId
const byMemberId = (a: { readonly memberId: MemberId }, b: { readonly memberId: MemberId }): number =>
  a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0
