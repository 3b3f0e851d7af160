/**
 * Versions of fragments. An entity's version is a hash of its canonical encoding; a set's is the exclusive or of its entries'
 * hashes, so it follows a change at the price of the change. Both ends compute them alike: agents check what they hold.
 */
import { nameEntryText } from '../mesh/membership.js'
import { type ContentHash, emptyHash, formatHash, hashText, toggleHash } from '../values/content-hash.js'
import type { Fragment, FragmentVersion, MemberEntry, NameEntry } from './fragment.js'
import { fragmentText } from './fragment-text.js'
import { entriesHash, entryHash } from './project-sets.js'

/** The version of a fragment from its whole content: linear in its size. */
export const fragmentVersion = (fragment: Fragment): FragmentVersion => {
  switch (fragment.kind) {
    case 'members':
      return membersVersion(fragment.nodeIds.reduce<ContentHash>((set, id) => toggleHash(set, hashText(id)), emptyHash))
    case 'names':
      return namesVersion(fragment.entries.reduce(toggleName, emptyHash), fragment.suffix)
    case 'set':
    case 'clients':
      return entitySetVersion(entriesHash(fragment.entries))
    default:
      return formatHash(hashText(fragmentText(fragment))) as FragmentVersion
  }
}

export const membersVersion = (membersHash: ContentHash): FragmentVersion => formatHash(membersHash) as FragmentVersion

export const entitySetVersion = (hash: ContentHash): FragmentVersion => formatHash(hash) as FragmentVersion

export const namesVersion = (namesHash: ContentHash, suffix: string): FragmentVersion =>
  formatHash(toggleHash(namesHash, hashText(suffix))) as FragmentVersion

/** The version after nodes came into a network or left it. */
export const toggledMembersVersion = (version: FragmentVersion, nodeIds: readonly string[]): FragmentVersion =>
  membersVersion(nodeIds.reduce((set, id) => toggleHash(set, hashText(id)), parseVersion(version)))

/** The version after entries came into a set or left it. */
export const toggledEntriesVersion = (version: FragmentVersion, entries: readonly MemberEntry[]): FragmentVersion =>
  entitySetVersion(entries.reduce((set, entry) => toggleHash(set, entryHash(entry)), parseVersion(version)))

/** The version after name entries came or went; the suffix stayed. */
export const toggledNamesVersion = (version: FragmentVersion, entries: readonly NameEntry[]): FragmentVersion =>
  formatHash(entries.reduce(toggleName, parseVersion(version))) as FragmentVersion

const toggleName = (set: ContentHash, entry: NameEntry): ContentHash => toggleHash(set, hashText(nameEntryText(entry)))

const parseVersion = (version: FragmentVersion): ContentHash => ({
  high: Number.parseInt(version.slice(0, 8), 16),
  low: Number.parseInt(version.slice(8), 16),
})
