import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { evolveAll, replay } from '../mesh/evolve.js'
import { largeMapKeys } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { emptyMeshState, type MeshState } from '../mesh/mesh-state.js'
import { busyMeshBeginning, busyMeshHistory } from '../testing/arbitraries/busy-mesh.js'
import { carriedMeshes } from '../testing/arbitraries/carried-meshes.js'
import { eventHistories } from '../testing/arbitraries/event-histories.js'
import { type MeshHistory, meshHistory } from '../testing/arbitraries/mesh.js'
import type { HostId } from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import { coalesceChanges } from './coalesce-changes.js'
import { expandHostConfig, projectHostConfig } from './expand-host-config.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import { createFragmentRing } from './fragment-ring.js'
import { applyPatch, type FragmentTable, tableOfSnapshot, tableVersions } from './fragment-table.js'
import { asOfState, patchOfStep, patchOfTable, projectSnapshot } from './patch.js'
import { projectFragmentVersion } from './project-fragments.js'
import { patchesOfStep } from './step-patches.js'
import { canSee } from './visibility.js'
import { visibleFragmentIds } from './visible.js'

const batchesOf = ({ steps }: MeshHistory): readonly (readonly MeshEvent[])[] =>
  steps.flatMap(({ decision }) => (E.isRight(decision) && decision.right.length > 0 ? [decision.right] : []))

/** Events of every kind with little sense in them, and what commands of every kind lead to: a batch for each. */
const histories: fc.Arbitrary<readonly (readonly MeshEvent[])[]> = fc.oneof(
  eventHistories(),
  carriedMeshes(),
  busyMeshHistory().map((history) => [busyMeshBeginning, ...batchesOf(history)]),
  meshHistory({ maxCommands: 100 }).map(batchesOf),
)

interface Step {
  readonly before: MeshState
  readonly after: MeshState
  readonly changes: FragmentChanges
}

const historyOf = (batches: readonly (readonly MeshEvent[])[]): readonly Step[] => {
  let before = emptyMeshState()
  return batches.map((events) => {
    const after = evolveAll(before, events)
    const step = { before, after, changes: changedFragments(before, after, events) }
    before = after
    return step
  })
}

/** A patch is applied whole: in which order it says things means nothing. */
const inOrder = (list: readonly PatchChange[]): readonly PatchChange[] =>
  [...list].sort((a, b) => (a.fragment < b.fragment ? -1 : 1))

const hostsOf = (state: MeshState): readonly HostId[] => [...largeMapKeys(state.hosts)].sort()

/** What a table holds, comparable: fragments by id, sorted. */
const contentOf = (table: FragmentTable) =>
  [...table.fragments].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, held]) => [id, held] as const)

const patched = (table: FragmentTable, changes: Parameters<typeof applyPatch>[1]): FragmentTable => {
  const outcome = applyPatch(table, changes)
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return table
}

