import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { changedList } from './sorted-lists.js'

interface Item {
  readonly id: string
  readonly version: number
}

const ids = fc.array(fc.constantFrom(...'abcdefghij'), { maxLength: 8 })
const items = (version: number) => ids.map((list) => list.map((id): Item => ({ id, version })))
const byId = (list: readonly Item[]) => new Map(list.map((item) => [item.id, item]))
const sorted = (list: Iterable<Item>) => [...list].sort((one, other) => (one.id < other.id ? -1 : 1))

test('a sorted list after a change is what a map would hold, and the list before stays as it was', () => {
  fc.assert(
    fc.property(items(1), items(2), ids, (were, add, remove) => {
      const before = sorted(byId(were).values())
      const copy = [...before]
      const expected = byId(before)
      for (const id of remove) expected.delete(id)
      for (const item of add) expected.set(item.id, item)
      expect(changedList(before, { add, remove }, ({ id }) => id)).toEqual(sorted(expected.values()))
      expect(before).toEqual(copy)
    }),
    lawRuns(3),
  )
})
