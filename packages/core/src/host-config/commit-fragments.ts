/**
 * Puts prepared fragments into a table and drops what nothing leads to any more: the own part leads to its networks' sets, a member
 * set to its nodes, a node to its host. Looks only at what changed and what that led to.
 */
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
import type { AsOf } from './fragment-change.js'
import type { HeldFragment } from './held-fragment.js'

export interface MutableFragmentTable {
  asOf: AsOf
  readonly viewer: HostId
  readonly fragments: Map<FragmentId, HeldFragment>
  readonly nodesByHost: Map<HostId, Set<NodeId>>
}

/** `undefined` in place of a fragment: take it away. Answers which fragments are not what they were. */
export const commitFragments = (
  table: MutableFragmentTable,
  prepared: readonly (readonly [FragmentId, HeldFragment | undefined])[],
): ReadonlySet<FragmentId> => {
  const touched = new Set<FragmentId>()
  const doubtful: FragmentId[] = []
  for (const [id, next] of prepared) {
    const held = table.fragments.get(id)
    if (held?.version === next?.version) continue
    touched.add(id)
    replace(table, id, held, next)
    doubtful.push(id, ...noLongerLedTo(held?.fragment, next?.fragment))
  }
  for (let id = doubtful.pop(); id !== undefined; id = doubtful.pop()) {
    const held = table.fragments.get(id)
    if (held === undefined || isWanted(table, held.fragment)) continue
    replace(table, id, held, undefined)
    touched.add(id)
    doubtful.push(...noLongerLedTo(held.fragment, undefined))
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

/** What the old content led to and the new one doesn't. */
const noLongerLedTo = (was: Fragment | undefined, is: Fragment | undefined): readonly FragmentId[] => {
  switch (was?.kind) {
    case 'self': {
      const kept = new Set(is?.kind === 'self' ? is.networks : [])
      return was.networks.filter((id) => !kept.has(id)).flatMap((id) => [membersFragmentId(id), namesFragmentId(id)])
    }
    case 'members':
      return missingFrom(was.nodeIds, is?.kind === 'members' ? is.nodeIds : []).map(nodeFragmentId)
    case 'node':
      return is?.kind === 'node' && is.hostId === was.hostId ? [] : [hostFragmentId(was.hostId)]
    case 'host':
    case 'gateways':
    case 'names':
    case undefined:
      return []
  }
}

/** Both sorted: one walk along them. */
const missingFrom = (was: readonly NodeId[], is: readonly NodeId[]): readonly NodeId[] => {
  const missing: NodeId[] = []
  let at = 0
  for (const nodeId of was) {
    while (at < is.length && (is[at] as NodeId) < nodeId) at += 1
    if (is[at] !== nodeId) missing.push(nodeId)
  }
  return missing
}

const isWanted = (table: MutableFragmentTable, fragment: Fragment): boolean => {
  switch (fragment.kind) {
    case 'self':
      return fragment.hostId === table.viewer
    case 'members':
    case 'names':
      return selfSees(table, fragment.networkId)
    case 'node': {
      const set = table.fragments.get(membersFragmentId(fragment.networkId))?.fragment
      return set?.kind === 'members' && includesSorted(set.nodeIds, fragment.nodeId)
    }
    case 'host':
      return table.nodesByHost.has(fragment.hostId)
    case 'gateways':
      return true
  }
}

const selfSees = (table: MutableFragmentTable, networkId: NetworkId): boolean => {
  const self = table.fragments.get(selfFragmentId(table.viewer))?.fragment
  return self?.kind === 'self' && self.networks.includes(networkId)
}

const includesSorted = (sorted: readonly NodeId[], nodeId: NodeId): boolean => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as NodeId) < nodeId) low = middle + 1
    else high = middle
  }
  return sorted[low] === nodeId
}
