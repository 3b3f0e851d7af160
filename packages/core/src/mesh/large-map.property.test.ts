import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import type { TrieNode } from './hash-trie.js'
import { trieOf } from './hash-trie-changes.js'
import {
  emptyLargeMap,
  type LargeMap,
  largeMapDelete,
  largeMapDifferences,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapRead,
  largeMapSet,
  largeMapValues,
  largeMapWith,
} from './large-map.js'
import { produceState } from './large-map-drafts.js'
import { sealed } from './private-state.js'

type Numbers = LargeMap<string, number>
type Change = { readonly key: string; readonly value: number | null }

/** Few keys, so that they meet; some are names that objects have. */
const change: fc.Arbitrary<Change> = fc.record({
  key: fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '', 'size', 'shards'),
    fc.nat(300).map((n) => `node-${n}`),
    fc.string({ maxLength: 3 }),
  ),
  value: fc.option(fc.nat(9), { freq: 2 }),
})
const changes = fc.array(change, { maxLength: 400, size: 'max' })

const apply = (map: Numbers, { key, value }: Change): void => {
  if (value === null) largeMapDelete(map, key)
  else largeMapSet(map, key, value)
}

const draftOf = (all: readonly Change[]): Numbers =>
  produceState(emptyLargeMap() as Numbers, (draft) => {
    for (const each of all) apply(draft, each)
  })

const modelOf = (all: readonly Change[]): ReadonlyMap<string, number> => {
  const model = new Map<string, number>()
  for (const { key, value } of all) {
    if (value === null) model.delete(key)
    else model.set(key, value)
  }
  return model
}

const expectLike = (map: Numbers, model: ReadonlyMap<string, number>): void => {
  expect(map.size).toBe(model.size)
  expect(new Map(largeMapEntries(map))).toEqual(model)
  expect([...largeMapKeys(map)].sort()).toEqual([...model.keys()].sort())
  expect([...largeMapValues(map)].sort()).toEqual([...model.values()].sort())
  for (const key of [...model.keys(), 'node-999', 'toString']) {
    expect(largeMapGet(map, key)).toBe(model.get(key))
    expect(largeMapHas(map, key)).toBe(model.has(key))
  }
}

describe('a large map does what a Map does', () => {
  test('changed in place', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const map: Numbers = emptyLargeMap()
        for (const each of all) apply(map, each)
        expectLike(map, modelOf(all))
      }),
      lawRuns(),
    )
  })

  test('with changes, which leave the map before them as it was', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 50 }), (all, batch) => {
        let map: Numbers = emptyLargeMap()
        for (let at = 0; at < all.length; at += batch) {
          const before = new Map(largeMapEntries(map))
          const next = largeMapWith(
            map,
            all.slice(at, at + batch).map(({ key, value }) => [key, value ?? undefined] as const),
          )
          expect(new Map(largeMapEntries(map))).toEqual(before)
          map = next
        }
        expectLike(map, modelOf(all))
      }),
      lawRuns(),
    )
  })

  test('as a draft, one change at a time or many', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 50 }), (all, batch) => {
        let map: Numbers = emptyLargeMap()
        for (let at = 0; at < all.length; at += batch) {
          map = produceState(map, (draft) => {
            for (const each of all.slice(at, at + batch)) apply(draft, each)
          })
        }
        expectLike(map, modelOf(all))
      }),
      lawRuns(),
    )
  })

  test('both ways lead to the same map', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const inPlace: Numbers = emptyLargeMap()
        for (const each of all) apply(inPlace, each)
        expect(draftOf(all)).toEqual(sealed(inPlace))
      }),
      lawRuns(),
    )
  })

  test('a draft leaves the map that it was made from as it was, and shares what did not change', () => {
    fc.assert(
      fc.property(changes, change, (all, last) => {
        const before = draftOf(all)
        const after = produceState(before, (draft) => apply(draft, last))
        expectLike(before, modelOf(all))
        expectLike(after, modelOf([...all, last]))
        const differing = [...largeMapDifferences(before, after)].map(([key]) => key)
        const isSame = largeMapGet(before, last.key) === (last.value ?? undefined)
        expect(differing).toEqual(isSame ? [] : [last.key])
        if (isSame) expect(after).toBe(before)
      }),
      lawRuns(),
    )
  })
})

test('deleting what is not there changes nothing, not even the object', () => {
  const map = produceState(emptyLargeMap() as Numbers, (draft) => largeMapSet(draft, 'a', 1))
  expect(produceState(map, (draft) => largeMapDelete(draft, 'b'))).toBe(map)
  expect(largeMapGet(emptyLargeMap() as Numbers, 'a')).toBeUndefined()
})

test('what is only read is what it is by then: as it was, changed, replaced, or gone', () => {
  type Things = LargeMap<string, { readonly n: number }>
  const before = produceState(emptyLargeMap() as Things, (draft) => {
    for (const key of ['a', 'b', 'c', 'd']) largeMapSet(draft, key, { n: 1 })
  })
  produceState(before, (draft) => {
    const changed = largeMapGet(draft, 'b')
    if (changed !== undefined) Object.assign(changed, { n: 2 })
    largeMapSet(draft, 'c', { n: 3 })
    largeMapDelete(draft, 'd')
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => largeMapRead(draft, key)?.n)).toEqual([1, 2, 3, undefined, undefined])
    expect(largeMapRead(draft, 'a')).toBe(largeMapGet(before, 'a'))
  })
  expect(largeMapRead(before, 'b')).toEqual({ n: 1 })
})

test('keys that differ only at their end spread over the tree', () => {
  const root = trieOf(Array.from({ length: 100_000 }, (_, n) => [`node-${n}`, n] as const))
  expect(depthOf(root)).toBeLessThanOrEqual(5)
})

const depthOf = (node: TrieNode<string, number> | undefined): number =>
  node?.children === undefined ? 1 : 1 + Math.max(...node.children.map(depthOf))
