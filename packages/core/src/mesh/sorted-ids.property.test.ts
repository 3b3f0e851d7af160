import fc from 'fast-check'
import { produce } from 'immer'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { sortedWith, sortedWithout } from './sorted-ids.js'

const ids: fc.Arbitrary<readonly string[]> = fc.array(fc.constantFrom('a', 'aa', 'b', 'B', 'c-1', 'c_1', 'd', 'z'), {
  maxLength: 12,
})
const sorted = (list: readonly string[]): readonly string[] => [...new Set(list)].sort()

test('lists stay sorted and without doubles, in drafts as outside, one change after the other', () => {
  fc.assert(
    fc.property(ids, ids, ids, (some, added, removed) => {
      const start = sorted(some)
      const wanted = sorted([...start, ...added]).filter((id) => !removed.includes(id))
      expect(sortedWithout(sortedWith(start, added), removed)).toEqual(wanted)
      const drafted = produce({ list: start }, (draft) => {
        draft.list = sortedWith(draft.list, added)
        draft.list = sortedWithout(draft.list, removed)
      })
      expect(drafted.list).toEqual(wanted)
    }),
    lawRuns(3),
  )
})
