import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { largeMapKeys } from '../mesh/large-map.js'
import { noteDown, nothingWatched, putInWindow, type Watched, watchedValue } from './watched.js'

const kept = 3
const stays = (key: string) => key.startsWith('k0')

/** What is put in each window, and how many windows pass before the next. */
const steps = fc.array(
  fc.record({
    keys: fc.array(
      fc.nat(40).map((n) => `k${n}`),
      { maxLength: 12 },
    ),
    passing: fc.nat(4),
  }),
  { maxLength: 40, size: 'max' },
)

test('what was put in the last windows is there, what stays is, and nothing else', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let watched: Watched<string, number> = nothingWatched()
      const putAt = new Map<string, number>()
      let window = 0
      for (const [at, { keys, passing }] of all.entries()) {
        window += passing
        const notes = noteDown(watched, window)
        for (const key of keys) {
          notes.put(key, at)
          expect(notes.get(key)).toBe(at)
          putAt.set(key, window)
        }
        const before = new Map([...largeMapKeys(watched.entries)].map((key) => [key, watchedValue(watched, key)]))
        const next = notes.kept(window - kept, stays)
        expect(new Map([...before.keys()].map((key) => [key, watchedValue(watched, key)]))).toEqual(before)
        watched = next
        const isThere = ([key, last]: readonly [string, number]) => stays(key) || last >= window - kept
        const expected = [...putAt].filter(isThere).map(([key]) => key)
        expect([...largeMapKeys(watched.entries)].sort()).toEqual(expected.sort())
        for (const key of keys) expect(putInWindow(watched, window)).toContain(key)
        expect(watched.rings.length).toBeLessThanOrEqual(kept + 1)
      }
    }),
    lawRuns(),
  )
})
