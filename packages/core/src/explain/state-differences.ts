/** What is different between two states of a mesh: things that came, went, or changed. Costs what differs, where they share the rest. */
import { type LargeMap, largeMapDifferences } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'

/** Collections of a state that things come into and go out of. */
export type ThingKind =
  | 'networks'
  | 'hosts'
  | 'nodes'
  | 'enrollmentKeys'
  | 'gateways'
  | 'autoRelays'
  | 'egresses'
  | 'clients'
  | 'policies'
  | 'policyTests'
  | 'users'
  | 'groups'
  | 'apiTokens'
  | 'dnsRecords'
  | 'resolvers'

/** One thing of a mesh that is there only before, only after, or is otherwise. */
export interface ThingDifference {
  readonly kind: ThingKind
  readonly id: string
  readonly change: 'came' | 'went' | 'changed'
  /** Which fields are not what they were; sorted. Empty unless `changed`. Indexes are left out. */
  readonly fields: readonly string[]
}

const kinds: readonly ThingKind[] = [
  'networks',
  'hosts',
  'nodes',
  'enrollmentKeys',
  'gateways',
  'autoRelays',
  'egresses',
  'clients',
  'policies',
  'policyTests',
  'users',
  'groups',
  'apiTokens',
  'dnsRecords',
  'resolvers',
]

/** By kind, then by id. */
export const stateDifferences = (before: MeshState, after: MeshState): readonly ThingDifference[] =>
  kinds.flatMap((kind) =>
    mapDifferences(kind, before[kind] as LargeMap<string, object>, after[kind] as LargeMap<string, object>),
  )

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
      const fields = changedFields(was, is)
      if (fields.length > 0) differences.push({ kind, id, change: 'changed', fields })
    }
  }
  return differences.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const changedFields = (before: object, after: object): readonly string[] => {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((field) => was[field] !== is[field] && !isIndex(field, was[field]) && !isIndex(field, is[field]))
    .filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .sort()
}

/** Collections, pools and hashes are kept for speed and say nothing that things themselves don't. */
const isIndex = (field: string, value: unknown): boolean =>
  field.startsWith('pool') ||
  (typeof value === 'object' && value !== null && ('root' in value || ('high' in value && 'low' in value)))
