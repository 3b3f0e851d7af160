/** What is different between two states of a mesh: things that came, went, or changed. Costs what differs, where they share the rest. */
import { type LargeMap, largeMapDifferences } from '../mesh/large-map.js'
import type { Mesh, MeshState } from '../mesh/mesh-state.js'
import { collection, isIndex, type ThingKind, thingKinds } from './state-things.js'

/** One thing of a mesh that is there only before, only after, or is otherwise. */
export interface ThingDifference {
  readonly kind: ThingKind | 'mesh'
  readonly id: string
  readonly change: 'came' | 'went' | 'changed'
  /** Which fields are not what they were; sorted. Empty unless `changed`. Indexes are left out. */
  readonly fields: readonly string[]
}

/** The mesh as a whole first, then by kind, then by id. */
export const stateDifferences = (before: MeshState, after: MeshState): readonly ThingDifference[] => [
  ...meshDifferences(before.mesh, after.mesh),
  ...thingKinds.flatMap((kind) => mapDifferences(kind, collection(before, kind), collection(after, kind))),
]

const meshDifferences = (before: Mesh | null, after: Mesh | null): readonly ThingDifference[] => {
  const id = (after ?? before)?.meshId
  if (id === undefined || before === after) return []
  if (before === null || after === null)
    return [{ kind: 'mesh', id, change: after === null ? 'went' : 'came', fields: [] }]
  const fields = changedFields('mesh', { ...before, ...before.settings }, { ...after, ...after.settings }).filter(
    (field) => field !== 'settings',
  )
  return fields.length === 0 ? [] : [{ kind: 'mesh', id, change: 'changed', fields }]
}

const mapDifferences = (
  kind: ThingKind,
  before: LargeMap<string, object>,
  after: LargeMap<string, object>,
): readonly ThingDifference[] => {
  const differences: ThingDifference[] = []
  for (const [id, was, is] of largeMapDifferences(before, after)) {
    if (was === undefined) differences.push({ kind, id, change: 'came', fields: [] })
    else if (is === undefined) differences.push({ kind, id, change: 'went', fields: [] })
    else {
      const fields = changedFields(kind, was, is)
      if (fields.length > 0) differences.push({ kind, id, change: 'changed', fields })
    }
  }
  return differences.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const changedFields = (kind: ThingDifference['kind'], before: object, after: object): readonly string[] => {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter(
      (field) => was[field] !== is[field] && !isIndex(kind, field, was[field]) && !isIndex(kind, field, is[field]),
    )
    .filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .sort()
}