describe('law 3: snapshot + patches = snapshot', () => {
  test('step by step, for every host', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        const tables = new Map<HostId, FragmentTable>()
        for (const { before, after, changes } of historyOf(batches)) {
          const sentTo = new Map(patchesOfStep(changes, before, after))
          for (const hostId of hostsOf(after)) {
            const table = tables.get(hostId) ?? tableOfSnapshot(hostId, projectSnapshot(before, hostId))
            const list = patchOfStep(changes, before, after, hostId)
            // Whoever shares a patch with others is sent what it would be sent alone.
            expectSame(inOrder(sentTo.get(hostId) ?? []), inOrder(list))
            // Nothing is sent that the viewer has: each change changes what it holds.
            expectSame(new Set(list.map(({ fragment }) => fragment)).size, list.length)
            const held = new Map([...table.fragments].map(([id, { version }]) => [id, version]))
            for (const { fragment, change } of list)
              if (change.op === 'put' && held.get(fragment) === change.to) throw new Error(`sent again: ${fragment}`)
            tables.set(hostId, patched(table, { asOf: changes.asOf, changes: list }))
            expectSame(contentOf(table), contentOf(tableOfSnapshot(hostId, projectSnapshot(after, hostId))))
            expectSame(expandHostConfig(table), projectHostConfig(after, hostId))
          }
        }
      }),
      lawRuns(0.6),
    )
  })

  test('after an absence of any length, from the ring or from a table of versions', async () => {
    await fc.assert(
      fc.property(histories, fc.nat(), fc.integer({ min: 1, max: 60 }), (batches, away, capacity) => {
        const history = historyOf(batches)
        if (history.length === 0) return
        const ring = createFragmentRing(capacity)
        for (const { changes } of history) ring.append(changes)
        const last = (history.at(-1) as Step).after
        const left = (history[away % history.length] as Step).before
        for (const hostId of hostsOf(last)) {
          const table = tableOfSnapshot(hostId, projectSnapshot(left, hostId))
          const patch =
            ring.patchSince(last, hostId, asOfState(left)) ?? patchOfTable(last, hostId, tableVersions(table))
          patched(table, patch)
          expectSame(contentOf(table), contentOf(tableOfSnapshot(hostId, projectSnapshot(last, hostId))))
          expect(table.asOf).toEqual(asOfState(last))
        }
      }),
      lawRuns(0.6),
    )
  })

  test('a patch that comes twice changes nothing the second time', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        for (const { before, after, changes } of historyOf(batches)) {
          for (const hostId of hostsOf(after)) {
            const table = tableOfSnapshot(hostId, projectSnapshot(before, hostId))
            const patch = { asOf: changes.asOf, changes: patchOfStep(changes, before, after, hostId) }
            patched(table, patch)
            const once = contentOf(table)
            const again = applyPatch(table, patch)
            expect(E.isRight(again) && again.right.size).toBe(0)
            expectSame(contentOf(table), once)
          }
        }
      }),
      lawRuns(0.15),
    )
  })

  test('coalescing two steps is the two steps', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        const history = historyOf(batches)
        for (let i = 0; i + 1 < history.length; i += 1) {
          const [first, second] = [history[i] as Step, history[i + 1] as Step]
          for (const hostId of hostsOf(second.after)) {
            const one = patchOfStep(first.changes, first.before, first.after, hostId)
            const two = patchOfStep(second.changes, second.before, second.after, hostId)
            const table = tableOfSnapshot(hostId, projectSnapshot(first.before, hostId))
            patched(table, { asOf: second.changes.asOf, changes: coalesceChanges([...one, ...two]) })
            expectSame(contentOf(table), contentOf(tableOfSnapshot(hostId, projectSnapshot(second.after, hostId))))
          }
        }
      }),
      lawRuns(0.15),
    )
  })
})

describe('law 4: who is sent a patch has another config, and who is not has the same', () => {
  test('for every host and every step', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        for (const { before, after, changes } of historyOf(batches)) {
          const sentTo = new Map(patchesOfStep(changes, before, after))
          for (const hostId of hostsOf(after)) {
            const sent = sentTo.has(hostId)
            const same = sameJson(projectHostConfig(before, hostId), projectHostConfig(after, hostId))
            expectSame({ hostId, sent }, { hostId, sent: !same })
          }
        }
      }),
      lawRuns(0.6),
    )
  })
})

describe('fragments that are kept', () => {
  test('are those that a server makes of the same events when it has just started', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        let before = emptyMeshState()
        for (const [at, events] of batches.entries()) {
          const after = evolveAll(before, events)
          // What is kept of the state before was asked for by now: a step carries it on.
          changedFragments(before, after, events)
          const fresh = replay(batches.slice(0, at + 1).flat())
          for (const hostId of hostsOf(after))
            expectSame(projectSnapshot(after, hostId), projectSnapshot(fresh, hostId))
          before = after
        }
      }),
      lawRuns(0.1),
    )
  })
})

describe('versions', () => {
  test('a version computed without building the set is the version of the set', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        for (const { after } of historyOf(batches)) {
          for (const hostId of hostsOf(after)) {
            const table = tableOfSnapshot(hostId, projectSnapshot(after, hostId))
            for (const id of visibleFragmentIds(after, hostId)) {
              expect(canSee(after, hostId, id)).toBe(true)
              expect(projectFragmentVersion(after, id)).toBe(table.fragments.get(id)?.version)
            }
          }
        }
      }),
      lawRuns(0.06),
    )
  })
})

/** Compares cheaply, and shows the difference only where there is one. */
const expectSame = (a: unknown, b: unknown): void => {
  if (!sameJson(a, b)) expect(a).toEqual(b)
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a, maps) === JSON.stringify(b, maps)

const maps = (_key: string, value: unknown): unknown =>
  value instanceof Map ? [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) : value
