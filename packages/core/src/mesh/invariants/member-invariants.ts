import { emptyHash, toggleHash } from '../../values/content-hash.js'
import type { ContentHash, MemberId } from '../../values/index.js'
import { largeMapEntries, largeMapKeys, largeMapValues } from '../large-map.js'
import { memberRecordOf } from '../members.js'
import type { MemberRecord, MeshState, Network, NodeClass } from '../mesh-state.js'
import { breach, type InvariantBreach, indexBreaches, sameContent } from './breach.js'

/** Sets, classes and records are what the members of each network lead to, and nothing else. */
export const memberBreaches = (state: MeshState): readonly InvariantBreach[] =>
  [...largeMapValues(state.networks)].flatMap((network) => breachesOf(state, network))

const breachesOf = (state: MeshState, network: Network): readonly InvariantBreach[] => {
  const about = (name: string) => `${name} of ${network.networkId}`
  const records = new Map<MemberId, MemberRecord>()
  const sets = new Map<string, { readonly memberIds: string[]; hash: ContentHash }>()
  const classes = new Map<string, string[]>()
  for (const memberId of [...largeMapKeys(network.nodeIds), ...largeMapKeys(network.clientIds)]) {
    const wanted = memberRecordOf(state, memberId)
    if (wanted === null) continue
    const { hostId: _hostId, ...record } = wanted
    records.set(memberId, record)
    for (const key of record.sets) {
      const set = sets.get(key) ?? { memberIds: [], hash: emptyHash }
      set.memberIds.push(memberId)
      set.hash = toggleHash(set.hash, record.entryHash)
      sets.set(key, set)
    }
    if (record.classKey !== null) classes.set(record.classKey, [...(classes.get(record.classKey) ?? []), memberId])
  }
  const kept = new Map(
    [...largeMapEntries(network.sets)].map(([key, { memberIds, hash }]) => [
      key,
      { memberIds: [...largeMapKeys(memberIds)], hash },
    ]),
  )
  return [
    ...indexBreaches(about('member-records'), network.memberRecords, records),
    ...differenceBreaches(about('member-sets'), byKey(kept), byKey(sets)),
    ...differenceBreaches(about('node-classes'), classMembers(network.classes), sortedValues(classes)),
  ]
}

const differenceBreaches = (invariant: string, kept: unknown, wanted: unknown): readonly InvariantBreach[] =>
  sameContent(kept, wanted) ? [] : [breach(invariant, `${JSON.stringify(kept)} instead of ${JSON.stringify(wanted)}`)]

const byKey = (sets: ReadonlyMap<string, { readonly memberIds: readonly string[]; readonly hash: ContentHash }>) =>
  Object.fromEntries([...sets].map(([key, { memberIds, hash }]) => [key, { memberIds: [...memberIds].sort(), hash }]))

const classMembers = (classes: Network['classes']) =>
  sortedValues(
    new Map(
      [...largeMapEntries(classes)].map(([key, { nodeIds }]: readonly [string, NodeClass]) => [
        key,
        [...largeMapKeys(nodeIds)],
      ]),
    ),
  )

const sortedValues = (map: ReadonlyMap<string, readonly string[]>) =>
  Object.fromEntries([...map].map(([key, values]) => [key, [...values].sort()]))
