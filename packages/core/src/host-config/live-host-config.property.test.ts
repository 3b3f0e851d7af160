import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { evolveAll } from '../mesh/evolve.js'
import { largeMapKeys } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { emptyMeshState } from '../mesh/mesh-state.js'
import { carriedMeshes } from '../testing/arbitraries/carried-meshes.js'
import { eventHistories } from '../testing/arbitraries/event-histories.js'
import { meshHistory } from '../testing/arbitraries/mesh.js'
import type { HostId } from '../values/index.js'
import { changedFragments } from './changed-fragments.js'
import type { HostConfigStep, Replaced } from './config-step.js'
import { expandHostConfig } from './expand-host-config.js'
import { applyPatch, type FragmentTable, tableOfSnapshot } from './fragment-table.js'
import type { HostConfig } from './host-config.js'
import { LiveHostConfig } from './live-host-config.js'
import { patchOfStep, projectSnapshot } from './patch.js'

const histories: fc.Arbitrary<readonly (readonly MeshEvent[])[]> = fc.oneof(
  eventHistories(),
  carriedMeshes(),
  meshHistory({ maxCommands: 100 }).map(({ steps }) =>
    steps.flatMap(({ decision }) => (E.isRight(decision) && decision.right.length > 0 ? [decision.right] : [])),
  ),
)

interface Followed {
  readonly table: FragmentTable
  readonly live: LiveHostConfig
}

describe('a config kept up patch by patch', () => {
  test('is the one expanded anew, and each step says what changed', async () => {
    await fc.assert(
      fc.property(histories, (batches) => {
        const followed = new Map<HostId, Followed>()
        let before = emptyMeshState()
        for (const events of batches) {
          const after = evolveAll(before, events)
          const changes = changedFragments(before, after, events)
          for (const viewer of largeMapKeys(after.hosts)) {
            const { table, live } =
              followed.get(viewer) ?? begin(tableOfSnapshot(viewer, projectSnapshot(before, viewer)))
            followed.set(viewer, { table, live })
            const touched = applyPatch(table, {
              asOf: changes.asOf,
              changes: patchOfStep(changes, before, after, viewer),
            })
            if (E.isLeft(touched)) throw new Error(touched.left.code)
            const was = live.config && copyOf(live.config)
            expectStep(was, live.update(table, touched.right), live.config)
            expectSame(plain(live.config), plain(expandHostConfig(table)))
          }
          before = after
        }
      }),
      lawRuns(0.6),
    )
  })
})

const begin = (table: FragmentTable): Followed => {
  const live = new LiveHostConfig()
  live.reset(table)
  return { table, live }
}

/** Its maps change in place. */
const copyOf = (config: HostConfig): HostConfig => ({
  ...config,
  peers: new Map(config.peers),
  clients: new Map(config.clients),
  paths: new Map(config.paths),
})

const expectStep = (was: HostConfig | undefined, step: HostConfigStep, is: HostConfig | undefined): void => {
  expectSame(sorted(step.peers), sorted(differences(was?.peers, is?.peers)))
  expectSame(sorted(step.clients), sorted(differences(was?.clients, is?.clients)))
  expectSame(sorted(step.paths), sorted(differences(was?.paths, is?.paths)))
  if (!step.isRestChanged) expectSame(restOf(is), restOf(was))
}

const differences = <K, V>(was: ReadonlyMap<K, V> = new Map(), is: ReadonlyMap<K, V> = new Map()) =>
  new Map(
    [...new Set([...was.keys(), ...is.keys()])].flatMap((key): (readonly [K, Replaced<V>])[] =>
      JSON.stringify(was.get(key)) === JSON.stringify(is.get(key))
        ? []
        : [[key, { was: was.get(key), is: is.get(key) }]],
    ),
  )

const sorted = <K, V>(map: ReadonlyMap<K, V> | undefined) => [...(map ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))

const restOf = (config: HostConfig | undefined) =>
  config && {
    ...config,
    peers: null,
    clients: null,
    paths: null,
    filter: { ...config.filter, sets: sorted(config.filter.sets) },
  }

const plain = (config: HostConfig | undefined) =>
  config && {
    ...restOf(config),
    peers: sorted(config.peers),
    clients: sorted(config.clients),
    paths: sorted(config.paths),
  }

/** Values are plain: comparing texts first is many times faster. */
const expectSame = (one: unknown, other: unknown): void => {
  if (JSON.stringify(one) !== JSON.stringify(other)) expect(one).toEqual(other)
}
