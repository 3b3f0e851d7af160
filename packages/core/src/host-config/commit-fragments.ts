/** Puts prepared fragments into a table and drops what nothing leads to any more. Looks only at what changed and what that led to. */
import type { HostId, MemberId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import type { AsOf } from './fragment-change.js'
import type { HeldFragment } from './held-fragment.js'
import { inDoubt, isLedTo } from './leads-to.js'

export interface MutableFragmentTable {
  asOf: AsOf
  readonly viewer: HostId
  readonly fragments: Map<FragmentId, HeldFragment>
  readonly nodesByHost: Map<HostId, Set<NodeId>>
}

/** What is to stand under an id. */
export interface PreparedFragment {
  readonly id: FragmentId
  /** `undefined`: nothing. */
  readonly next: HeldFragment | undefined
  /** Of a set, what is taken out of it; `undefined` where that is not known without comparing. */
  readonly takenOut?: readonly MemberId[]
}

/** Answers which fragments are not what they were. */
export const commitFragments = (
  table: MutableFragmentTable,
  prepared: readonly PreparedFragment[],
): ReadonlySet<FragmentId> => {
  const touched = new Set<FragmentId>()
  let doubtful: FragmentId[] = []
  const doubt = (ids: readonly FragmentId[] | 'all') => {
    if (ids === 'all') doubtful = [...table.fragments.keys()]
    else doubtful.push(...ids)
  }
  for (const { id, next, takenOut } of prepared) {
    const held = table.fragments.get(id)
    if (held?.version === next?.version) continue
    touched.add(id)
    replace(table, id, held, next)
    doubtful.push(id)
    doubt(inDoubt(table, held?.fragment, next?.fragment, takenOut))
  }
  for (let id = doubtful.pop(); id !== undefined; id = doubtful.pop()) {
    const held = table.fragments.get(id)
    if (held === undefined || isLedTo(table, held.fragment)) continue
    replace(table, id, held, undefined)
    touched.add(id)
    doubt(inDoubt(table, held.fragment, undefined))
  }
  return touched
}

const replace = (
  table: MutableFragmentTable,
  id: FragmentId,
  held: HeldFragment | undefined,
  next: HeldFragment | undefined,
): void => {
  if (held?.fragment.kind === 'node') {
    const nodes = table.nodesByHost.get(held.fragment.hostId)
    nodes?.delete(held.fragment.nodeId)
    if (nodes?.size === 0) table.nodesByHost.delete(held.fragment.hostId)
  }
  if (next === undefined) table.fragments.delete(id)
  else table.fragments.set(id, next)
  if (next?.fragment.kind === 'node') {
    const { hostId, nodeId } = next.fragment
    const nodes = table.nodesByHost.get(hostId)
    if (nodes === undefined) table.nodesByHost.set(hostId, new Set([nodeId]))
    else nodes.add(nodeId)
  }
}
