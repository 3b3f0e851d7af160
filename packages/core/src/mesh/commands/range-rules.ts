/** Which ranges of addresses may be given out (A1), and from where virtual ones are taken (E8). */
import {
  type EgressId,
  type IpFamily,
  type IpPrefix,
  ipPrefix,
  prefixContains,
  prefixesOverlap,
  prefixFamily,
  prefixLength,
} from '../../values/index.js'
import type { MeshError, RangeOwner, RangeRefusal } from '../mesh-error.js'
import type { MeshSettings, MeshState, Network } from '../mesh-state.js'
import { allClientRanges, egressRanges, meshRanges, virtualPools } from './range-owners.js'

interface RangeLimits {
  readonly shortestLength: number
  readonly longestLength: number
}

const networkLimits: Record<IpFamily, RangeLimits> = {
  4: { shortestLength: 8, longestLength: 30 },
  6: { shortestLength: 48, longestLength: 120 },
}

/** IPv6 control addresses are hashes: 64 bits of one at least, so that no two machines meet. */
const controlLimits: Record<IpFamily, RangeLimits> = {
  4: { shortestLength: 8, longestLength: 30 },
  6: { shortestLength: 32, longestLength: 64 },
}

/** Virtual ranges are as long as the real ones, and so are pools of them. */
const poolLimits: Record<IpFamily, RangeLimits> = {
  4: { shortestLength: 8, longestLength: 32 },
  6: { shortestLength: 16, longestLength: 128 },
}

/** RFC 6890's special-purpose registry: what no host can have as its address in a mesh. */
const notUsable: readonly (readonly [IpPrefix, RangeRefusal])[] = (
  [
    ['0.0.0.0/8', 'unspecified'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    // Unspecified, loopback, IPv4-mapped, and the translation prefix 64:ff9b::/96.
    ['::/8', 'reserved'],
    ['fe80::/10', 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([text, reason]) => [ipPrefix(text), reason])

/** What is wrong with a network's ranges, its own present ones left out of sight. */
export const networkRangesProblem = (
  state: MeshState,
  { networkId, name, range4, range6 }: Pick<Network, 'networkId' | 'name' | 'range4' | 'range6'>,
): MeshError | undefined => {
  if (range4 === null && range6 === null) return { code: 'network-needs-range', name }
  const owners = [...meshRanges(state, { networkId }), ...virtualPools(state, networkId), ...allClientRanges(state)]
  const problemOf = (range: IpPrefix | null, family: IpFamily) =>
    range === null
      ? undefined
      : (rangeProblem(range, family, networkLimits[family], owners) ?? hiddenEgressProblem(state, range))
  return problemOf(range4, 4) ?? problemOf(range6, 6)
}

/** What is wrong with a network's virtual pools. They may lie around virtual ranges: those are taken of them. */
export const virtualPoolsProblem = (
  state: MeshState,
  { networkId, name, range4, range6, settings }: Pick<Network, 'networkId' | 'name' | 'range4' | 'range6' | 'settings'>,
): MeshError | undefined => {
  const own = [range4, range6].flatMap((range): RangeOwner[] =>
    range === null ? [] : [{ kind: 'network', networkId, name, range }],
  )
  const owners = [...meshRanges(state, { networkId }).filter(({ kind }) => kind !== 'virtual'), ...own]
  const problemOf = (pool: IpPrefix | null, family: IpFamily) =>
    pool === null ? undefined : rangeProblem(pool, family, poolLimits[family], owners)
  return problemOf(settings.virtualPool4, 4) ?? problemOf(settings.virtualPool6, 6)
}

/** What is wrong with a mesh's control ranges. */
export const controlRangesProblem = (
  state: MeshState,
  { controlRange4, controlRange6 }: Pick<MeshSettings, 'controlRange4' | 'controlRange6'>,
): MeshError | undefined => {
  const others = meshRanges(state).filter(({ kind }) => kind !== 'control')
  const owners = [...others, ...virtualPools(state), ...allClientRanges(state)]
  const problemOf = (range: IpPrefix, family: IpFamily) =>
    rangeProblem(range, family, controlLimits[family], owners) ?? hiddenEgressProblem(state, range)
  return problemOf(controlRange4, 4) ?? problemOf(controlRange6, 6)
}

/** A range of the mesh around an egress's range would hide it (E5). */
export const hiddenEgressProblem = (state: MeshState, range: IpPrefix, except?: EgressId): MeshError | undefined => {
  const owner = egressRanges(state, except).find((other) => prefixContains(range, other.range))
  return owner === undefined ? undefined : { code: 'range-overlaps', range, owner }
}

/** Why no host can have addresses of a range. */
export const specialRange = (range: IpPrefix): RangeRefusal | undefined =>
  notUsable.find(([other]) => prefixesOverlap(other, range))?.[1]

/** Why the mesh can't have a range for itself. */
export const rangeProblem = (
  range: IpPrefix,
  family: IpFamily,
  limits: RangeLimits,
  owners: readonly RangeOwner[],
): MeshError | undefined => {
  if (prefixFamily(range) !== family) return { code: 'range-wrong-family', range, family }
  const length = prefixLength(range)
  if (length < limits.shortestLength || length > limits.longestLength) return { code: 'range-size', range, ...limits }
  const reason = specialRange(range)
  if (reason !== undefined) return { code: 'range-not-usable', range, reason }
  const owner = owners.find((other) => prefixesOverlap(other.range, range))
  return owner === undefined ? undefined : { code: 'range-overlaps', range, owner }
}
