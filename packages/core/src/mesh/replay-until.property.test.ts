import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { meshHistory } from '../testing/arbitraries/mesh.js'
import { epochMs } from '../values/index.js'
import { emptyMeshState } from './mesh-state.js'
import { replayUntil } from './replay-until.js'

test('law 2: the state at a revision is the state that there was', () => {
  fc.assert(
    fc.property(meshHistory(), fc.nat(), ({ events, states }, at) => {
      const state = states[at % states.length]
      if (state === undefined) throw new TypeError('no state')
      expect(replayUntil(events, { revision: state.revision })).toEqual(state)
    }),
    lawRuns(),
  )
})

test('the state at a time is the one before the first event that is later', () => {
  fc.assert(
    fc.property(meshHistory(), fc.nat(), fc.integer({ min: -1, max: 1 }), ({ events, states }, at, offset) => {
      const near = (events[at % Math.max(1, events.length)]?.atEpochMs ?? 0) + offset
      const time = epochMs(Math.min(Math.max(0, near), Number.MAX_SAFE_INTEGER))
      const later = events.findIndex(({ atEpochMs }) => atEpochMs > time)
      expect(replayUntil(events, { atEpochMs: time })).toEqual(states[later === -1 ? events.length : later])
    }),
    lawRuns(),
  )
})

test('nothing is read beyond the point, and before everything there is nothing', () => {
  let taken = 0
  function* endless() {
    for (;;) {
      taken += 1
      yield { type: 'MeshCreated' } as never
    }
  }
  expect(replayUntil(endless(), { revision: -1 })).toEqual(emptyMeshState())
  expect(taken).toBe(1)
})
