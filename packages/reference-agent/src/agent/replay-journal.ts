import {
  type AsOf,
  applyPatch,
  compareAsOf,
  type DesiredHost,
  type FragmentTable,
  type HostId,
  tableOfSnapshot,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigEntry } from '../state/config-store.js'
import { LiveConfig } from './live-config.js'

/** What a journal comes to. */
export interface ReplayedJournal {
  /** `undefined`: no config. */
  readonly table: FragmentTable | undefined
  readonly appliedAsOf: AsOf | null
  /** What the host was brought to last; differs from what the table says after a crash in between. */
  readonly appliedDesired: DesiredHost | undefined
  /** The first entry that doesn't follow on those before it; they stand, it and what follows doesn't. */
  readonly damage: string | null
}

/** Follows a journal from its beginning. */
export function replayJournal(viewer: HostId, entries: readonly ConfigEntry[]): ReplayedJournal {
  const appliedAsOf = entries.reduce<AsOf | null>((last, entry) => (entry.kind === 'applied' ? entry.asOf : last), null)
  let table: FragmentTable | undefined
  let appliedDesired: DesiredHost | undefined
  for (const entry of entries) {
    if (entry.kind === 'applied') continue
    const step = follow(viewer, table, entry)
    if (E.isLeft(step)) return { table, appliedAsOf, appliedDesired, damage: step.left }
    table = step.right
    if (appliedAsOf !== null && compareAsOf(table.asOf, appliedAsOf) === 0) appliedDesired = desiredOf(table)
  }
  return { table, appliedAsOf, appliedDesired, damage: null }
}

function follow(
  viewer: HostId,
  table: FragmentTable | undefined,
  entry: Exclude<ConfigEntry, { readonly kind: 'applied' }>,
): E.Either<string, FragmentTable> {
  if (entry.kind === 'snapshot') return E.right(tableOfSnapshot(viewer, entry.snapshot))
  if (table === undefined) return E.left('it does not begin with a snapshot')
  const applied = applyPatch(table, entry.kind === 'patch' ? entry.patch : { asOf: entry.asOf, changes: [] })
  return E.isLeft(applied)
    ? E.left(`an entry does not follow on those before it (${applied.left.code})`)
    : E.right(table)
}

function desiredOf(table: FragmentTable): DesiredHost | undefined {
  const live = new LiveConfig()
  live.reset(table)
  return live.desired
}
