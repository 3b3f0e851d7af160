import {
  changedFragments,
  decide,
  emptyMeshState,
  evolveAll,
  hostId,
  type MeshCommand,
  type MeshState,
  patchOfStep,
  projectSnapshot,
  udpEndpoint,
} from '@meshfold/core'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { type ConfigEntry, type ConfigStore, createMemoryConfigStore } from '../state/config-store.js'
import { ConfigKeeper } from './config-keeper.js'

const viewer = hostId('host-1')
const opening = [1, 2, 3].flatMap((number) => [sampleRegisterHost(number), sampleJoinNetwork(1, number)])
const begun = evolveAll(emptyMeshState(), eventsOf(sampleCreateMesh(), sampleCreateNetwork(), ...opening))

const keeperOn = (store: ConfigStore) => new ConfigKeeper({ viewer, store, monotonicMs: () => 0 })

function stepOf(before: MeshState, command: MeshCommand) {
  const decision = decide(command, before)
  if (E.isLeft(decision)) throw new TypeError(decision.left.code)
  const after = evolveAll(before, decision.right)
  const changes = changedFragments(before, after, decision.right)
  return { after, patch: { asOf: changes.asOf, changes: patchOfStep(changes, before, after, viewer) } }
}

const moved = (number: number): MeshCommand => ({
  type: 'ReportHostEndpoints',
  atEpochMs: sampleTime,
  hostId: hostId('host-2'),
  listenPort: 51_821,
  endpoints: [{ endpoint: udpEndpoint(`203.0.113.7:${1000 + number}`), origin: 'declared' }],
  localPrefixes: [],
})

test('the journal stays short however many patches come, and leads to the same config', async () => {
  const store = createMemoryConfigStore()
  const keeper = keeperOn(store)
  await keeper.load()
  keeper.takeSnapshot(projectSnapshot(begun, viewer))
  let state = begun
  let longest = 0
  for (let number = 0; number < 2000; number++) {
    const { after, patch } = stepOf(state, moved(number))
    state = after
    expect(E.isRight(keeper.takePatch(patch))).toBe(true)
    await keeper.save()
    keeper.noteApplied(keeper.takeBatch()?.asOf ?? patch.asOf)
    await keeper.save()
    const kept = await store.load()
    longest = Math.max(longest, E.isRight(kept) ? kept.right.entries.length : Number.NaN)
  }
  expect(longest).toBeLessThan(1100)
  const again = keeperOn(store)
  expect(await again.load()).toMatchObject(E.right({ damage: null, appliedDesired: keeper.live.desired }))
  expect(again.live.desired).toEqual(keeper.live.desired)
  expect(again.appliedAsOf).toEqual(keeper.receivedAsOf)
})

test('what cannot be kept is tried again, whole', async () => {
  let isFull = false
  const inner = createMemoryConfigStore()
  const full = E.left({ code: 'config-store-unavailable', reason: 'no space left on device' } as const)
  const store: ConfigStore = {
    ...inner,
    append: async (entries) => (isFull ? full : inner.append(entries)),
    rewrite: async (entries) => (isFull ? full : inner.rewrite(entries)),
  }
  const keeper = keeperOn(store)
  await keeper.load()
  keeper.takeSnapshot(projectSnapshot(begun, viewer))
  await keeper.save()
  isFull = true
  const { after, patch } = stepOf(begun, moved(1))
  keeper.takePatch(patch)
  expect(await keeper.save()).toEqual(full)
  expect(await keeper.save()).toEqual(full)
  isFull = false
  keeper.takePatch(stepOf(after, moved(2)).patch)
  expect(await keeper.save()).toEqual(E.right(undefined))
  const again = keeperOn(inner)
  await again.load()
  expect(again.live.desired).toEqual(keeper.live.desired)
})

test('a patch in the journal that does not follow ends what is believed', async () => {
  const { patch } = stepOf(stepOf(begun, sampleRegisterHost(4)).after, sampleJoinNetwork(1, 4))
  const later = stepOf(evolveAll(begun, []), moved(1)).patch
  const entries: readonly ConfigEntry[] = [
    { kind: 'snapshot', snapshot: projectSnapshot(begun, viewer) },
    { kind: 'patch', patch: { ...patch, changes: [...patch.changes.slice(1), ...patch.changes.slice(2)] } },
    { kind: 'patch', patch: { ...later, asOf: { epoch: 1, revision: 2 } } },
  ]
  const keeper = keeperOn(createMemoryConfigStore(entries))
  const loaded = await keeper.load()
  expect(loaded).toMatchObject(E.right({ damage: expect.stringContaining('does not follow') }))
  expect(keeper.receivedAsOf).not.toBe(null)
})

test('a journal that begins with a patch is none', async () => {
  const keeper = keeperOn(createMemoryConfigStore([{ kind: 'patch', patch: stepOf(begun, moved(1)).patch }]))
  expect(await keeper.load()).toMatchObject(E.right({ asOf: null, damage: expect.stringContaining('snapshot') }))
})
