import {
  applyPatch,
  changedFragments,
  choosePaths,
  type DesiredHost,
  desiredHostOf,
  emptyMeshState,
  evolveAll,
  expandHostConfig,
  type FragmentTable,
  type HostId,
  hostId,
  type MeshEvent,
  patchOfStep,
  projectSnapshot,
  tableOfSnapshot,
  type WireguardPublicKey,
} from '@meshfold/core'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { eventHistories } from '../../../core/src/testing/arbitraries/event-histories.js'
import { lawRuns } from '../../../core/test/law-runs.js'
import { LiveConfig } from './live-config.js'

const viewers = ['h0g0', 'h1g0', 'h2g0'].map(hostId)

test('following patches comes to what expanding everything anew comes to, and tells every peer that changed', () => {
  fc.assert(
    fc.property(eventHistories(), (batches) => {
      for (const viewer of viewers) followAll(viewer, batches)
    }),
    lawRuns(0.4),
  )
})

function followAll(viewer: HostId, batches: readonly (readonly MeshEvent[])[]): void {
  let state = emptyMeshState()
  const table = tableOfSnapshot(viewer, projectSnapshot(state, viewer))
  const live = new LiveConfig()
  live.reset(table)
  for (const events of batches) {
    const before = state
    state = evolveAll(state, events)
    const changes = changedFragments(before, state, events)
    const touched = applyPatch(table, { asOf: changes.asOf, changes: patchOfStep(changes, before, state, viewer) })
    if (E.isLeft(touched)) throw new Error(JSON.stringify(touched.left))
    const peersBefore = new Map(live.desired?.peers)
    const { changedPeers } = live.update(table, touched.right)
    const expected = expandedAnew(table)
    if (textOf(live.desired) !== textOf(expected)) expect(live.desired).toEqual(expected)
    const keys = new Set([...peersBefore.keys(), ...(expected?.peers.keys() ?? [])])
    const isSame = (key: WireguardPublicKey) => textOf(peersBefore.get(key)) === textOf(expected?.peers.get(key))
    const changed = [...keys].filter((key) => !isSame(key)).sort()
    if (changed.join() !== [...changedPeers].sort().join()) expect([...changedPeers].sort()).toEqual(changed)
  }
}

function expandedAnew(table: FragmentTable): DesiredHost | undefined {
  const config = expandHostConfig(table)
  return config && desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined))
}

/** Equal for equal values, the order of peers apart; `expect` would take longer than all the rest. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (part instanceof Map ? [...part.values()].map(textOf).sort() : part)) ?? ''
