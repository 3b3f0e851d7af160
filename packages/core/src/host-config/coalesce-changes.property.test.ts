/** Changes of many steps in one: the same result as one after the other, whatever came and went meanwhile. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { memberSetKey } from '../mesh/members.js'
import { ipPrefix, type NodeId, networkId, nodeId } from '../values/index.js'
import { changedContent, coalesceChanges } from './coalesce-changes.js'
import type { Fragment, FragmentId, FragmentVersion } from './fragment.js'
import type { Change } from './fragment-change.js'

type SetChange = Exclude<Change, { readonly op: 'put' | 'forget' }>

/** Few, so that the same ones come, go and come back. */
const nodeIds: readonly NodeId[] = ['a', 'b', 'c'].map(nodeId)
/** What each of them is to be after a step; `undefined`: as it was. */
const steps = fc.array(fc.tuple(...nodeIds.map(() => fc.constantFrom(undefined, 'there', 'gone'))), {
  minLength: 1,
  maxLength: 6,
})

const fragment = 'fragment' as FragmentId
const [from, to] = ['before', 'after'] as [FragmentVersion, FragmentVersion]
const network = networkId('network-1')

const members: Fragment = { kind: 'members', networkId: network, nodeIds: [] }
const set: Fragment = { kind: 'set', networkId: network, key: memberSetKey('prefix', '10.0.0.0/8'), entries: [] }

/** Only what isn't there comes, only what is goes. */
const changesOfMembers = (wanted: readonly (readonly unknown[])[]): readonly SetChange[] => {
  const there = new Set<NodeId>()
  return wanted.map((step) => {
    const add = nodeIds.filter((id, at) => step[at] === 'there' && !there.has(id))
    const remove = nodeIds.filter((id, at) => step[at] === 'gone' && there.has(id))
    for (const id of add) there.add(id)
    for (const id of remove) there.delete(id)
    return { op: 'members', from, to, add, remove }
  })
}

/** As above; what becomes something else goes and comes at once. */
const changesOfSet = (wanted: readonly (readonly unknown[])[]): readonly SetChange[] => {
  const there = new Set<NodeId>()
  return wanted.map((step, number) => {
    const ids = nodeIds.filter((_, at) => step[at] === 'there')
    const remove = nodeIds.filter((id, at) => step[at] !== undefined && there.has(id))
    for (const id of remove) there.delete(id)
    for (const id of ids) there.add(id)
    const add = ids.map((memberId) => ({ memberId, prefixes: [ipPrefix(`10.0.0.${number}/32`)] }))
    return { op: 'entries', from, to, add, remove }
  })
}

const inOne = (changes: readonly SetChange[]): readonly Change[] =>
  coalesceChanges(changes.map((change) => ({ fragment, change }))).map(({ change }) => change)

test.each([
  ['members', members, changesOfMembers],
  ['entries', set, changesOfSet],
] as const)('changes of %s: folded into one they lead to the same', (_, empty, changesOf) => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const all = changesOf([...before, ...after])
      const start = all.slice(0, before.length).reduce(changedContent, empty)
      const missed = all.slice(before.length)
      const folded = inOne(missed)
      expect(folded.length).toBeLessThan(2)
      expect((folded as readonly SetChange[]).reduce(changedContent, start)).toEqual(
        missed.reduce(changedContent, start),
      )
    }),
    lawRuns(),
  )
})

test('what came and went meanwhile is no change', () => {
  expect(inOne(changesOfMembers([['there'], ['gone']]))).toEqual([])
  expect(inOne(changesOfSet([['there'], ['gone']]))).toEqual([])
})
