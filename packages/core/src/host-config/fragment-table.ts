/**
 * What an agent holds: fragments by id, each with its version, up to a place in the mesh's history. Patches change it in place,
 * all of a patch or nothing; a fragment that nothing leads to any more is dropped by itself.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { HostId, MemberId, NodeId } from '../values/index.js'
import { changedContent } from './coalesce-changes.js'
import { commitFragments, type MutableFragmentTable, type PreparedFragment } from './commit-fragments.js'
import type { FragmentId, FragmentVersion } from './fragment.js'
import { type AsOf, type Change, compareAsOf, type Patch, type PatchChange, type Snapshot } from './fragment-change.js'
import { fragmentIdOf } from './fragment-id.js'
import {
  fragmentVersion,
  toggledEntriesVersion,
  toggledMembersVersion,
  toggledNamesVersion,
} from './fragment-version.js'
import type { HeldFragment } from './held-fragment.js'
import { foundIn } from './sorted-lists.js'

/** All that one host was sent, as of one place in history. `expandHostConfig` makes a config of it. */
export interface FragmentTable {
  readonly viewer: HostId
  readonly asOf: AsOf
  readonly fragments: ReadonlyMap<FragmentId, HeldFragment>
  /** Held nodes by their host: whether a host is still wanted is answered from here. */
  readonly nodesByHost: ReadonlyMap<HostId, ReadonlySet<NodeId>>
}

/** Why a patch was not taken; the table is as it was. */
export type PatchError =
  /** It goes back in history; what is held stays. */
  | { readonly code: 'patch-goes-back'; readonly held: AsOf; readonly patch: AsOf }
  /** It builds on something else than what is held: send the table of versions and take what differs. */
  | { readonly code: 'patch-does-not-fit'; readonly fragment: FragmentId; readonly reason: string }

/** Which fragments a patch touched: put, changed or dropped. */
export type TouchedFragments = ReadonlySet<FragmentId>

/** The table of a host that held nothing before. */
export const tableOfSnapshot = (viewer: HostId, snapshot: Snapshot): FragmentTable => {
  const table = { viewer, asOf: snapshot.asOf, fragments: new Map(), nodesByHost: new Map() }
  commitFragments(
    table,
    snapshot.fragments.map((fragment) => ({
      id: fragmentIdOf(fragment),
      next: { version: fragmentVersion(fragment), fragment },
    })),
  )
  return table
}

/** Versions of everything held: what an agent sends to be told what differs. */
export const tableVersions = (table: FragmentTable): ReadonlyMap<FragmentId, FragmentVersion> =>
  new Map([...table.fragments].map(([id, { version }]) => [id, version]))

/** Changes `table` in place when the whole patch fits; leaves it as it is when not. The same patch again changes nothing. */
export const applyPatch = (table: FragmentTable, patch: Patch): E.Either<PatchError, TouchedFragments> => {
  if (compareAsOf(patch.asOf, table.asOf) < 0)
    return E.left({ code: 'patch-goes-back', held: table.asOf, patch: patch.asOf })
  const prepared: PreparedFragment[] = []
  for (const item of patch.changes) {
    const outcome = prepareChange(table, item)
    if (E.isLeft(outcome)) return outcome
    prepared.push({ id: item.fragment, ...outcome.right })
  }
  const mutable = table as MutableFragmentTable
  mutable.asOf = patch.asOf
  return E.right(commitFragments(mutable, prepared))
}

const prepareChange = (
  table: FragmentTable,
  { fragment: id, change }: PatchChange,
): E.Either<PatchError, Omit<PreparedFragment, 'id'>> => {
  const misfit = (reason: string) => E.left<PatchError>({ code: 'patch-does-not-fit', fragment: id, reason })
  switch (change.op) {
    case 'forget':
      return E.right({ next: undefined })
    case 'put': {
      if (fragmentIdOf(change.content) !== id) return misfit('its content is about something else')
      if (fragmentVersion(change.content) !== change.to)
        return misfit('its content does not have the version it claims')
      return E.right({ next: { version: change.to, fragment: change.content } })
    }
    case 'members':
    case 'entries':
    case 'names': {
      const held = table.fragments.get(id)
      if (held?.version === change.to) return E.right({ next: held })
      if (held === undefined) return misfit('it changes a set that is not held')
      if (held.version !== change.from) return misfit('it builds on another version of the set')
      const version = toggledVersion(held, change)
      return version === change.to
        ? E.right({ next: { version, fragment: changedContent(held.fragment, change) }, takenOut: change.remove })
        : misfit('what it takes away or adds does not lead to the version it claims')
    }
  }
}

/** The version that the change leads to; `undefined` when it is for another kind of set. */
const toggledVersion = (
  { fragment, version }: HeldFragment,
  change: Exclude<Change, { op: 'put' | 'forget' }>,
): FragmentVersion | undefined => {
  if (fragment.kind === 'members' && change.op === 'members')
    return toggledMembersVersion(version, [...change.add, ...change.remove])
  if (fragment.kind === 'names' && change.op === 'names')
    return toggledNamesVersion(version, [...withIds(fragment.entries, change.remove), ...change.add])
  if ((fragment.kind === 'set' || fragment.kind === 'clients') && change.op === 'entries')
    return toggledEntriesVersion(version, [...withIds(fragment.entries, change.remove), ...change.add])
  return undefined
}

/** Entries are sorted by id. */
const withIds = <Entry extends { readonly memberId: MemberId }>(
  entries: readonly Entry[],
  memberIds: readonly MemberId[],
): readonly Entry[] => [...new Set(memberIds)].flatMap((memberId) => foundIn(entries, memberId, idOfEntry) ?? [])

const idOfEntry = ({ memberId }: { readonly memberId: MemberId }): MemberId => memberId
