/** What is different between two states of a mesh: things that came, went, or changed. Costs what differs, where they share the rest. */
import type { LargeMap } from '../mesh/large-map.js'
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
  if (before === after) return []
  const differences: ThingDifference[] = []
  for (const [was, is] of differingParts(before, after)) {
    for (const [id, thing] of is ?? []) {
      const earlier = was?.get(id)
      if (earlier === undefined) differences.push({ kind, id, change: 'came', fields: [] })
      else if (earlier !== thing) {
        const fields = changedFields(earlier, thing)
        if (fields.length > 0) differences.push({ kind, id, change: 'changed', fields })
      }
    }
    for (const id of was?.keys() ?? [])
      if (is?.has(id) !== true) differences.push({ kind, id, change: 'went', fields: [] })
  }
  return differences.sort((a, b) => (a.id < b.id ? -1 : 1))
}

type Part = ReadonlyMap<string, object> | undefined

/** Parts that both states share are skipped unseen. */
function* differingParts(
  before: LargeMap<string, object>,
  after: LargeMap<string, object>,
): Generator<readonly [Part, Part]> {
  for (let row = 0; row < Math.max(before.shards.length, after.shards.length); row += 1) {
    const [was, is] = [before.shards[row], after.shards[row]]
    if (was === is) continue
    for (let slot = 0; slot < Math.max(was?.length ?? 0, is?.length ?? 0); slot += 1)
      if (was?.[slot] !== is?.[slot]) yield [was?.[slot], is?.[slot]]
  }
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
  (typeof value === 'object' && value !== null && ('shards' in value || ('high' in value && 'low' in value)))
