/** A step's changes by who is concerned, so that nobody looks through thousands that are others'. Sorted once for all viewers. */
import type { HostId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import type { PatchChange } from './fragment-change.js'

/** Changes of a step by who is concerned: one host, one class, or anybody. */
export interface SortedChanges {
  readonly selves: ReadonlyMap<HostId, PatchChange>
  readonly classes: ReadonlyMap<FragmentId, PatchChange>
  readonly shared: readonly PatchChange[]
  /** Of nodes and hosts: may be thousands too. */
  readonly nodes: ReadonlyMap<FragmentId, PatchChange>
}

const sortedByChanges = new WeakMap<readonly PatchChange[], SortedChanges>()

export const sortedChanges = (changes: readonly PatchChange[]): SortedChanges => {
  const known = sortedByChanges.get(changes)
  if (known !== undefined) return known
  const selves = new Map<HostId, PatchChange>()
  const classes = new Map<FragmentId, PatchChange>()
  const shared: PatchChange[] = []
  const nodes = new Map<FragmentId, PatchChange>()
  for (const item of changes) {
    const { change } = item
    if (change.op === 'put' && change.content.kind === 'self') selves.set(change.content.hostId, item)
    else if (change.op === 'put' && change.content.kind === 'class') classes.set(item.fragment, item)
    else if (isOfNode(item.fragment)) nodes.set(item.fragment, item)
    else shared.push(item)
  }
  const sorted = { selves, classes, shared, nodes }
  sortedByChanges.set(changes, sorted)
  return sorted
}

const isOfNode = (id: FragmentId): boolean => id.startsWith('node:') || id.startsWith('host:')

/** What a step reveals, each once. */
export interface SortedRevealed {
  readonly shared: readonly FragmentId[]
  /** Of nodes and hosts. */
  readonly nodes: ReadonlySet<FragmentId>
}

const sortedByRevealed = new WeakMap<readonly FragmentId[], SortedRevealed>()

export const sortedRevealed = (revealed: readonly FragmentId[]): SortedRevealed => {
  const known = sortedByRevealed.get(revealed)
  if (known !== undefined) return known
  const ids = [...new Set(revealed)]
  const sorted = { shared: ids.filter((id) => !isOfNode(id)), nodes: new Set(ids.filter(isOfNode)) }
  sortedByRevealed.set(revealed, sorted)
  return sorted
}

const setsOfReviewed = new WeakMap<readonly HostId[], ReadonlySet<HostId>>()

/** The hosts of a step's `reviewed`. */
export const hostsReviewed = (reviewed: readonly HostId[]): ReadonlySet<HostId> => {
  const known = setsOfReviewed.get(reviewed)
  if (known !== undefined) return known
  const hostIds = new Set(reviewed)
  setsOfReviewed.set(reviewed, hostIds)
  return hostIds
}
