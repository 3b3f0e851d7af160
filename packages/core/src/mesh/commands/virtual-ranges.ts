/** Virtual ranges of egresses (E8): given, kept, or taken from a network's pools. */
import * as E from 'fp-ts/lib/Either.js'
import {
  comparePrefixes,
  type EgressId,
  type IpFamily,
  type IpPrefix,
  ipAddressFromBigInt,
  ipAddressToBigInt,
  ipPrefix,
  prefixContains,
  prefixFamily,
  prefixFirst,
  prefixLast,
  prefixLength,
  prefixSize,
} from '../../values/index.js'
import type { MeshError } from '../mesh-error.js'
import type { Egress, MeshState, Network } from '../mesh-state.js'
import { refuse } from './decision.js'
import { allClientRanges, egressRanges, meshRanges } from './range-owners.js'

/** `null`: none. `from-pool`: ranges that have one keep it, others take the lowest free prefix of their size. Else one for each. */
export type VirtualRangesWish = 'from-pool' | readonly IpPrefix[] | null

/** Ranges in order, each with its virtual one. */
export type RangePairs = Pick<Egress, 'ranges' | 'virtualRanges'>

/** Each range once, sorted, with the virtual range that is wanted for it. `given` is in the order in which they were asked for. */
export const pairRanges = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  given: readonly IpPrefix[],
  wish: VirtualRangesWish,
  present: RangePairs | undefined,
): E.Either<MeshError, RangePairs> => {
  const ranges = [...new Set(given)].sort(comparePrefixes)
  if (wish === null) return E.right({ ranges, virtualRanges: null })
  const nested = ranges.find((range, at) => at > 0 && prefixContains(ranges[at - 1] ?? range, range))
  if (nested !== undefined)
    return refuse({ code: 'virtual-ranges-overlap', ranges: [ranges[ranges.indexOf(nested) - 1] ?? nested, nested] })
  if (wish === 'from-pool') return takeFromPools(state, network, egressId, ranges, present)
  const virtualRanges = ranges.flatMap((range) => wish[given.indexOf(range)] ?? [])
  return wish.length === given.length && given.length === ranges.length && sameSizes(ranges, virtualRanges)
    ? E.right({ ranges, virtualRanges })
    : refuse({ code: 'virtual-ranges-mismatch', ranges: [...new Set(given)] })
}

const sameSizes = (ranges: readonly IpPrefix[], virtualRanges: readonly IpPrefix[]): boolean =>
  ranges.every((range, at) => {
    const virtual = virtualRanges[at]
    return virtual !== undefined && kindOf(virtual) === kindOf(range)
  })

const kindOf = (range: IpPrefix): string => `${prefixFamily(range)}/${prefixLength(range)}`

const takeFromPools = (
  state: MeshState,
  network: Network,
  egressId: EgressId,
  ranges: readonly IpPrefix[],
  present: RangePairs | undefined,
): E.Either<MeshError, RangePairs> => {
  const kept = new Map(present?.ranges.map((range, at) => [range, present.virtualRanges?.[at]]))
  const taken = [...meshRanges(state, { egressId }), ...allClientRanges(state)].map(({ range }) => range)
  taken.push(...ranges.flatMap((range) => kept.get(range) ?? []))
  const hidden = [...egressRanges(state, egressId).map(({ range }) => range), ...ranges]
  const virtualRanges: IpPrefix[] = []
  for (const range of ranges) {
    const family = prefixFamily(range)
    const pool = family === 4 ? network.settings.virtualPool4 : network.settings.virtualPool6
    const known = kept.get(range)
    if (known === undefined && pool === null)
      return refuse({ code: 'virtual-pool-missing', range, family, networkName: network.name })
    const virtual = known ?? (pool === null ? undefined : lowestFreePrefix(pool, prefixLength(range), taken, hidden))
    if (virtual === undefined)
      return refuse({ code: 'virtual-pool-full', range, pool: pool ?? range, networkName: network.name })
    virtualRanges.push(virtual)
    taken.push(virtual)
  }
  return E.right({ ranges, virtualRanges })
}

/**
 * The lowest prefix of that length in the pool that shares no address with `taken` and holds none of `hidden`. One walk over both,
 * sorted: two prefixes are nested or disjoint, so a step past one in the way never leaves out a free place.
 */
export const lowestFreePrefix = (
  pool: IpPrefix,
  length: number,
  taken: readonly IpPrefix[],
  hidden: readonly IpPrefix[],
): IpPrefix | undefined => {
  if (length < prefixLength(pool)) return undefined
  const family = prefixFamily(pool)
  const size = 1n << BigInt((family === 4 ? 32 : 128) - length)
  const inTheWay = [...taken, ...hidden.filter((range) => prefixLength(range) >= length)]
    .filter((range) => prefixFamily(range) === family)
    .sort(comparePrefixes)
  const poolFirst = ipAddressToBigInt(prefixFirst(pool))
  let first = poolFirst
  for (const range of inTheWay) {
    if (ipAddressToBigInt(prefixFirst(range)) >= first + size) break
    const last = ipAddressToBigInt(prefixLast(range))
    if (last >= first) first = (last / size + 1n) * size
  }
  return first < poolFirst + prefixSize(pool) ? prefixAt(family, first, length) : undefined
}

const prefixAt = (family: IpFamily, first: bigint, length: number): IpPrefix =>
  ipPrefix(`${ipAddressFromBigInt(family, first)}/${length}`)
